// SPDX-License-Identifier: Apache-2.0
// Conv and Gemm: the operators with weights.
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "frontend/import/channels.h"
#include "frontend/import/given_weights.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"
#include "frontend/import/window_attributes.h"

namespace npusim::import {
namespace {

// [out][in][kernel_h][kernel_w] to [out][kernel_h][kernel_w][in].
// With one input channel or one position that is the same order: nothing is copied.
template <typename Value>
std::vector<Value> to_ohwi(std::vector<Value> oihw, std::size_t out, std::size_t in,
                           std::size_t positions) {
  if (in == 1 || positions == 1) return oihw;
  std::vector<Value> ohwi(oihw.size());
  for (std::size_t o = 0; o < out; ++o) {
    const Value* from = oihw.data() + o * in * positions;
    Value* to = ohwi.data() + o * in * positions;
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t p = 0; p < positions; ++p) to[p * in + i] = from[i * positions + p];
    }
  }
  return ohwi;
}

struct GemmWeights {
  std::vector<float> values;
  bool is_transposed = false;  // [N, K] rather than [K, N]
  std::size_t inputs = 0, outputs = 0;
  std::optional<graph::GivenWeights> given;  // in the order of `values`
  std::size_t index(std::size_t output, std::size_t input) const {
    return is_transposed ? output * inputs + input : input * outputs + output;
  }
};

GemmWeights read_gemm_weights(const NodeContext& node, bool is_transposed) {
  const onnx::TensorProto& tensor = node.constant(1, "B");
  GemmWeights weights;
  weights.is_transposed = is_transposed;
  const std::vector<std::int64_t> dims = dims_of(tensor);
  if (dims.size() != 2) node.refuse("B", to_text(dims), "of 2 dimensions");
  weights.values = read_finite(tensor);
  if (weights.values.empty()) node.refuse("B", to_text(dims), "not empty");
  weights.inputs = static_cast<std::size_t>(dims[weights.is_transposed ? 1 : 0]);
  weights.outputs = static_cast<std::size_t>(dims[weights.is_transposed ? 0 : 1]);
  weights.given = given_weights(node, {"B", "C", is_transposed ? 0U : 1U, weights.outputs});
  return weights;
}

std::vector<float> read_gemm_bias(const NodeContext& node, std::size_t outputs) {
  if (!node.has_input(2)) return std::vector<float>(outputs, 0.0F);
  const onnx::TensorProto& tensor = node.constant(2, "C");
  const std::vector<std::int64_t> dims = dims_of(tensor);
  std::vector<float> values = read_finite(tensor);
  const auto count = static_cast<std::int64_t>(values.size());
  const bool is_row = dims.size() <= 1 || (dims.size() == 2 && dims[0] == 1);
  if (!is_row || (count != 1 && values.size() != outputs)) {
    node.refuse("C", to_text(dims), "one value or one per output, " + std::to_string(outputs));
  }
  if (count == 1) values.assign(outputs, values.front());
  return values;
}

// alpha and beta, in double and rounded once.
float scaled(float factor, float value) {
  return static_cast<float>(static_cast<double>(factor) * static_cast<double>(value));
}

bool is_in_order(const std::vector<std::size_t>& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != i) return false;
  }
  return true;
}

// [outputs][inputs] with the inputs in the given order, times alpha.
graph::Conv gemm_of(GemmWeights weights, const std::vector<std::size_t>& order, float alpha,
                    std::vector<float> bias) {
  graph::Conv gemm;
  gemm.kind = graph::ConvKind::gemm;
  gemm.in_channels = static_cast<std::int64_t>(weights.inputs);
  gemm.out_channels = static_cast<std::int64_t>(weights.outputs);
  gemm.bias = std::move(bias);
  if (weights.is_transposed && alpha == 1.0F && is_in_order(order)) {  // as they are
    gemm.weights_ohwi = std::move(weights.values);
    gemm.given = std::move(weights.given);
    return gemm;
  }
  gemm.weights_ohwi.reserve(weights.values.size());
  for (std::size_t output = 0; output < weights.outputs; ++output) {
    for (const std::size_t input : order) {
      gemm.weights_ohwi.push_back(scaled(alpha, weights.values[weights.index(output, input)]));
    }
  }
  gemm.given = weights.given;
  if (!gemm.given) return gemm;
  std::vector<std::int8_t>& codes = gemm.given->codes_ohwi;
  codes.clear();
  for (std::size_t output = 0; output < weights.outputs; ++output) {
    for (const std::size_t input : order) {
      codes.push_back(weights.given->codes_ohwi[weights.index(output, input)]);
    }
  }
  return gemm;
}

}  // namespace

