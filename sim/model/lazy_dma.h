// SPDX-License-Identifier: Apache-2.0
// A DMA unit in front of the flat DRAM, where nobody listens to its bursts: the same cycles as
// DmaRead and DmaWrite have (tests/timing compares them on everything they try), but its bursts are
// a recurrence (ReadBursts, WriteBursts) and no events. It wakes for an instruction's start, its
// end and what lies between them for the instructions behind it, whatever the number of its bursts.
#pragma once

#include <cstdint>
#include <systemc>
#include <type_traits>

#include "sim/model/dma.h"
#include "sim/model/flat_dram.h"
#include "sim/model/read_bursts.h"
#include "sim/model/transfer_listener.h"
#include "sim/model/write_bursts.h"

namespace npusim::model {

/// Bursts: ReadBursts, or WriteBursts, which needs two ports.
template <typename Bursts>
class LazyDma : public Dma, private TransferListener {
 public:
  LazyDma(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
          Machine& machine, const LocalMemory& local, DramStorage& storage)
      : Dma(name, unit, queue_depth, machine, local, storage),
        bursts_(outstanding_limit(), FlatDramTimes(machine.hardware()).of(id_), *this) {}

  void bind(Dram& memory) override {
    Dma::bind(memory);
    dram_ = dynamic_cast<FlatDram*>(&memory);
    dram_->attach(id_, bursts_);
    local_.memory->port.set_announcer(dram_);
  }

 private:
  static constexpr bool kWrites = std::is_same_v<Bursts, WriteBursts>;

  void step() override {
    if (in_work_.empty()) account(blocked().activity, blocked().instruction, now());
    if (free_from_ <= now()) {
      if (const auto next = try_start()) start_transfer(*next);
    }
    if (free_from_ > now() && free_from_ != kNever) wake_at(free_from_);
  }

  void start_transfer(std::size_t instruction) {
    in_work_.push_back(instruction);
    free_from_ = kNever;
    bursts_.begin(Transfer(instruction, std::get<isa::Dma>(this->instruction(instruction).fields),
                           machine_.hardware().dma.burst_bytes, local_.accesses, now()));
    dram_->extended(id_);
  }

  void granted(const GrantRun& run) override {
    machine_.recorder.passed({id_, run.first_cycle, run.period, run.count, run.burst_bytes});
  }

  void streams(const Reservation& reservation, std::int64_t end) override {
    local_.memory->port.reserve(local_.level, reservation);
    busy_cycles_ += reservation.accesses * reservation.count;
    stream_end_ = end;
  }

  void finished(std::size_t instruction, std::int64_t end) override {
    if (!kWrites) account_streams(instruction);
    complete(instruction, end);
  }

  // A write's last stream ends in it, and the next one's begin before the write is done.
  void free_from(std::int64_t cycle) override {
    if (kWrites) account_streams(in_work_.back());
    free_from_ = cycle;
    wake_at(cycle);
  }

  // A write is done after its stream.
  void apply_effects(std::size_t instruction) override {
    if (in_work_.size() == 1) {
      account(stats::Activity::dram, static_cast<std::int64_t>(instruction), now());
    }
    Dma::apply_effects(instruction);
  }

  // What is between the streams is waiting for the DRAM; their order is nobody's concern.
  void account_streams(std::size_t instruction) {
    const auto i = static_cast<std::int64_t>(instruction);
    account(stats::Activity::dram, i, stream_end_ - busy_cycles_);
    account(stats::Activity::busy, i, stream_end_);
    busy_cycles_ = 0;
  }

  FlatDram* dram_ = nullptr;
  Bursts bursts_;
  std::int64_t free_from_ = 0;    // the next start; kNever while it is not known
  std::int64_t busy_cycles_ = 0;  // not accounted yet
  std::int64_t stream_end_ = 0;
};

using LazyDmaRead = LazyDma<ReadBursts>;
using LazyDmaWrite = LazyDma<WriteBursts>;

}  // namespace npusim::model
