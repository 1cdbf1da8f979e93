// SPDX-License-Identifier: Apache-2.0
// One integer network read by the graph executor and by the SystemC machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// Codes drawn from the seed, the same on every platform.
std::vector<std::int8_t> random_codes(std::uint64_t seed, std::int64_t count);

using CodeTensors = std::vector<std::vector<std::int8_t>>;

/// Every node's tensor as the integer executor has it; `input` holds the inputs one behind the
/// other.
CodeTensors executed_tensors(const graph::QuantizedGraph& graph,
                             const std::vector<std::int8_t>& input);

/// Runs the Program on the machine and compares every tensor with `wanted`, by node. The names of
/// those that differ, in order; empty where all agree.
std::vector<std::string> tensors_that_differ(const isa::Program& program, const CodeTensors& wanted,
                                             const std::vector<std::int8_t>& input);
/// The same with the graph's own tensors.
std::vector<std::string> tensors_that_differ(const graph::QuantizedGraph& graph,
                                             const isa::Program& program,
                                             const std::vector<std::int8_t>& input);

}  // namespace npusim::test
