// SPDX-License-Identifier: Apache-2.0
// What of a report must add up.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/isa/program.h"
#include "sim/stats/simulation_result.h"

namespace npusim::soak {

/// A line for each sum of the report of this simulation that is not that of its parts: every unit's
/// cycles, the layers' cycles, MACs, bytes and energy, the parameters; and for a text that is wider
/// than it may be, or a JSON that is not read back.
std::vector<std::string> wrong_sums(const isa::Program& program,
                                    const stats::SimulationResult& result,
                                    const std::filesystem::path& technology);

}  // namespace npusim::soak
