// SPDX-License-Identifier: Apache-2.0
#include "sim/model/command_processor.h"

#include <algorithm>

#include "sim/base/math.h"

namespace npusim::model {
namespace {

constexpr std::size_t kBlocksAtOnce = 2;

}  // namespace

CommandProcessor::CommandProcessor(const sc_core::sc_module_name& name, Machine& machine)
    : sc_module(name),
      dram_out("dram_out"),
      unit_out("unit_out", isa::kUnits),
      machine_(machine),
      per_block_(static_cast<std::size_t>(machine.hardware().command_processor.fetch_bytes /
                                          isa::kInstructionBytes)),
      blocks_(base::ceil_div(machine.program.instructions.size(), per_block_)),
      complete_(blocks_, -1) {
  SC_HAS_PROCESS(CommandProcessor);
  SC_METHOD(run);
  sensitive << timer_ << block_event_;
  for (auto& sink : unit_out) sensitive << sink;  // its default event: room in the queue
}

void CommandProcessor::run() {
  guarded(machine_, [this] { step(); });
}

void CommandProcessor::burst_scheduled(std::int64_t sequence, std::int64_t complete) {
  const auto block = static_cast<std::size_t>(sequence);
  complete_[block] = complete;
  // Not timer_: a block complete in this very cycle would take back the wake of the next one.
  if (block == block_of(next_)) block_event_.notify(cycles(complete - now()));
}

void CommandProcessor::step() {
  if (last_dispatch_ == now()) return;  // this cycle's work is done
  machine_.recorder.account(UnitId::command_processor, state_, -1, now());
  fetch();
  dispatch();
}

// Blocks are held from their request until the cycle after their last instruction's dispatch.
void CommandProcessor::fetch() {
  if (requested_ == blocks_ || last_request_ == now()) return;
  if (requested_ - block_of(next_) >= kBlocksAtOnce) return;
  const std::int64_t block_bytes = machine_.hardware().command_processor.fetch_bytes;
  const std::int64_t begin = static_cast<std::int64_t>(requested_) * block_bytes;
  const std::int64_t end = std::min(begin + block_bytes, machine_.program.instructions_bytes());
  dram_out->request({UnitId::command_processor, this,
                     machine_.program.dram_bytes + static_cast<std::uint64_t>(begin), end - begin,
                     now() + 1, static_cast<std::int64_t>(requested_)});
  ++requested_;
  last_request_ = now();
  timer_.notify(cycles(1));
}

InstructionSink& CommandProcessor::sink_of(std::size_t instruction) {
  const isa::Opcode opcode = machine_.program.instructions[instruction].opcode;
  return *unit_out[static_cast<std::size_t>(isa::unit_of(opcode))].operator->();
}

void CommandProcessor::dispatch() {
  if (next_ == machine_.program.instructions.size()) {
    state_ = stats::Activity::idle;
    return;
  }
  const std::size_t block = block_of(next_);
  if (complete_[block] < 0 || complete_[block] > now()) {
    state_ = stats::Activity::fetch;
    if (complete_[block] > now()) timer_.notify(cycles(complete_[block] - now()));
    return;
  }
  const bool end = machine_.program.instructions[next_].opcode == isa::Opcode::end;
  if (!end && !sink_of(next_).has_room()) {
    state_ = stats::Activity::queue_full;
    return;
  }
  state_ = stats::Activity::busy;
  last_dispatch_ = now();
  timer_.notify(cycles(1));
  if (end) {
    machine_.recorder.done(UnitId::command_processor, next_, now() + 1);
  } else {
    sink_of(next_).push(next_);
    machine_.recorder.queued(unit_id(isa::unit_of(machine_.program.instructions[next_].opcode)),
                             next_, now());
  }
  ++next_;
}

std::string CommandProcessor::waits_for() const {
  if (next_ == machine_.program.instructions.size()) return {};
  const isa::Opcode opcode = machine_.program.instructions[next_].opcode;
  return "command_processor: instruction " + std::to_string(next_) + " (" +
         isa::opcode_name(opcode) + ") waits for room in the queue of " +
         (opcode == isa::Opcode::end ? "nobody" : isa::unit_name(isa::unit_of(opcode)));
}

}  // namespace npusim::model
