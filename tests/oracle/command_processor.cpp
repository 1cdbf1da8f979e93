// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/command_processor.h"

#include <algorithm>

namespace npusim::oracle {

CommandProcessor::CommandProcessor(Machine& machine, const std::array<Unit*, isa::kUnits>& units)
    : machine_(machine),
      units_(units),
      instructions_per_block_(static_cast<std::size_t>(
          machine.program.hardware.command_processor.fetch_bytes / isa::kInstructionBytes)),
      blocks_((machine.program.instructions.size() + instructions_per_block_ - 1) /
              instructions_per_block_) {}

void CommandProcessor::tick() {
  request_block();
  machine_.ledger.command_processor(dispatch());
}

void CommandProcessor::request_block() {
  if (requested_ == blocks_ || in_flight_.size() >= 2) return;
  const std::size_t first = requested_ * instructions_per_block_;
  const std::size_t count =
      std::min(instructions_per_block_, machine_.program.instructions.size() - first);
  Request block;
  block.address = machine_.program.dram_bytes + first * isa::kInstructionBytes;
  block.bytes = machine_.program.hardware.command_processor.fetch_bytes;
  block.traffic = static_cast<std::int64_t>(count) * isa::kInstructionBytes;
  in_flight_.push_back(block);
  machine_.dram->request(Requester::fetch, in_flight_.back(), machine_.now);
  ++requested_;
}

stats::Activity CommandProcessor::dispatch() {
  const isa::Program& program = machine_.program;
  if (next_ == program.instructions.size()) return stats::Activity::idle;
  if (in_flight_.empty() || in_flight_.front().complete > machine_.now) {
    return stats::Activity::fetch;
  }
  const isa::Instruction& instruction = program.instructions[next_];
  if (instruction.opcode == isa::Opcode::end) {
    machine_.ledger.done(next_, machine_.now + 1);
  } else {
    const auto unit = static_cast<std::size_t>(isa::unit_of(instruction.opcode));
    const config::QueueDepths& depths = program.hardware.queue_depths;
    const std::int64_t depth[] = {depths.dma_in,        depths.dma_weights, depths.dma_out,
                                  depths.weight_loader, depths.mac_array,   depths.requantization,
                                  depths.vector};
    if (units_[unit]->occupancy() >= depth[unit]) return stats::Activity::queue_full;
    units_[unit]->enqueue(next_);
  }
  ++next_;
  if (next_ % instructions_per_block_ == 0 || next_ == program.instructions.size()) {
    in_flight_.pop_front();
  }
  return stats::Activity::busy;
}

}  // namespace npusim::oracle
