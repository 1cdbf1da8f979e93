// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/command_processor.h"

#include <algorithm>

namespace npusim::registers {

CommandProcessor::CommandProcessor(const sc_core::sc_module_name& name, Context& context,
                                   Clock& clock, DramPort& dram,
                                   std::array<Unit*, isa::kUnits> units)
    : sc_module(name), context_(context), clock_(clock), dram_(dram), units_(units) {
  SC_METHOD(on_control);
  sensitive << clock.control;
  dont_initialize();
}

void CommandProcessor::on_control() {
  const bool room = blocks_.size() < 2;
  ++context_.result.units[kCommandProcessor][dispatch()];
  if (room) fetch();
  for (const std::uint64_t first : dram_.completing) {
    for (Block& block : blocks_) {
      if (block.first == first) block.arrived = true;
    }
  }
}

stats::Activity CommandProcessor::dispatch() {
  const std::vector<isa::Instruction>& instructions = context_.program.instructions;
  if (next_ == instructions.size()) return stats::Activity::idle;
  if (blocks_.empty() || !blocks_.front().arrived) return stats::Activity::fetch;
  if (instructions[next_].opcode == isa::Opcode::end) {
    context_.result.start[next_] = clock_.cycle();
    context_.done(next_, clock_.cycle() + 1);
  } else {
    const config::QueueDepths& depths = context_.hardware.queue_depths;
    const std::array<std::int64_t, isa::kUnits> depth{
        depths.dma_in,    depths.dma_weights,    depths.dma_out, depths.weight_loader,
        depths.mac_array, depths.requantization, depths.vector};
    const auto unit = static_cast<std::size_t>(isa::unit_of(instructions[next_].opcode));
    if (units_[unit]->queue.occupancy() >= depth[unit]) return stats::Activity::queue_full;
    units_[unit]->queue.push(next_);
  }
  ++next_;
  if (next_ == blocks_.front().end) blocks_.pop_front();
  return stats::Activity::busy;
}

void CommandProcessor::fetch() {
  const std::size_t count = context_.program.instructions.size();
  if (fetched_ == count) return;
  const std::int64_t fetch_bytes = context_.hardware.command_processor.fetch_bytes;
  const std::size_t end =
      std::min(count, fetched_ + static_cast<std::size_t>(fetch_bytes) / isa::kInstructionBytes);
  DramRequest request;
  request.address = context_.program.dram_bytes + fetched_ * isa::kInstructionBytes;
  request.bytes = static_cast<std::int64_t>((end - fetched_) * isa::kInstructionBytes);
  request.granule_bytes = fetch_bytes;
  request.charged_whole = true;
  context_.result.dram.instruction_bytes += request.bytes;
  request.tag = fetched_;
  dram_.requests.push(std::move(request));
  blocks_.push_back({fetched_, end, false});
  fetched_ = end;
}

}  // namespace npusim::registers
