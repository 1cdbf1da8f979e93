// SPDX-License-Identifier: Apache-2.0
// What a simulation of a Program costs in energy, and its machine in area: counts (work.h, the
// simulation's DRAM bytes and cycles) times prices (technology.h, gate_counts.h).
//
// Every term, one unit's dynamic or static energy in one layer, is a whole number of picojoules,
// and every sum is a sum of terms: layers and units add up to the totals exactly.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/energy/area.h"
#include "sim/stats/simulation_result.h"

namespace npusim::energy {

struct Picojoules {
  std::int64_t dynamic_picojoules = 0;
  std::int64_t static_picojoules = 0;
  std::int64_t total() const { return dynamic_picojoules + static_picojoules; }
};
using ByUnit = std::array<Picojoules, kUnits>;
Picojoules sum_of(const ByUnit& units);

struct Estimate {
  std::string technology;
  std::vector<std::string> not_counted;  // what the technology has no number for
  std::vector<ByUnit> layers;            // as Program::layers
  ByUnit units;                          // sums over the layers
  Area area;
};

/// `result` is of this Program; values need not have been simulated.
Estimate estimate(const isa::Program& program, const stats::SimulationResult& result,
                  const Technology& technology);

}  // namespace npusim::energy
