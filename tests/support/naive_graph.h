// SPDX-License-Identifier: Apache-2.0
// A float graph evaluated in double by the plainest loops: what the passes and the importer are
// compared with. Knows every operator, before and after the passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::test {

/// One tensor per node of the graph, in height, width, channel order.
std::vector<std::vector<double>> evaluate_naively(const graph::Graph& graph,
                                                  const std::vector<double>& input_hwc);

/// The tensor of the first output.
std::vector<double> first_output(const graph::Graph& graph, const std::vector<double>& input_hwc);

/// `count` values in [-1, 1), the same for the same seed.
std::vector<float> random_floats(std::size_t count, std::uint64_t seed);

}  // namespace npusim::test
