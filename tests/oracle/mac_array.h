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
  /// What the next fold still waits for; busy where it starts.
  stats::Activity begin_fold();
  void end_fold(Cycle end);

  std::vector<Fold> folds_;
  std::size_t fold_ = 0;
  bool streaming_ = false;
  Fold left_;  // of the fold that streams
};

}  // namespace npusim::oracle
