// SPDX-License-Identifier: Apache-2.0
// Fetch and dispatch (docs/timing-model.md, section 2).
#pragma once

#include <array>
#include <deque>

#include "tests/registers/dram.h"
#include "tests/registers/unit.h"

namespace npusim::registers {

class CommandProcessor : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(CommandProcessor);

  CommandProcessor(const sc_core::sc_module_name& name, Context& context, Clock& clock,
                   DramPort& dram, std::array<Unit*, isa::kUnits> units);

 private:
  struct Block {
    std::size_t first = 0, end = 0;  // instructions
    bool arrived = false;
  };
  void on_control();
  stats::Activity dispatch();
  void fetch();

  Context& context_;
  Clock& clock_;
  DramPort& dram_;
  std::array<Unit*, isa::kUnits> units_;
  std::deque<Block> blocks_;
  std::size_t next_ = 0;     // instruction to dispatch
  std::size_t fetched_ = 0;  // instructions whose blocks were requested
};

}  // namespace npusim::registers
