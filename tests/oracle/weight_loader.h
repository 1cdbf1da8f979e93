// SPDX-License-Identifier: Apache-2.0
// The weight loader (section 6).
#pragma once

#include <vector>

#include "tests/oracle/unit.h"

namespace npusim::oracle {

class WeightLoader : public Unit {
 public:
  explicit WeightLoader(Machine& machine) : Unit(machine, isa::Unit::weight_loader) {}
  void tick() override;

 private:
  std::vector<std::int64_t> loads_;  // accesses of each fold
  std::size_t fold_ = 0;
  std::int64_t accesses_left_ = 0;  // of the fold's stream; 0: it has not begun
};

}  // namespace npusim::oracle
