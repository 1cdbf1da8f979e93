// SPDX-License-Identifier: Apache-2.0
// The DMA unit that writes the DRAM (section 5).
#pragma once

#include <deque>
#include <list>
#include <vector>

#include "tests/oracle/accesses.h"
#include "tests/oracle/unit.h"

namespace npusim::oracle {

class DmaOut : public Unit {
 public:
  explicit DmaOut(Machine& machine) : Unit(machine, isa::Unit::dma_out) {}
  /// Retires the writes that are done, and completes instructions.
  void begin_cycle() override;
  void tick() override;

 private:
  struct Transfer {
    std::size_t instruction = 0;
    std::size_t writes_left = 0;  // bursts whose write is not done
  };
  struct Write {
    Request request;
    Transfer* transfer = nullptr;
  };
  /// Whether a burst's stream is on its way in this cycle; begins the next one where it may begin.
  bool has_stream();
  void finish_stream();

  std::vector<Piece> pieces_;  // of the instruction that is read
  std::size_t next_piece_ = 0;
  std::int64_t accesses_left_ = 0;  // of the burst being read; 0: none is
  std::deque<Transfer> transfers_;  // instructions between start and done
  std::list<Write> writes_;         // requested and not retired
};

}  // namespace npusim::oracle
