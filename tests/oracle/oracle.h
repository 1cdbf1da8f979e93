// SPDX-License-Identifier: Apache-2.0
// The tick oracle: docs/timing-model.md executed one cycle after another, without a short cut. It
// is a second reading of that page, written without the machine's source; whoever changes a rule
// changes the page, and this from the page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/program.h"
#include "sim/stats/simulation_result.h"

namespace npusim::oracle {

/// Cycles, stalls and traffic of a valid Program (isa::verify) on the hardware that it names;
/// neither outputs nor the statistics tree. base::SimulationError where it is not over after
/// `cycle_limit` cycles, as in a deadlock.
stats::SimulationResult run(const isa::Program& program, std::int64_t cycle_limit = 1'000'000'000);

/// One line for every figure in which the machine's result differs from the oracle's, at most
/// `most`: the total, each unit's cycles by activity, each layer's start, end, cycles, span, the
/// cycles of its compute unit and its traffic, the DRAM's traffic. Outputs and the statistics tree
/// are not compared.
std::vector<std::string> differences(const isa::Program& program,
                                     const stats::SimulationResult& machine,
                                     const stats::SimulationResult& oracle, std::size_t most = 20);

}  // namespace npusim::oracle
