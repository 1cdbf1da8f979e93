// SPDX-License-Identifier: Apache-2.0
// What happened, gathered while the machine runs: cycles by activity, layers, traffic. The units
// report here; the observer hears of it from here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/program.h"
#include "sim/model/observer.h"
#include "sim/stats/simulation_result.h"

namespace npusim::model {

class Recorder {
 public:
  Recorder(const isa::Program& program, Observer* observer);

  /// The instruction enters its queue in `cycle`.
  void queued(UnitId unit, std::size_t instruction, std::int64_t cycle) {
    if (observer_ != nullptr) observer_->on_instruction_queued(unit, instruction, cycle);
  }
  /// The instruction leaves its queue in `cycle`.
  void started(UnitId unit, std::size_t instruction, std::int64_t cycle);
  /// Its unit can start the next one from `cycle` on.
  void freed(UnitId unit, std::size_t instruction, std::int64_t cycle);
  /// Its effects are complete at the end of cycle - 1.
  void done(UnitId unit, std::size_t instruction, std::int64_t cycle);

  /// The unit's cycles from the last account on up to `until` (exclusive) were spent so, for this
  /// instruction (-1: none). An empty range is nothing.
  void account(UnitId unit, stats::Activity activity, std::int64_t instruction,
               std::int64_t until) {
    if (until != accounted_[index(unit)]) account_some(unit, activity, instruction, until);
  }
  /// The cycle up to which the unit is accounted.
  std::int64_t accounted(UnitId unit) const { return accounted_[index(unit)]; }
  const stats::ActivityCycles& cycles(UnitId unit) const { return cycles_[index(unit)]; }

  /// Additions of this instruction that the accumulators did not hold.
  void overflowed(std::size_t instruction, std::int64_t additions);

  /// A granted burst, of which the observer hears.
  void burst(const DramBurst& burst, std::int64_t bus_cycles);
  /// Several at once, of which it hears by passed(); `bus_cycles` of each.
  void bursts(UnitId requester, std::int64_t count, std::int64_t bytes, std::int64_t bus_cycles);
  /// Bursts that are counted already.
  void passed(const DramBursts& bursts) {
    if (observer_ != nullptr) observer_->on_dram_bursts(bursts);
  }
  /// Whether somebody is to hear of every burst.
  bool wants_single_bursts() const { return wants_single_bursts_; }

  /// So far, of all instructions.
  std::int64_t overflows() const { return overflows_; }
  /// Whether every instruction is done.
  bool finished() const { return done_ == program_.instructions.size(); }
  std::int64_t total_cycles() const { return total_; }

  /// The result but for outputs and the units' own counters. Throws base::InternalError where
  /// cycles or bytes are not conserved.
  stats::SimulationResult finish();

 private:
  static std::size_t index(UnitId unit) { return static_cast<std::size_t>(unit); }
  void account_some(UnitId unit, stats::Activity activity, std::int64_t instruction,
                    std::int64_t until);
  // The instruction's layer; nullptr where it has none.
  stats::LayerResult* layer_of(std::size_t instruction);
  bool computes(UnitId unit, std::size_t instruction) const;
  void finish_layers();
  void check_bytes() const;

  const isa::Program& program_;
  Observer* observer_;
  const bool wants_single_bursts_;
  std::array<std::int64_t, kUnitIds> accounted_{};
  std::array<stats::ActivityCycles, kUnitIds> cycles_{};
  std::array<std::int64_t, kUnitIds> requested_bytes_{};
  struct Span {
    std::int64_t start = -1;
    std::int64_t end = -1;
  };
  std::vector<Span> spans_;  // of the compute units, by layer
  std::vector<bool> layer_started_;
  std::vector<UnitId> compute_units_;  // by layer
  std::vector<stats::LayerResult> layers_;
  stats::DramResult dram_;
  std::size_t done_ = 0;
  std::int64_t total_ = 0;
  std::int64_t overflows_ = 0;
};

}  // namespace npusim::model
