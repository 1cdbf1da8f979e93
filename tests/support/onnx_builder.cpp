// SPDX-License-Identifier: Apache-2.0
#include "tests/support/onnx_builder.h"

#include <onnx/onnx_pb.h>

#include "sim/base/files.h"

namespace npusim::test {
namespace {

void describe(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) {
    auto& to = *type.mutable_shape()->add_dim();
    if (dim == -1) {
      to.set_dim_param("batch");
    } else {
      to.set_dim_value(dim);
    }
  }
}

void fill(onnx::TensorProto& tensor, const std::string& name, const Dims& dims) {
  tensor.set_name(name);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
}

void fill_floats(onnx::TensorProto& tensor, const std::string& name, const Dims& dims,
                 const std::vector<float>& values) {
  fill(tensor, name, dims);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
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
  void operator()(const std::string& value) const {
    to.set_type(onnx::AttributeProto::STRING);
    to.set_s(value);
  }
  void operator()(const Dims& values) const {
    to.clear_ints();
    to.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) to.add_ints(value);
  }
};

}  // namespace

OnnxBuilder::OnnxBuilder(int opset) : model_(std::make_unique<onnx::ModelProto>()) {
  model_->set_ir_version(7);
  model_->mutable_graph()->set_name("built");
  model_->add_opset_import()->set_version(opset);
}
OnnxBuilder::~OnnxBuilder() = default;
OnnxBuilder::OnnxBuilder(OnnxBuilder&&) noexcept = default;
OnnxBuilder& OnnxBuilder::operator=(OnnxBuilder&&) noexcept = default;

OnnxBuilder& OnnxBuilder::input(const std::string& name, const Dims& dims) {
  describe(*model_->mutable_graph()->add_input(), name, dims);
  return *this;
}

OnnxBuilder& OnnxBuilder::output(const std::string& name, const Dims& dims) {
  describe(*model_->mutable_graph()->add_output(), name, dims);
  return *this;
}

OnnxBuilder& OnnxBuilder::floats(const std::string& name, const Dims& dims,
                                 const std::vector<float>& values) {
  fill_floats(*model_->mutable_graph()->add_initializer(), name, dims, values);
  return *this;
}

OnnxBuilder& OnnxBuilder::ints(const std::string& name, const Dims& dims,
                               const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *model_->mutable_graph()->add_initializer();
  fill(tensor, name, dims);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return *this;
}

OnnxBuilder& OnnxBuilder::codes(const std::string& name, const Dims& dims, const std::string& type,
                                const std::vector<std::int32_t>& values) {
  onnx::TensorProto& tensor = *model_->mutable_graph()->add_initializer();
  fill(tensor, name, dims);
  onnx::TensorProto::DataType data_type = onnx::TensorProto::UNDEFINED;
  onnx::TensorProto::DataType_Parse(type, &data_type);
  tensor.set_data_type(data_type);
  for (const std::int32_t value : values) {
    if (data_type == onnx::TensorProto::INT32) {
      tensor.add_int32_data(value);
    } else {
      tensor.mutable_raw_data()->push_back(static_cast<char>(static_cast<std::uint8_t>(value)));
    }
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::node(const std::string& op_type, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs,
                               const std::vector<OnnxAttribute>& attributes,
                               const std::string& name) {
  onnx::NodeProto& node = *model_->mutable_graph()->add_node();
  node.set_op_type(op_type);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  for (const OnnxAttribute& attribute : attributes) {
    onnx::AttributeProto& to = *node.add_attribute();
    to.set_name(attribute.name);
    std::visit(SetValue{to}, attribute.value);
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::constant_node(const std::string& output, const Dims& dims,
                                        const std::vector<float>& values) {
  node("Constant", {}, {output});
  auto& nodes = *model_->mutable_graph()->mutable_node();
  onnx::AttributeProto& attribute = *nodes[nodes.size() - 1].add_attribute();
  attribute.set_name("value");
  attribute.set_type(onnx::AttributeProto::TENSOR);
  fill_floats(*attribute.mutable_t(), "", dims, values);
  return *this;
}

std::string OnnxBuilder::bytes() const { return model_->SerializeAsString(); }

void OnnxBuilder::write(const std::filesystem::path& path) const {
  base::write_file_whole(path, std::string_view(bytes()));
}

}  // namespace npusim::test
