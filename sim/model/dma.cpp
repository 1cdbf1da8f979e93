// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dma.h"

#include <algorithm>

#include "sim/stats/accesses.h"

namespace npusim::model {

Dma::Dma(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
         Machine& machine, const LocalMemory& local, DramStorage& storage)
    : Unit(name, unit, queue_depth, machine),
      dram_out("dram_out"),
      local_(local),
      storage_(storage) {
  SC_HAS_PROCESS(Dma);
  SC_METHOD(run);
  sensitive << timer_ << queue_event() << posted_event();
}

void Dma::run() {
  guarded(machine_, [this] { step(); });
}

void Dma::wake_at(std::int64_t cycle) { timer_.notify(cycles(cycle - now())); }

std::int64_t Dma::outstanding_limit() const { return machine_.hardware().dma.outstanding_requests; }

void Dma::start(std::size_t instruction) {
  current_ = instruction;
  in_work_.push_back(instruction);
  cutter_ = BurstCutter(std::get<isa::Dma>(this->instruction(instruction).fields),
                        machine_.hardware().dma.burst_bytes);
}

void Dma::apply_effects(std::size_t instruction) {
  in_work_.pop_front();
  if (!machine_.with_values) return;
  const auto& dma = std::get<isa::Dma>(this->instruction(instruction).fields);
  const bool to_dram = unit_ == isa::Unit::dma_out;
  for (std::uint32_t i2 = 0; i2 < dma.count2; ++i2) {
    for (std::uint32_t i1 = 0; i1 < dma.count1; ++i1) {
      const std::uint64_t address = dma.dram_address + std::uint64_t{i1} * dma.dram_stride1 +
                                    std::uint64_t{i2} * dma.dram_stride2;
      std::uint8_t* local = local_.memory->bytes.data() + dma.local_address +
                            std::uint64_t{i1} * dma.local_stride1 +
                            std::uint64_t{i2} * dma.local_stride2;
      if (to_dram) {
        storage_.write(address, local, dma.bytes);
      } else {
        storage_.read(address, local, dma.bytes);
      }
    }
  }
}

void DmaRead::burst_scheduled(std::int64_t sequence, std::int64_t complete) {
  issued_[static_cast<std::size_t>(sequence - first_sequence_)].complete = complete;
  if (sequence != first_sequence_) return;
  while (!issued_.empty() && issued_.front().complete >= 0) {
    const Issued burst = issued_.front();
    issued_.pop_front();
    ++first_sequence_;
    write(burst);
  }
  issue();
}

void DmaRead::write(const Issued& burst) {
  const auto instruction = static_cast<std::int64_t>(burst.instruction);
  const std::int64_t begin = std::max(burst.complete, stream_end_);
  stream_end_ = begin + burst.accesses;
  local_.memory->port.reserve(local_.level, {begin, burst.accesses, burst.accesses, 1});
  account(stats::Activity::dram, instruction, begin);
  account(stats::Activity::busy, instruction, stream_end_);
  ends_.push_back(stream_end_);
  if (burst.last) complete(burst.instruction, stream_end_);
}

void DmaRead::step() {
  if (in_work_.empty()) account(blocked().activity, blocked().instruction, now());
  if (!transferring() && now() >= next_issue_) {
    if (const auto next = try_start()) {
      start(*next);
      next_issue_ = now();
    }
  }
  issue();
}

// Issues all bursts whose cycles are known: one per cycle, and, when the limit is reached, not
// before the oldest burst is retired.
void DmaRead::issue() {
  while (transferring()) {
    if (static_cast<std::int64_t>(issued_.size() + ends_.size()) >= outstanding_limit()) {
      if (ends_.empty()) return;  // the next grant will tell
      next_issue_ = std::max(next_issue_, ends_.front());
      ends_.pop_front();
    }
    const Burst burst = cutter_.next();
    issued_.push_back(
        {current_, local_.accesses(burst.local_address, burst.bytes), cutter_.done()});
    ++next_issue_;
    dram_out->request({id_, this, burst.dram_address, burst.bytes, next_issue_, next_sequence_++});
  }
  if (next_issue_ > now()) wake_at(next_issue_);
}

void DmaWrite::set_state() {
  state_ = blocked();
  if (in_work_.empty()) return;
  const std::size_t instruction = transferring() ? current_ : in_work_.front();
  state_ = {stats::Activity::dram, static_cast<std::int64_t>(instruction)};
}

void DmaWrite::burst_scheduled(std::int64_t sequence, std::int64_t complete) {
  requested_[static_cast<std::size_t>(sequence - first_sequence_)].complete = complete;
  completes_.push(complete);
  --unscheduled_;
  while (!requested_.empty() && requested_.front().complete >= 0) {
    const Requested burst = requested_.front();
    requested_.pop_front();
    ++first_sequence_;
    done_ = std::max(done_, burst.complete);
    if (burst.last) this->complete(burst.instruction, done_);
  }
  if (held_back() && completes_.top() == complete) wake_at(complete);
}

void DmaWrite::step() {
  while (!completes_.empty() && completes_.top() <= now()) completes_.pop();
  if (streaming_) {
    end_stream();
  } else {
    account(state_.activity, state_.instruction, now());
  }
  if (!streaming_ && !transferring()) {
    if (const auto next = try_start()) start(*next);
  }
  begin_stream();
  set_state();
  if (held_back() && !completes_.empty()) wake_at(completes_.top());
}

void DmaWrite::end_stream() {
  const std::int64_t end = local_.memory->port.earliest_end(local_.level, now());
  if (end != now()) {
    wake_at(end);
    return;
  }
  streaming_ = false;
  account_stream(current_, accesses_, now());
  requested_.push_back({current_, cutter_.done()});
  ++unscheduled_;
  // Posted in the last cycle of the stream, so visible now, but for the decoder.
  const std::int64_t visible =
      now() + config::decode_cycles(machine_.hardware().activation_scratchpad);
  dram_out->request({id_, this, burst_.dram_address, burst_.bytes, visible, next_sequence_++});
}

void DmaWrite::begin_stream() {
  const auto unretired = unscheduled_ + static_cast<std::int64_t>(completes_.size());
  if (streaming_ || !transferring() || unretired >= outstanding_limit()) return;
  burst_ = cutter_.next();
  accesses_ = local_.accesses(burst_.local_address, burst_.bytes);
  auto& port = local_.memory->port;
  port.begin(local_.level, now(), accesses_);
  streaming_ = true;
  wake_at(port.earliest_end(local_.level, now()));
}

}  // namespace npusim::model
