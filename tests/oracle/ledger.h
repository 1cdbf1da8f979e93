// SPDX-License-Identifier: Apache-2.0
// Who did what in which cycle (section 9): each unit's cycles, each layer's, and the end of the
// run.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/isa/program.h"
#include "sim/stats/simulation_result.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {

/// The units of the ISA, then the command processor.
inline constexpr std::size_t kCommandProcessor = isa::kUnits;

class Ledger {
 public:
  explicit Ledger(const isa::Program& program);

  void command_processor(stats::Activity activity) { ++units_[kCommandProcessor][activity]; }
  /// A cycle of a unit that works for no instruction.
  void idle(isa::Unit unit) { ++units_[static_cast<std::size_t>(unit)][stats::Activity::idle]; }
  /// A cycle that a unit spends on an instruction, or on waiting to start it.
  void spend(isa::Unit unit, std::size_t instruction, stats::Activity activity);

  void started(isa::Unit unit, std::size_t instruction, Cycle start);
  /// The unit can take its next instruction from `free`.
  void freed(isa::Unit unit, std::size_t instruction, Cycle free);
  void done(std::size_t instruction, Cycle done);

  /// All instructions are done and have been at the end of the cycle before `now`.
  bool over(Cycle now) const { return done_ == instructions_ && last_done_ <= now; }

  /// Everything but the DRAM and the statistics tree.
  stats::SimulationResult result() const;

 private:
  struct Layer {
    Cycle first_start = kNever, end = 0;
    Cycle span_begin = kNever, span_end = 0;
    stats::ActivityCycles compute;
  };
  Layer& layer_of(std::size_t instruction);
  bool computes(isa::Unit unit, std::size_t instruction) const;

  const isa::Program* program_;
  std::array<stats::ActivityCycles, isa::kUnits + 1> units_{};
  std::vector<Layer> layers_;
  std::vector<isa::Unit> compute_units_;  // one per layer
  std::size_t instructions_ = 0, done_ = 0;
  Cycle last_done_ = 0;
};

}  // namespace npusim::oracle
