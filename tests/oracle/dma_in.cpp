// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/dma_in.h"

namespace npusim::oracle {

DmaIn::DmaIn(Machine& machine, isa::Unit name)
    : Unit(machine, name),
      requester_(name == isa::Unit::dma_in ? Requester::activations_in : Requester::weights),
      scratchpad_(name == isa::Unit::dma_in ? &machine.activations : &machine.weights) {}

void DmaIn::tick() {
  if (next_piece_ == pieces_.size() && start_next()) {
    pieces_ = bursts_of(hardware(), fields<isa::Dma>());
    next_piece_ = 0;
    ++in_work_;
  }
  if (next_piece_ < pieces_.size()) issue();
  write();
}

void DmaIn::issue() {
  if (static_cast<std::int64_t>(bursts_.size()) >= hardware().dma.outstanding_requests) return;
  const Piece& piece = pieces_[next_piece_++];
  Burst burst;
  burst.request.address = piece.dram_address;
  burst.request.bytes = burst.request.traffic = piece.bytes;
  burst.accesses = name_ == isa::Unit::dma_in
                       ? activation_write_accesses(hardware(), piece.local_address, piece.bytes)
                       : weight_write_accesses(hardware(), piece.local_address, piece.bytes);
  burst.instruction = current_;
  burst.last = next_piece_ == pieces_.size();
  bursts_.push_back(burst);
  machine_.dram->request(requester_, bursts_.back().request, machine_.now);
  if (burst.last) freed(machine_.now + 1);
}

void DmaIn::write() {
  const std::size_t accounted = bursts_.empty() ? current_ : bursts_.front().instruction;
  const auto spend_cycle = [&](stats::Activity activity) {
    machine_.ledger.spend(name_, accounted, activity);
  };
  if (!bursts_.empty() && bursts_.front().request.complete <= machine_.now) {
    if (!scratchpad_->access()) return spend_cycle(stats::Activity::port);
    spend_cycle(stats::Activity::busy);
    Burst& burst = bursts_.front();
    if (--burst.accesses > 0) return;
    if (burst.last) {
      done(burst.instruction, machine_.now + 1);
      --in_work_;
    }
    bursts_.pop_front();
  } else if (in_work_ > 0) {
    spend_cycle(stats::Activity::dram);
  } else {
    wait_or_idle();
  }
}

}  // namespace npusim::oracle
