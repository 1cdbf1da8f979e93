// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/onnx_export.h"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace npusim::train {
namespace {

constexpr std::int64_t kOpset = 13;
constexpr std::int64_t kIrVersion = 7;

using Shape = std::vector<std::int64_t>;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

void add_tensor(onnx::GraphProto& graph, const std::string& name, const Shape& shape,
                const std::vector<float>& values) {
  onnx::TensorProto* tensor = graph.add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) tensor->add_dims(extent);
  // raw_data is little-endian; so is every machine that this builds on.
  tensor->set_raw_data(values.data(), values.size() * sizeof(float));
}

void set_value_info(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape) {
  info.set_name(name);
  onnx::TypeProto::Tensor* type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) type->mutable_shape()->add_dim()->set_dim_value(extent);
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& operation,
                          const std::string& name, const std::vector<std::string>& inputs,
                          const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(operation);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

void add_integers(onnx::NodeProto& node, const std::string& name, const Shape& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void add_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void add_real(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

/// [taps][inputs of a group][out] to ONNX's [out][inputs of a group][height][width].
std::vector<float> to_oihw(const std::vector<float>& weights, std::int64_t taps,
                           std::int64_t inputs, std::int64_t outputs) {
  std::vector<float> result;
  result.reserve(weights.size());
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t t = 0; t < taps; ++t) {
        result.push_back(weights[at((t * inputs + i) * outputs + o)]);
      }
    }
  }
  return result;
}

/// Convolution, batch normalization and clamp; returns the name of the result.
std::string add_layer(onnx::GraphProto& graph, const TrainedLayer& layer,
                      const std::string& input) {
  const LayerSpec& spec = layer.spec;
  const std::string& name = spec.name;
  const std::int64_t kernel = spec.kind == LayerKind::kPointwise ? 1 : 3;
  const std::int64_t groups = spec.kind == LayerKind::kDepthwise ? spec.in_channels : 1;
  const std::int64_t inputs = spec.in_channels / groups;
  add_tensor(graph, name + ".weight", {spec.out_channels, inputs, kernel, kernel},
             to_oihw(layer.weights, kernel * kernel, inputs, spec.out_channels));
  onnx::NodeProto& conv = add_node(graph, "Conv", name, {input, name + ".weight"}, name + ".conv");
  add_integer(conv, "group", groups);
  add_integers(conv, "kernel_shape", {kernel, kernel});
  const std::int64_t begin = kernel == 1 ? 0 : spec.pad_begin();
  const std::int64_t end = kernel == 1 ? 0 : 1;
  add_integers(conv, "pads", {begin, begin, end, end});
  add_integers(conv, "strides", {spec.stride, spec.stride});

  const Shape channels{spec.out_channels};
  add_tensor(graph, name + ".gamma", channels, layer.gamma);
  add_tensor(graph, name + ".beta", channels, layer.beta);
  add_tensor(graph, name + ".mean", channels, layer.mean);
  add_tensor(graph, name + ".variance", channels, layer.variance);
  onnx::NodeProto& normalization = add_node(
      graph, "BatchNormalization", name + "_bn",
      {name + ".conv", name + ".gamma", name + ".beta", name + ".mean", name + ".variance"},
      name + ".bn");
  add_real(normalization, "epsilon", static_cast<float>(kBatchNormEpsilon));
  add_node(graph, "Clip", name + "_relu6", {name + ".bn", "zero", "six"}, name + ".out");
  return name + ".out";
}

}  // namespace

void write_onnx(const TrainedNetwork& network, const std::string& description,
                const std::string& path) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("npusim_train");
  model.set_doc_string(description);
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("mobilenet_v1_025_fractal");
  set_value_info(*graph.add_input(), "input", {1, kImageChannels, kImageSize, kImageSize});
  set_value_info(*graph.add_output(), "logits", {1, kClasses});
  add_tensor(graph, "zero", {}, {0.0F});
  add_tensor(graph, "six", {}, {6.0F});
  std::string value = "input";
  for (const TrainedLayer& layer : network.layers) value = add_layer(graph, layer, value);
  add_node(graph, "GlobalAveragePool", "pool", {value}, "pool.out");
  add_integer(add_node(graph, "Flatten", "flatten", {"pool.out"}, "flatten.out"), "axis", 1);
  const std::int64_t features = network.layers.back().spec.out_channels;
  add_tensor(graph, "classifier.weight", {kClasses, features},
             to_oihw(network.classifier_weights, 1, features, kClasses));
  add_tensor(graph, "classifier.bias", {kClasses}, network.classifier_bias);
  onnx::NodeProto& gemm =
      add_node(graph, "Gemm", "classifier", {"flatten.out", "classifier.weight", "classifier.bias"},
               "logits");
  add_integer(gemm, "transB", 1);
  onnx::checker::check_model(model);

  std::ofstream file(path, std::ios::binary);
  if (!model.SerializeToOstream(&file) || !file.flush()) {
    throw std::runtime_error(path + ": cannot be written");
  }
}

}  // namespace npusim::train
