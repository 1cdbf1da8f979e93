// SPDX-License-Identifier: Apache-2.0
#include "sim/model/write_bursts.h"

#include <algorithm>

namespace npusim::model {

WriteBursts::WriteBursts(std::int64_t limit, const BurstTimes& times, TransferListener& listener)
    : limit_(limit), times_(times), listener_(listener) {
  for (std::int64_t i = 0; i < limit; ++i) dones_.push_back(0);
}

void WriteBursts::begin(const Transfer& transfer) {
  transfer_ = transfer;
  unfinished_.push_back({transfer.instruction(), transfer.left()});
  left_ += transfer.left();
  read();
}

void WriteBursts::read() {
  while (transfer_.left() > 0 && !dones_.empty()) {
    const BurstRun& run = transfer_.run();
    const std::int64_t begin = std::max({stream_end_, dones_.front(), transfer_.start()});
    const std::int64_t end = begin + run.accesses;
    const bool alike = like_last_read(run) && end - stream_end_ == period_;
    last_read_ = {alike ? last_read_.count + 1 : 1, run.bytes, run.accesses};
    period_ = end - stream_end_;
    stream_end_ = end;
    dones_.pop_front();
    waiting_.push_back({end + times_.decode_cycles, run.bytes});
    listener_.streams({begin, run.accesses, run.accesses, 1}, end);
    transfer_.take(1);
    if (transfer_.left() == 0) listener_.free_from(end);
  }
}

bool WriteBursts::like_last_read(const BurstRun& run) const {
  return run.bytes == last_read_.bytes && run.accesses == last_read_.accesses;
}

GrantedBursts WriteBursts::grant(std::int64_t cycle, const GrantWindow& window) {
  GrantedBursts granted;
  for (;;) {
    const std::int64_t bytes = waiting_.front().bytes;
    grant_one(cycle);
    listener_.granted({cycle, 0, 1, bytes});
    const std::int64_t more = steady(window);
    if (more > 0) skip(more);
    granted.count += 1 + more;
    granted.bytes += bytes + more * last_read_.bytes;
    const std::int64_t bus_free = grant_ + times_.bus_cycles;
    if (!window.allows(bus_free, visible())) break;
    cycle = std::max(bus_free, visible());
  }
  granted.last_cycle = grant_;
  return granted;
}

void WriteBursts::grant_one(std::int64_t cycle) {
  const bool undelayed = cycle == std::max(visible(), grant_ + times_.bus_cycles);
  const std::int64_t period = cycle - grant_;
  const std::int64_t done = cycle + times_.data_cycles;
  grant_ = cycle;
  waiting_.pop_front();
  dones_.push_back(done);
  --left_;
  if (--unfinished_.front().left == 0) {
    listener_.finished(unfinished_.front().instruction, done);
    unfinished_.pop_front();
  }
  read();
  repeats_ = undelayed && period == period_;
}

std::int64_t WriteBursts::steady(const GrantWindow& window) const {
  if (!repeats_ || last_read_.count < limit_ || transfer_.left() == 0) return 0;
  const BurstRun& run = transfer_.run();
  const bool start_decided = stream_end_ - last_read_.accesses <= transfer_.start();
  if (start_decided || !like_last_read(run)) return 0;
  return std::min({run.count - 1, unfinished_.front().left - 1,
                   window.more(grant_, period_, times_.bus_cycles)});
}

void WriteBursts::skip(std::int64_t bursts) {
  const std::int64_t cycles = bursts * period_;
  const std::int64_t first = stream_end_ + period_ - last_read_.accesses;
  listener_.granted({grant_ + period_, period_, bursts, last_read_.bytes});
  grant_ += cycles;
  stream_end_ += cycles;
  for (std::size_t i = 0; i < waiting_.size(); ++i) waiting_[i].visible += cycles;
  left_ -= bursts;
  unfinished_.front().left -= bursts;
  transfer_.take(bursts);
  listener_.streams({first, last_read_.accesses, period_, bursts}, stream_end_);
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
