// SPDX-License-Identifier: Apache-2.0
// Instruction fetch and dispatch (section 2).
#pragma once

#include <array>
#include <deque>

#include "tests/oracle/unit.h"

namespace npusim::oracle {

class CommandProcessor {
 public:
  CommandProcessor(Machine& machine, const std::array<Unit*, isa::kUnits>& units);
  void tick();

 private:
  void request_block();
  stats::Activity dispatch();

  Machine& machine_;
  std::array<Unit*, isa::kUnits> units_;
  std::size_t instructions_per_block_;
  std::size_t blocks_;             // of the whole Program
  std::size_t requested_ = 0;      // blocks
  std::size_t next_ = 0;           // the instruction to dispatch
  std::deque<Request> in_flight_;  // blocks requested that hold an instruction not dispatched
};

}  // namespace npusim::oracle
