// SPDX-License-Identifier: Apache-2.0
#include "sim/model/write_bursts.h"

#include <algorithm>

namespace npusim::model {

WriteBursts::WriteBursts(std::int64_t limit, const BurstTimes& times, TransferListener& listener)
    : limit_(limit),
      times_(times),
      listener_(listener),
      dones_(static_cast<std::size_t>(limit), 0) {}

void WriteBursts::begin(const Transfer& transfer) {
  transfer_ = transfer;
  unfinished_.push_back({transfer.instruction(), transfer.left()});
  left_ += transfer.left();
  read();
}

void WriteBursts::read() {
  while (transfer_.left() > 0 && static_cast<std::int64_t>(waiting_.size()) < limit_) {
    const BurstRun& run = transfer_.run();
    const std::int64_t begin = std::max({stream_end_, dones_[next_read_], transfer_.start()});
    if (++next_read_ == dones_.size()) next_read_ = 0;
    stream_end_ = begin + run.accesses;
    waiting_.push_back({stream_end_, run.bytes});
    listener_.streams({begin, run.accesses, run.accesses, 1}, stream_end_);
    transfer_.take(1);
    if (transfer_.left() == 0) listener_.free_from(stream_end_);
  }
}

GrantedBursts WriteBursts::grant(std::int64_t cycle, const GrantWindow& window) {
  GrantedBursts granted;
  for (;;) {
    granted.last_cycle = cycle;
    granted.bytes += waiting_.front().bytes;
    ++granted.count;
    waiting_.pop_front();
    const std::int64_t done = cycle + times_.data_cycles;
    dones_[next_done_] = done;
    if (++next_done_ == dones_.size()) next_done_ = 0;
    --left_;
    if (--unfinished_.front().left == 0) {
      listener_.finished(unfinished_.front().instruction, done);
      unfinished_.pop_front();
    }
    read();
    const std::int64_t bus_free = cycle + times_.bus_cycles;
    if (!window.allows(bus_free, visible())) return granted;
    cycle = std::max(bus_free, visible());
  }
}

// Grants are bus_cycles apart, and the N-th stream after another one begins when that one's burst
// is done.
std::int64_t WriteBursts::deadline(std::int64_t earliest) const {
  if (left_ == 0) return kNever;
  std::int64_t k = unfinished_.front().left;
  if (transfer_.left() > 0) k = std::min(k, left_ - limit_);
  return std::max(earliest, visible()) + (k - 1) * times_.bus_cycles + times_.data_cycles;
}

}  // namespace npusim::model
