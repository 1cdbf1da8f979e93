// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/import/vector_model.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "frontend/import/tensors.h"
#include "sim/base/files.h"

namespace npusim::test {
namespace {

std::int64_t product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

Dims others(const View& view) {
  Dims rest = view.dims;
  if (!rest.empty()) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(view.channel));
  rest.resize(2, 1);
  return rest;
}

// Adds what stands before and behind the vector's own nodes.
class Wrapper {
 public:
  explicit Wrapper(onnx::GraphProto& graph) : graph_(graph) { own_.Swap(graph_.mutable_node()); }

  std::string node(const std::string& op_type, const std::vector<std::string>& inputs,
                   const std::string& output, const std::string& attribute = "",
                   const Dims& values = {}) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(op_type);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    if (!attribute.empty()) {
      onnx::AttributeProto& added = *node.add_attribute();
      added.set_name(attribute);
      added.set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t value : values) added.add_ints(value);
    }
    return output;
  }

  std::string floats(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    for (const float value : values) tensor.add_float_data(value);
    return name;
  }

  std::string reshape(const std::string& from, const Dims& dims, const std::string& to) {
    onnx::TensorProto& shape = *graph_.add_initializer();
    shape.set_name("shape of " + to);
    shape.set_data_type(onnx::TensorProto::INT64);
    shape.add_dims(static_cast<std::int64_t>(dims.size()));
    for (const std::int64_t dim : dims) shape.add_int64_data(dim);
    return node("Reshape", {from, shape.name()}, to);
  }

  // [1, C, H, W] to the vector's dimensions.
  void unfold(const std::string& map, const View& view, const Dims& dims, const std::string& to) {
    Dims order{0};
    std::int64_t next = 2;
    for (std::size_t i = 0; i < view.dims.size(); ++i) {
      order.push_back(i == view.channel ? 1 : next++);
    }
    if (view.dims.empty()) order.push_back(1);
    while (order.size() < 4) order.push_back(next++);
    reshape(node("Transpose", {map}, to + " in order", "perm", order), dims, to);
  }

  // The vector's dimensions to [1, C, H, W], which only a map can pass as.
  void fold(const std::string& from, const View& view, const std::string& to) {
    Dims dims{1};
    dims.insert(dims.end(), view.dims.begin(), view.dims.end());
    Dims order(dims.size());
    std::iota(order.begin(), order.end(), 0);
    if (!view.dims.empty()) {
      order.erase(order.begin() + 1 + static_cast<std::ptrdiff_t>(view.channel));
      order.insert(order.begin() + 1, 1 + static_cast<std::int64_t>(view.channel));
    }
    reshape(from, dims, to + " with batch");
    node("Transpose", {to + " with batch"}, to + " in order", "perm", order);
    reshape(to + " in order", {1, view.channels(), view.height(), view.width()}, to + " map");
    // Behind a Softmax nothing may compute; its result is a vector, which needs no proof.
    if (ends_with_softmax()) {
      node("Identity", {to + " map"}, to);
    } else {
      node("MaxPool", {to + " map"}, to, "kernel_shape", {1, 1});
    }
  }

  bool ends_with_softmax() const { return own_.rbegin()->op_type() == "Softmax"; }

  void add_own_nodes() { graph_.mutable_node()->MergeFrom(own_); }

 private:
  onnx::GraphProto& graph_;
  google::protobuf::RepeatedPtrField<onnx::NodeProto> own_;
};

void declare(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.clear_shape();
  for (const std::int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

Dims batch_of_one(Dims dims, const View& view) {
  if (view.cuts_batch) dims[0] = 1;
  return dims;
}

VectorTensor cut(const VectorTensor& tensor, const View& view) {
  return view.cuts_batch ? first_of_batch(tensor) : tensor;
}

// All float inputs as parts of one: those of the first's dimensions as further channels, vectors as
// the bias of a convolution of zeros.
bool compute_all(const Vector& vector, const Plan& plan, Wrapper& wrapper, VectorModel& result) {
  const View& view = plan.input;
  const auto channels = static_cast<std::size_t>(view.channels());
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < vector.inputs.size(); ++i) {
    if (vector.protos[i].data_type() != onnx::TensorProto::FLOAT) return false;
    if (vector.inputs[i].dims == vector.inputs[0].dims) parts.push_back(i);
  }
  const std::size_t total = parts.size() * channels;
  std::vector<double> whole(static_cast<std::size_t>(view.height() * view.width()) * total);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::string& name = vector.names[parts[part]];
    const std::vector<double> hwc = view.to_hwc(cut(vector.inputs[parts[part]], view).values);
    for (std::size_t i = 0; i < hwc.size(); ++i) {
      whole[i / channels * total + part * channels + i % channels] = hwc[i];
    }
    std::vector<float> weights(channels * total, 0.0F);
    for (std::size_t c = 0; c < channels; ++c) weights[c * total + part * channels + c] = 1;
    wrapper.floats("weights of " + name, {view.channels(), static_cast<std::int64_t>(total), 1, 1},
                   weights);
    wrapper.node("Conv", {"whole", "weights of " + name}, name + " map");
    wrapper.unfold(name + " map", view, batch_of_one(vector.inputs[0].dims, view), name);
  }
  for (std::size_t i = 0; i < vector.inputs.size(); ++i) {
    if (std::find(parts.begin(), parts.end(), i) != parts.end()) continue;
    const VectorTensor& tensor = vector.inputs[i];
    const std::int64_t count = product(tensor.dims);
    const auto is_long = [](std::int64_t dim) { return dim > 1; };
    if (std::count_if(tensor.dims.begin(), tensor.dims.end(), is_long) > 1) return false;
    const std::string& name = vector.names[i];
    wrapper.node("GlobalMaxPool", {"whole"}, name + " pool");
    wrapper.floats("zeros of " + name, {count, static_cast<std::int64_t>(total), 1, 1},
                   std::vector<float>(static_cast<std::size_t>(count) * total, 0.0F));
    wrapper.floats("values of " + name, {count}, {tensor.values.begin(), tensor.values.end()});
    wrapper.node("Conv", {name + " pool", "zeros of " + name, "values of " + name}, name + " map");
    wrapper.reshape(name + " map", tensor.dims, name);
  }
  declare(*result.model.mutable_graph()->add_input(), "whole",
          {1, static_cast<std::int64_t>(total), view.height(), view.width()});
  result.input_hwc = std::move(whole);
  return true;
}

}  // namespace

