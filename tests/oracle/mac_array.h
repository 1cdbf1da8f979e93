// SPDX-License-Identifier: Apache-2.0
// The MAC array with its feeder (section 6). It ticks before the weight loader, which sees
// shadow_free in the cycle of the swap.
#pragma once

#include <vector>

#include "tests/oracle/folds.h"
#include "tests/oracle/unit.h"

namespace npusim::oracle {

class MacArray : public Unit {
 public:
  explicit MacArray(Machine& machine) : Unit(machine, isa::Unit::mac_array) {}
  void tick() override;

 private:
  /// Before every cycle, by more than any array is deep.
  static constexpr Cycle kLongAgo = -(Cycle{1} << 40);

  /// What the next fold still waits for; busy where it starts.
  stats::Activity begin_fold();
  /// Whether accumulators and drain registers let this fold begin.
  bool may_begin(const Fold& fold) const;
  void end_fold(Cycle end);

  std::vector<Fold> folds_;
  std::size_t fold_ = 0;
  bool streaming_ = false;
  Fold left_;                  // of the fold that streams
  Cycle sums_back_ = 0;        // of the last fold, where the next one continues them
  Cycle tile_end_ = kLongAgo;  // e of the last output stationary tile
  Cycle last_done_ = 0;
};

}  // namespace npusim::oracle
