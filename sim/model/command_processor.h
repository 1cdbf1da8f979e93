// SPDX-License-Identifier: Apache-2.0
// Instruction fetch and dispatch: section 2 of docs/timing-model.md.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>
#include <vector>

#include "sim/model/memory_port.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// Timing: up to two blocks of fetch_bytes are in flight or not dispatched to the end; one
/// instruction is dispatched per cycle, in order, from the cycle in which its block is complete,
/// when its queue had room at the end of the previous cycle.
class CommandProcessor : public sc_core::sc_module, public BurstListener {
 public:
  CommandProcessor(const sc_core::sc_module_name& name, Machine& machine);

  sc_core::sc_port<MemoryPort> dram_out;
  /// The queues by isa::Unit.
  sc_core::sc_vector<sc_core::sc_port<InstructionSink>> unit_out;

  void burst_scheduled(std::int64_t sequence, std::int64_t complete) override;
  /// For the report of a deadlock; empty after END.
  std::string waits_for() const;

 private:
  void run();
  void step();
  void fetch();
  void dispatch();
  std::size_t block_of(std::size_t instruction) const { return instruction / per_block_; }
  InstructionSink& sink_of(std::size_t instruction);

  Machine& machine_;
  const std::size_t per_block_;         // instructions
  const std::size_t blocks_;            // of the Program
  std::size_t requested_ = 0;           // blocks
  std::size_t next_ = 0;                // instruction to dispatch
  std::vector<std::int64_t> complete_;  // by block; -1: not granted
  std::int64_t last_request_ = -1;
  std::int64_t last_dispatch_ = -1;
  stats::Activity state_ = stats::Activity::fetch;
  sc_core::sc_event timer_;
  sc_core::sc_event block_event_;  // the block of the next instruction is complete
};

}  // namespace npusim::model