VectorTensor read_vector_tensor(const std::filesystem::path& path) {
  onnx::TensorProto proto;
  if (!proto.ParseFromString(base::read_file_text(path))) {
    throw std::runtime_error("cannot parse " + path.string());
  }
  VectorTensor tensor{import::dims_of(proto), {}};
  if (!import::is_real(proto.data_type())) {
    const std::vector<std::int64_t> values = import::read_integers(proto);
    for (const std::int64_t value : values) tensor.values.push_back(static_cast<double>(value));
  } else {
    const std::vector<float> values = import::read_floats(proto);
    tensor.values.assign(values.begin(), values.end());
  }
  return tensor;
}

VectorTensor first_of_batch(const VectorTensor& tensor) {
  VectorTensor result = tensor;
  if (tensor.dims.empty() || tensor.dims[0] < 1) return result;
  result.values.resize(tensor.values.size() / static_cast<std::size_t>(tensor.dims[0]));
  result.dims[0] = 1;
  return result;
}

std::int64_t View::height() const { return others(*this)[0]; }
std::int64_t View::width() const { return others(*this)[1]; }

std::vector<double> View::to_hwc(const std::vector<double>& values) const {
  std::vector<double> hwc(values.size());
  Dims position(dims.size(), 0);
  for (const double value : values) {
    std::int64_t index = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (i != channel) index = index * dims[i] + position[i];
    }
    index = index * channels() + (dims.empty() ? 0 : position[channel]);
    hwc.at(static_cast<std::size_t>(index)) = value;
    for (std::size_t i = dims.size(); i-- > 0;) {
      if (++position[i] < dims[i]) break;
      position[i] = 0;
    }
  }
  return hwc;
}

std::vector<View> views_of(const Dims& dims) {
  std::vector<View> views;
  const auto add = [&](const Dims& kept, bool cuts_batch) {
    for (std::size_t i = 0; kept.size() <= 3 && i < std::max<std::size_t>(kept.size(), 1); ++i) {
      views.push_back({kept, i, cuts_batch});
    }
  };
  add(dims, false);
  Dims without_ones = dims;
  without_ones.erase(std::remove(without_ones.begin(), without_ones.end(), 1), without_ones.end());
  if (without_ones != dims) add(without_ones, false);
  // Four dimensions begin with the batch, and two may.
  if ((dims.size() == 4 || dims.size() == 2) && dims[0] > 0) {
    add({dims.begin() + 1, dims.end()}, dims[0] != 1);
  }
  return views;
}

std::optional<VectorModel> realize(const Vector& vector, const Plan& plan) {
  const auto fits = [](const VectorTensor& tensor, const View& view) {
    return static_cast<std::int64_t>(cut(tensor, view).values.size()) == product(view.dims);
  };
  if (!fits(vector.inputs[0], plan.input) || !fits(vector.output, plan.output)) {
    return std::nullopt;
  }
  VectorModel result;
  result.model = vector.model;
  result.model.set_ir_version(7);  // older ones want every constant listed as an input
  // What stands around the vector is of opset 5 or later; its own operators are the same there.
  for (auto& opset : *result.model.mutable_opset_import()) {
    if (opset.version() < 5) opset.set_version(7);
  }
  auto& graph = *result.model.mutable_graph();
  const std::string output = graph.output(0).name();
  Wrapper wrapper(graph);
  graph.clear_input();
  graph.clear_output();
  graph.clear_value_info();
  if (plan.all_computed) {
    if (!compute_all(vector, plan, wrapper, result)) return std::nullopt;
  } else {
    for (std::size_t i = 1; i < vector.inputs.size(); ++i) {
      *graph.add_initializer() = vector.protos[i];
      graph.mutable_initializer()->rbegin()->set_name(vector.names[i]);
    }
    const View& view = plan.input;
    declare(*graph.add_input(), "whole", {1, view.channels(), view.height(), view.width()});
    // A layer in front of a Softmax, which becomes none and could not be the whole model.
    const std::string first =
        wrapper.ends_with_softmax()
            ? wrapper.node("MaxPool", {"whole"}, "first", "kernel_shape", {1, 1})
            : "whole";
    wrapper.unfold(first, view, batch_of_one(vector.inputs[0].dims, view), vector.names[0]);
    result.input_hwc = view.to_hwc(cut(vector.inputs[0], view).values);
  }
  wrapper.add_own_nodes();
  wrapper.fold(output, plan.output, "result of the vector");
  declare(*graph.add_output(), "result of the vector",
          {1, plan.output.channels(), plan.output.height(), plan.output.width()});
  if (vector.output_type == onnx::TensorProto::FLOAT16) result.tolerance = 1e-3;
  result.output_hwc = plan.output.to_hwc(cut(vector.output, plan.output).values);
  return result;
}

}  // namespace npusim::test
