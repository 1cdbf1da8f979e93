// SPDX-License-Identifier: Apache-2.0
// The float network between import and quantization: a list of nodes in topological order, each
// producing one tensor. Batch is always 1 and implicit; activations are height x width x channels
// (NHWC, channel innermost).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace npusim::graph {

// Limits of a graph, so that no input leads to overflows or huge allocations. Checked by
// infer_shape and verify.
inline constexpr std::int64_t kMaxExtent = std::int64_t{1} << 20;  // dimension, kernel, stride, pad
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;    // of one activation tensor
inline constexpr std::int64_t kMaxParameters = std::int64_t{1} << 29;  // weights of one node
inline constexpr std::int64_t kMaxNodes = 100'000;

struct Shape {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;
  std::int64_t elements() const { return height * width * channels; }
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
};
// "height x width x channels", for messages.
std::string to_string(const Shape& shape);

// Window of a convolution or pooling. Input row of output row y and kernel row i: y * stride_h -
// pad_top + i * dilation_h.
struct Window {
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool has_pads() const {
    return pad_top != 0 || pad_left != 0 || pad_bottom != 0 || pad_right != 0;
  }
};

// Clamp to [low, high]; ReLU is [0, +inf).
struct Activation {
  double low = -1.0 / 0.0;
  double high = 1.0 / 0.0;
  bool is_identity() const { return low == -1.0 / 0.0 && high == 1.0 / 0.0; }
};

// real = scale * (code - zero_point)
struct TensorQuantization {
  double scale = 1;
  std::int32_t zero_point = 0;
  friend bool operator==(const TensorQuantization& a, const TensorQuantization& b) {
    return a.scale == b.scale && a.zero_point == b.zero_point;
  }
  friend bool operator!=(const TensorQuantization& a, const TensorQuantization& b) {
    return !(a == b);
  }
};
// "scale 0.5, zero point -3", for messages.
std::string to_string(const TensorQuantization& quantization);

// The integers of a layer that the model brings itself; the layer's floats are what they stand for:
// weight = scale * (code - zero_point), bias = bias_scale * bias_code.
struct GivenWeights {
  std::vector<std::int8_t> codes_ohwi;  // in the order of Conv::weights_ohwi
  std::vector<double> scales;           // one, or one per output channel
  std::int32_t zero_point = 0;
  std::vector<std::int32_t> bias_codes;  // empty: the bias is a float only
  std::vector<double> bias_scales;       // one, or one per output channel; empty as bias_codes
  double scale(std::size_t channel) const { return scales[scales.size() > 1 ? channel : 0]; }
  double bias_scale(std::size_t channel) const {
    return bias_scales[bias_scales.size() > 1 ? channel : 0];
  }
};

enum class ConvKind { conv, depthwise_conv, gemm };
// depthwise_conv where groups == in_channels == out_channels, else conv. A gemm is one by its
// origin.
ConvKind conv_kind(std::int64_t in_channels, std::int64_t out_channels, std::int64_t groups);

struct Input {};
// weights_ohwi: [out_channels][kernel_h][kernel_w][in_channels / groups]; bias: [out_channels],
// zeros where the model has none. depthwise_conv: groups == in_channels == out_channels. gemm: 1x1
// kernel on a 1x1 map whose channels are the flattened input in height, width, channel order (the
// importer reorders the weights); its input tensor may still have height and width: height * width
// * channels == the kernel's in_channels, read in NHWC order.
struct Conv {
  ConvKind kind = ConvKind::conv;
  Window window;
  std::int64_t groups = 1;
  std::int64_t out_channels = 0;
  std::int64_t in_channels = 0;  // of the whole input (gemm: flattened)
  std::vector<float> weights_ohwi;
  std::vector<float> bias;
  std::optional<GivenWeights> given = std::nullopt;
};
// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, per channel.
struct BatchNorm {
  std::vector<float> gamma, beta, mean, variance;
  double epsilon = 1e-5;
};
struct Clamp {};  // stand-alone activation; its limits are the node's `activation`
struct Pad {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  double value = 0;
};
struct Add {};
struct Mul {};     // second operand may be 1 x 1 x channels
struct Concat {};  // over channels
enum class PoolKind { max, average };
struct Pool {
  PoolKind kind = PoolKind::max;
  Window window;
  bool count_include_pad = false;
};
// y = f(x) elementwise, by a 256-entry table once quantized. Functions are added with their
// operators.
// `identity` changes the scale of a tensor's codes, nothing else.
enum class Function {
  hard_sigmoid,
  hard_swish,
  sigmoid,
  silu,
  leaky_relu,
  elu,
  tanh,
  softplus,
  mish,
  identity
};
struct Lookup {
  Function function = Function::sigmoid;
  double alpha = 0, beta = 0;  // where the function has them; see lookup_function.h
};

using Operator = std::variant<Input, Conv, BatchNorm, Clamp, Pad, Add, Mul, Concat, Pool, Lookup>;
using NodeId = std::int32_t;

struct Node {
  std::string name;  // of the layer, unique; from the model where it has one
  Operator op;
  std::vector<NodeId> inputs;  // nodes before this one
  Shape shape;                 // of the output
  Activation activation;       // applied to the operator's result
  // Of the output behind its activation, where the model brings it; else calibration chooses. The
  // float network does not round to it.
  std::optional<TensorQuantization> given = std::nullopt;
  // Of a Conv: the clamp of each output channel, within `activation`; empty: that for all.
  std::vector<Activation> channel_activations = {};
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;  // topological order; node id = index
  std::vector<NodeId> outputs;
  const Node& node(NodeId id) const { return nodes.at(static_cast<std::size_t>(id)); }
};

// "conv", "depthwise_conv", "gemm", "add", "mul", "pool", "lookup", "concat", "input",
// "batch_norm", "clamp", "pad".
std::string kind_name(const Operator& op);
// Multiplications of the node (0 for all but convolutions).
std::int64_t macs(const Graph& graph, const Node& node);
// Output shape of the operator for these input shapes; an Input has the node's own. Throws
// base::InputError, `node 'NAME' (KIND): ...`, where they do not fit the operator or the limits
// above. A pooling window must hold at least one real cell everywhere.
Shape infer_shape(const Node& node, const std::vector<Shape>& input_shapes);

// Whether each window of a pooling over this input holds at least one cell that is not padding.
// (Answers no as well where a dilation exceeds the padded input's extent: such windows may miss
// it.)
bool windows_hold_real_cells(const Window& window, const Shape& input);

}  // namespace npusim::graph
