// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/graph.h"

#include <sstream>
#include <type_traits>

#include "frontend/graph/quantized_graph.h"
#include "sim/base/checked.h"

namespace npusim::graph {
namespace {

std::string conv_kind_name(ConvKind kind) {
  switch (kind) {
    case ConvKind::conv:
      return "conv";
    case ConvKind::depthwise_conv:
      return "depthwise_conv";
    case ConvKind::gemm:
      return "gemm";
  }
  throw base::InternalError("ConvKind: got " + std::to_string(static_cast<int>(kind)) +
                            ", must be one of its enumerators");
}

struct KindName {
  std::string operator()(const Input&) const { return "input"; }
  std::string operator()(const Conv& conv) const { return conv_kind_name(conv.kind); }
  std::string operator()(const QuantizedConv& conv) const { return conv_kind_name(conv.kind); }
  std::string operator()(const BatchNorm&) const { return "batch_norm"; }
  std::string operator()(const Clamp&) const { return "clamp"; }
  std::string operator()(const Pad&) const { return "pad"; }
  std::string operator()(const Add&) const { return "add"; }
  std::string operator()(const QuantizedAdd&) const { return "add"; }
  std::string operator()(const Mul&) const { return "mul"; }
  std::string operator()(const QuantizedMul&) const { return "mul"; }
  std::string operator()(const Concat&) const { return "concat"; }
  std::string operator()(const QuantizedConcat&) const { return "concat"; }
  std::string operator()(const Pool&) const { return "pool"; }
  std::string operator()(const QuantizedPool&) const { return "pool"; }
  std::string operator()(const Lookup&) const { return "lookup"; }
  std::string operator()(const QuantizedLookup&) const { return "lookup"; }
};

// Both kinds of convolution have the same fields.
template <typename AnyConv>
std::int64_t conv_macs(const AnyConv& conv, const Shape& output, const std::string& name) {
  if (conv.groups < 1) {
    throw base::InternalError("node '" + name + "': groups: got " + std::to_string(conv.groups) +
                              ", must be at least 1");
  }
  return base::checked_product(
      std::vector<std::int64_t>{output.height, output.width, conv.out_channels,
                                conv.window.kernel_h, conv.window.kernel_w,
                                conv.in_channels / conv.groups},
      "node '" + name + "': macs");
}

}  // namespace

std::string to_string(const Shape& shape) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
         std::to_string(shape.channels);
}

std::string to_string(const TensorQuantization& quantization) {
  std::ostringstream text;  // std::to_string would show small scales as 0
  text << "scale " << quantization.scale << ", zero point " << quantization.zero_point;
  return text.str();
}

ConvKind conv_kind(std::int64_t in_channels, std::int64_t out_channels, std::int64_t groups) {
  return groups == in_channels && groups == out_channels ? ConvKind::depthwise_conv
                                                         : ConvKind::conv;
}

std::string kind_name(const Operator& op) { return std::visit(KindName{}, op); }
std::string kind_name(const QuantizedOperator& op) { return std::visit(KindName{}, op); }

std::int64_t macs(const Graph& /*graph*/, const Node& node) {
  const auto* conv = std::get_if<Conv>(&node.op);
  return conv == nullptr ? 0 : conv_macs(*conv, node.shape, node.name);
}

std::int64_t macs(const QuantizedGraph& /*graph*/, const QuantizedNode& node) {
  const auto* conv = std::get_if<QuantizedConv>(&node.op);
  return conv == nullptr ? 0 : conv_macs(*conv, node.shape, node.name);
}

}  // namespace npusim::graph
