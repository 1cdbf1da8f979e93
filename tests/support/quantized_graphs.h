// SPDX-License-Identifier: Apache-2.0
// Small integer networks without the float path: by hand, node by node, or drawn from a seed. What
// the tests of the compiler, the interpreter and the machine start from.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::test {

struct QuantizedGraphOptions {
  std::string scheme = "shift_scaler";  // "per_layer", "shift_scaler" or "per_channel"
  std::int32_t field_bits = 4;          // of shift_scaler, 1 to 4
  std::int32_t multiplier_bits = 31;    // 15 or 31
  bool shift_before_multiply = false;
  bool draws_widths = false;        // weights of 2 to 8 bits, activations of 4 to 8; else all 8
  bool gate_may_be_first = true;    // of Mul; the executor wants it second, the compiler takes both
  std::int64_t map_factor = 1;      // drawn maps up to so many times as high and wide
  std::int64_t channel_factor = 1;  // and with so many times as many channels
};

/// Appends nodes; weights, biases, tables, zero points, clamps and scales are drawn from the seed.
/// All records are valid for the machine (sim/isa/instruction.h) and of a size that keeps outputs
/// from all saturating. Shapes are inferred; every method throws base::InputError where the
/// operands do not fit the operator.
class QuantizedGraphBuilder {
 public:
  using NodeId = graph::NodeId;

  explicit QuantizedGraphBuilder(std::uint64_t seed, QuantizedGraphOptions options = {});

  NodeId input(const graph::Shape& shape);
  NodeId conv(NodeId from, std::int64_t out_channels, const graph::Window& window = {},
              std::int64_t groups = 1);
  NodeId depthwise(NodeId from, const graph::Window& window);
  NodeId gemm(NodeId from, std::int64_t out_channels);
  NodeId add(NodeId a, NodeId b);
  /// Either operand may be 1 x 1 x channels.
  NodeId mul(NodeId a, NodeId b);
  NodeId concat(std::vector<NodeId> inputs);
  NodeId pool(NodeId from, graph::PoolKind kind, const graph::Window& window,
              bool count_include_pad = false);
  NodeId lookup(NodeId from);

  const graph::Shape& shape(NodeId id) const { return graph_.node(id).shape; }
  NodeId last() const { return static_cast<NodeId>(graph_.nodes.size()) - 1; }
  /// In [low, high]; the same on every platform.
  std::int64_t draw(std::int64_t low, std::int64_t high);

  /// The graph. Without `outputs`: the layers that nobody reads.
  graph::QuantizedGraph build(std::vector<NodeId> outputs = {});

 private:
  NodeId append(const char* kind, graph::QuantizedOperator op, std::vector<NodeId> inputs);
  NodeId append_conv(const char* kind, graph::QuantizedConv conv, NodeId from);
  graph::Requantization requantization(std::int64_t channels, std::int64_t reduction,
                                       std::int32_t weight_bits);
  void narrow(graph::QuantizedNode& node);
  graph::FixedPoint fixed_point(double factor);

  std::mt19937_64 engine_;
  QuantizedGraphOptions options_;
  graph::QuantizedGraph graph_;
};

/// kernel x kernel, the same stride, padding and dilation in both directions.
graph::Window square_window(std::int64_t kernel, std::int64_t stride = 1, std::int64_t pad = 0,
                            std::int64_t dilation = 1);

/// Up to a dozen layers of every kind: odd sizes, grouped, dilated and padded windows, one or two
/// inputs, tensors used twice by one node, outputs that are also consumed;
/// products, gates and concatenations of up to four.
graph::QuantizedGraph random_quantized_graph(std::uint64_t seed,
                                             const QuantizedGraphOptions& options = {});

}  // namespace npusim::test
