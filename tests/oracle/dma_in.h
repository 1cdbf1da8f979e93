// SPDX-License-Identifier: Apache-2.0
// A DMA unit that reads the DRAM: activations in, weights (section 5).
#pragma once

#include <deque>
#include <vector>

#include "tests/oracle/accesses.h"
#include "tests/oracle/unit.h"

namespace npusim::oracle {

class DmaIn : public Unit {
 public:
  DmaIn(Machine& machine, isa::Unit name);
  void tick() override;

 private:
  struct Burst {
    Request request;
    std::int64_t accesses = 0;  // still to be made
    std::size_t instruction = 0;
    bool last = false;  // of the instruction
  };
  void issue();
  /// One cycle of the write side, and what the unit's cycle counts as.
  void write();

  Requester requester_;
  Scratchpad* scratchpad_;
  std::vector<Piece> pieces_;  // of the instruction that issues
  std::size_t next_piece_ = 0;
  std::deque<Burst> bursts_;  // issued and not retired
  std::int64_t in_work_ = 0;  // instructions between start and done
};

}  // namespace npusim::oracle
