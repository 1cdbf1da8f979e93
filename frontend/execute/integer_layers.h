// SPDX-License-Identifier: Apache-2.0
// The nodes of a quantized graph, prepared for execution.
#pragma once

#include <cstdint>
#include <memory>

#include "frontend/execute/layer_plan.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/arith/requantize_rows.h"

namespace npusim::execute {

/// conv, depthwise_conv and gemm.
std::unique_ptr<const Layer<std::int8_t>> make_integer_conv(const graph::QuantizedGraph& graph,
                                                            const graph::QuantizedNode& node);
/// Max and average pooling.
std::unique_ptr<const Layer<std::int8_t>> make_integer_pool(const graph::QuantizedGraph& graph,
                                                            const graph::QuantizedNode& node);
/// Any node but the input. The second: a node in place of one of the graph's, with its inputs.
std::unique_ptr<const Layer<std::int8_t>> make_integer_layer(const graph::QuantizedGraph& graph,
                                                             graph::NodeId id);
std::unique_ptr<const Layer<std::int8_t>> make_integer_layer(const graph::QuantizedGraph& graph,
                                                             const graph::QuantizedNode& node);

inline arith::OutputCode output_code(const graph::QuantizedNode& node) {
  return {node.quantization.zero_point, node.clamps.low, node.clamps.high};
}

inline arith::FixedPoint fixed_point(const graph::FixedPoint& scale) {
  return {scale.multiplier, scale.shift};
}

}  // namespace npusim::execute
