// SPDX-License-Identifier: Apache-2.0
// One accumulator of a convolution, and what becomes of it: for the few that have a flipped bit.
#pragma once

#include <cstdint>

#include "frontend/graph/quantized_graph.h"

namespace npusim::flips {

/// The sum of output element `element` (NHWC) of a convolution or Gemm, from its bias on, as the
/// accumulator holds it when all products are in. input: the node's input tensor. A guaranteed
/// accumulator wraps.
std::int32_t finished_sum(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                          const std::int8_t* input, std::int64_t element);

/// Its code.
std::int8_t code_of_sum(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                        std::int64_t element, std::int32_t sum);

}  // namespace npusim::flips
