// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/model_writer.h"

#include <onnx/onnx_pb.h>

#include <algorithm>

#include "frontend/import/exact_scales.h"
#include "frontend/import/onnx_importer.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"

namespace npusim::exporter {
namespace {

constexpr int kIrVersion = 7;  // of the ONNX release that brought opset 13

void describe(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) {
    auto& to = *type.mutable_shape()->add_dim();
    if (dim == kSymbolicBatch) {
      to.set_dim_param("batch");
    } else {
      to.set_dim_value(dim);
    }
  }
}

struct SetValue {
  onnx::AttributeProto& to;
  void operator()(std::int64_t value) const {
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(value);
  }
  void operator()(float value) const {
    to.set_type(onnx::AttributeProto::FLOAT);
    to.set_f(value);
  }
  void operator()(const Dims& values) const {
    to.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) to.add_ints(value);
  }
};

// The format's raw data is little-endian, as every machine that this is built for.
template <typename Value>
void set_raw(onnx::TensorProto& tensor, const std::vector<Value>& values) {
  tensor.set_raw_data(values.data(), values.size() * sizeof(Value));
}

}  // namespace

ModelWriter::ModelWriter(const std::string& graph_name, int opset)
    : model_(std::make_unique<onnx::ModelProto>()) {
  model_->set_ir_version(kIrVersion);
  model_->set_producer_name("npusim");
  model_->set_producer_version(base::kVersion);
  model_->mutable_graph()->set_name(graph_name);
  auto& set = *model_->add_opset_import();
  set.set_domain("");
  set.set_version(opset);
}

ModelWriter::~ModelWriter() = default;

std::string ModelWriter::unique(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

void ModelWriter::input(const std::string& name, const Dims& dims) {
  describe(*model_->mutable_graph()->add_input(), name, dims);
}

void ModelWriter::output(const std::string& name, const Dims& dims) {
  describe(*model_->mutable_graph()->add_output(), name, dims);
}

onnx::TensorProto& ModelWriter::constant(const std::string& name, const Dims& dims, int type) {
  onnx::TensorProto& tensor = *model_->mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

std::string ModelWriter::floats(const std::string& wanted, const Dims& dims,
                                const std::vector<float>& values) {
  std::string name = tensor(wanted);
  set_raw(constant(name, dims, onnx::TensorProto::FLOAT), values);
  return name;
}

std::string ModelWriter::ints(const std::string& wanted, const std::vector<std::int64_t>& values) {
  std::string name = tensor(wanted);
  set_raw(constant(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64),
          values);
  return name;
}

std::string ModelWriter::int8s(const std::string& wanted, const Dims& dims,
                               const std::vector<std::int8_t>& values) {
  std::string name = tensor(wanted);
  set_raw(constant(name, dims, onnx::TensorProto::INT8), values);
  return name;
}

std::string ModelWriter::int32s(const std::string& wanted, const Dims& dims,
                                const std::vector<std::int32_t>& values) {
  std::string name = tensor(wanted);
  set_raw(constant(name, dims, onnx::TensorProto::INT32), values);
  return name;
}

std::string ModelWriter::scales(const std::string& wanted, const std::vector<double>& values) {
  std::vector<float> rounded;
  rounded.reserve(values.size());
  for (const double value : values) rounded.push_back(static_cast<float>(value));
  const auto count = static_cast<std::int64_t>(values.size());
  std::string name = floats(wanted, count > 1 ? Dims{count} : Dims{}, rounded);
  const bool is_exact =
      std::equal(values.begin(), values.end(), rounded.begin(),
                 [](double value, float stored) { return value == static_cast<double>(stored); });
  if (!is_exact) {
    property(std::string(import::kExactScalesKey) + name, import::exact_scales_text(values));
  }
  return name;
}

void ModelWriter::layer(const std::string& name, const char* op,
                        const std::vector<std::string>& inputs, const std::string& output,
                        const std::vector<Attribute>& attributes) {
  onnx::NodeProto& node = *model_->mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  for (const Attribute& attribute : attributes) {
    onnx::AttributeProto& to = *node.add_attribute();
    to.set_name(attribute.name);
    std::visit(SetValue{to}, attribute.value);
  }
}

void ModelWriter::node(const char* op, const std::vector<std::string>& inputs,
                       const std::string& output, const std::vector<Attribute>& attributes) {
  layer(unique(node_names_, output + "_" + op), op, inputs, output, attributes);
}

void ModelWriter::property(const std::string& key, const std::string& value) {
  auto& entry = *model_->add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string ModelWriter::bytes() const {
  const std::uint64_t size = model_->ByteSizeLong();
  if (size > import::kMaxModelBytes) {
    throw base::InputError(base::refusal(
        "", "bytes of the ONNX model", std::to_string(size),
        "at most " + std::to_string(import::kMaxModelBytes) + ", what the file format holds"));
  }
  return model_->SerializeAsString();
}

}  // namespace npusim::exporter