void import_conv(NodeContext& node) {
  const onnx::TensorProto& tensor = node.constant(1, "W");
  const std::vector<std::int64_t> dims = dims_of(tensor);
  if (dims.size() != 4) node.refuse("W", to_text(dims), "of 4 dimensions (a 2-D convolution)");
  const WindowAttributes attributes = read_window(node, {dims[2], dims[3]});
  const std::int64_t groups = node.integer("group", 1);
  if (groups < 1 || groups > graph::kMaxExtent) {
    node.refuse("group", std::to_string(groups), "a divisor of the channels");
  }
  std::vector<float> weights = read_finite(tensor);
  if (weights.empty()) node.refuse("W", to_text(dims), "not empty");
  auto given = given_weights(node, {"W", "B", 0, static_cast<std::size_t>(dims[0])});

  graph::Conv conv;
  conv.groups = groups;
  conv.out_channels = dims[0];
  conv.in_channels = dims[1] * groups;
  conv.kind = graph::conv_kind(conv.in_channels, conv.out_channels, groups);
  conv.bias = node.has_input(2) ? node.finite_floats(2, "B", dims[0])
                                : std::vector<float>(static_cast<std::size_t>(dims[0]), 0.0F);
  const Activation x = node.map(0, "X");
  conv.window = place_window(node, attributes, node.shape(x), /*counts_padding=*/false);
  const auto out = static_cast<std::size_t>(dims[0]);
  const auto in = static_cast<std::size_t>(dims[1]);
  const auto positions = static_cast<std::size_t>(dims[2] * dims[3]);
  conv.weights_ohwi = to_ohwi(std::move(weights), out, in, positions);
  conv.given = std::move(given);
  if (conv.given)
    conv.given->codes_ohwi = to_ohwi(std::move(conv.given->codes_ohwi), out, in, positions);
  node.emit_map(std::move(conv), {x});
}

void import_gemm(NodeContext& node) {
  if (node.integer("transA", 0) != 0) node.refuse("transA", "1", "0");
  const float alpha = node.number("alpha", 1.0F);
  const float beta = node.number("beta", 1.0F);
  GemmWeights weights = read_gemm_weights(node, node.integer("transB", 0) != 0);
  const std::size_t outputs = weights.outputs;
  std::vector<float> bias = read_gemm_bias(node, outputs);
  for (float& value : bias) value = scaled(beta, value);
  if (weights.given && (alpha != 1.0F || beta != 1.0F)) {
    node.refuse("alpha and beta", std::to_string(alpha) + " and " + std::to_string(beta),
                "1 where B is quantized");
  }

  const Activation a = node.activation(0, "A");
  const auto inputs = static_cast<std::int64_t>(weights.inputs);
  if (a.layout.dims != Dims{1, inputs}) {
    node.refuse("A", to_text(a.layout.dims), to_text({1, inputs}));
  }
  const std::vector<std::size_t> order = onnx_indices(node.shape(a), a.layout);
  const graph::NodeId id =
      node.append(gemm_of(std::move(weights), order, alpha, std::move(bias)), {a.node});
  node.bind(Activation{id, vector_layout(static_cast<std::int64_t>(outputs))});
}

// A vector times a matrix is a gemm; each position of a map with its channels last, times a matrix,
// a 1x1 convolution.
void import_mat_mul(NodeContext& node) {
  const GemmWeights weights = read_gemm_weights(node, /*is_transposed=*/false);
  const Activation a = node.activation(0, "A");
  const auto inputs = static_cast<std::int64_t>(weights.inputs);
  const auto outputs = static_cast<std::int64_t>(weights.outputs);
  const graph::Shape shape = node.shape(a);
  if (a.layout.dims.empty() || a.layout.dims.back() != inputs) {
    node.refuse("A", to_text(a.layout.dims),
                "of " + std::to_string(inputs) + " in the last dimension");
  }
  if (shape.elements() == inputs) {
    const graph::NodeId id = node.append(
        gemm_of(weights, onnx_indices(shape, a.layout), 1.0F, std::vector<float>(weights.outputs)),
        {a.node});
    return node.bind(Activation{id, vector_layout(outputs, a.layout.dims.size())});
  }
  const std::size_t last = a.layout.dims.size() - 1;
  if (!is_channel_dimension(node, a, last)) {
    node.refuse("A", node.text_of(a), "one vector, or a map with the channels last");
  }
  std::vector<std::size_t> order(weights.inputs);
  std::iota(order.begin(), order.end(), std::size_t{0});
  graph::Conv conv = gemm_of(weights, order, 1.0F, std::vector<float>(weights.outputs));
  conv.kind = graph::conv_kind(inputs, outputs, 1);
  const Layout layout = with_channels(a.layout, last, {shape.height, shape.width, outputs});
  node.bind(Activation{node.append(std::move(conv), {a.node}), layout});
}

}  // namespace npusim::import
