// SPDX-License-Identifier: Apache-2.0
// The three readings of one integer network held against each other: the graph executor, the
// Program interpreter and the SystemC machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// Codes drawn from the seed, the same on every platform.
std::vector<std::int8_t> random_codes(std::uint64_t seed, std::int64_t count);

/// Runs the Program of a graph with one input on the machine and compares every tensor with the
/// executor's. The names of those that differ, in order; empty where all agree.
std::vector<std::string> tensors_that_differ(const graph::QuantizedGraph& graph,
                                             const isa::Program& program,
                                             const std::vector<std::int8_t>& input);

}  // namespace npusim::test
