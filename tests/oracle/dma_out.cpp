// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/dma_out.h"

namespace npusim::oracle {

void DmaOut::begin_cycle() {
  for (auto write = writes_.begin(); write != writes_.end();) {
    if (write->request.complete > machine_.now) {
      ++write;
      continue;
    }
    --write->transfer->writes_left;
    write = writes_.erase(write);
  }
  while (!transfers_.empty() && transfers_.front().writes_left == 0) {
    done(transfers_.front().instruction, machine_.now);
    transfers_.pop_front();
  }
}

void DmaOut::tick() {
  const bool is_free = accesses_left_ == 0 && next_piece_ == pieces_.size();
  if (is_free && start_next()) {
    pieces_ = bursts_of(hardware(), fields<isa::Dma>());
    next_piece_ = 0;
    transfers_.push_back({current_, pieces_.size()});
  }
  if (has_stream()) {
    if (!machine_.activations.access()) return spend(stats::Activity::port);
    spend(stats::Activity::busy);
    if (--accesses_left_ == 0) finish_stream();
  } else if (!transfers_.empty()) {
    spend(stats::Activity::dram);
  } else {
    wait_or_idle();
  }
}

bool DmaOut::has_stream() {
  if (accesses_left_ > 0) return true;
  if (next_piece_ == pieces_.size()) return false;
  if (static_cast<std::int64_t>(writes_.size()) >= hardware().dma.outstanding_requests) {
    return false;
  }
  const Piece& piece = pieces_[next_piece_++];
  accesses_left_ = activation_accesses(hardware(), piece.local_address, piece.bytes);
  return true;
}

void DmaOut::finish_stream() {
  const Piece& piece = pieces_[next_piece_ - 1];
  Write write;
  write.request.address = piece.dram_address;
  write.request.bytes = write.request.traffic = piece.bytes;
  write.request.write = true;
  write.transfer = &transfers_.back();
  writes_.push_back(write);
  machine_.dram->request(Requester::activations_out, writes_.back().request,
                         machine_.now + activation_decode(hardware()));
  if (next_piece_ == pieces_.size()) freed(machine_.now + 1);
}

}  // namespace npusim::oracle
