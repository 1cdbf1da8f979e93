// SPDX-License-Identifier: Apache-2.0
// Quantized networks whose integers are drawn, not derived: any zero points, clamps, shifts, weight
// zero points and scales that the rules allow, so that the executors meet what no quantizer makes.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::execute {

/// Nodes, shapes and windows of the float graph; the same integers for the same seed.
graph::QuantizedGraph drawn_quantized(const graph::Graph& graph, std::uint64_t seed);

/// `count` codes over the whole range, every fourth at an extreme.
std::vector<std::int8_t> drawn_codes(std::uint64_t seed, std::int64_t count);

}  // namespace npusim::execute
