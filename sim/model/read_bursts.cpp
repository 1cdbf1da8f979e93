// SPDX-License-Identifier: Apache-2.0
#include "sim/model/read_bursts.h"

#include <algorithm>

namespace npusim::model {

ReadBursts::ReadBursts(std::int64_t limit, const BurstTimes& times, TransferListener& listener)
    : limit_(limit),
      times_(times),
      listener_(listener),
      ends_(static_cast<std::size_t>(limit), 0),
      prompt_(limit) {}

void ReadBursts::begin(const Transfer& transfer) {
  const bool waits = left_ > 0;
  transfers_.push_back(transfer);
  left_ += transfer.left();
  free_told_ = false;
  if (!waits) issue_next();
  tell_free();
}

// The next burst is issued when it can be: i of it follows from i of the one before.
void ReadBursts::issue_next() {
  const Transfer& transfer = transfers_.front();
  issue_ = std::max({issue_ + 1, ends_[oldest_], transfer.start()});
  visible_ = issue_ + 1;
}

// The i of those that are not granted follow as far as there is an e to each.
void ReadBursts::tell_free() {
  if (free_told_ || left_ > limit_) return;
  free_told_ = true;
  const Transfer& last = transfers_.back();
  std::int64_t issue = transfers_.size() == 1 ? issue_ : last.start();
  std::size_t end = oldest_ + static_cast<std::size_t>(left_ - last.left());
  for (std::int64_t i = 0; i < last.left(); ++i, ++end) {
    if (end >= ends_.size()) end -= ends_.size();
    issue = std::max(i == 0 ? issue : issue + 1, ends_[end]);
  }
  listener_.free_from(issue + 1);
}

GrantedBursts ReadBursts::grant(std::int64_t cycle, const GrantWindow& window) {
  GrantedBursts granted;
  for (;;) {
    const std::int64_t bytes = transfers_.front().run().bytes;
    grant_one(cycle);
    std::int64_t more = 0;
    const std::int64_t period = next_period();
    if (period > 0) {
      more = std::min(transfers_.front().run().count - 1,
                      window.more(grant_, period, times_.bus_cycles));
      if (more > 0) skip(more, period);
    }
    listener_.granted({cycle, period, 1 + more, bytes});
    taken(1 + more);
    granted.count += 1 + more;
    granted.bytes += (1 + more) * bytes;
    const std::int64_t bus_free = grant_ + times_.bus_cycles;
    if (!window.allows(bus_free, visible_)) break;
    cycle = std::max(bus_free, visible_);
  }
  granted.last_cycle = grant_;
  tell_free();
  return granted;
}

void ReadBursts::grant_one(std::int64_t cycle) {
  const std::int64_t accesses = transfers_.front().run().accesses;
  const std::int64_t begin = std::max(cycle + times_.data_cycles, stream_end_);
  const std::int64_t end = begin + accesses;
  const bool prompt = accesses <= times_.bus_cycles && stream_end_ <= cycle + times_.data_cycles;
  prompt_ = prompt ? prompt_ + 1 : 0;
  const std::int64_t period = end - stream_end_;
  regular_ = period == period_ ? regular_ + 1 : 1;
  period_ = period;
  const bool issue_repeats = issue_ == ends_[oldest_];
  const bool grant_repeats = cycle == visible_ || period == times_.bus_cycles;
  repeats_ = issue_repeats && grant_repeats && cycle - grant_ == period;
  grant_ = cycle;
  stream_end_ = end;
  ends_[oldest_] = end;
  if (++oldest_ == ends_.size()) oldest_ = 0;
  listener_.streams({begin, accesses, accesses, 1}, end);
}

std::int64_t ReadBursts::next_period() const {
  if (prompt_ >= limit_ && times_.data_cycles < (limit_ - 1) * times_.bus_cycles) {
    return times_.bus_cycles;
  }
  return repeats_ && regular_ >= limit_ ? period_ : 0;
}

void ReadBursts::skip(std::int64_t bursts, std::int64_t period) {
  const std::int64_t accesses = transfers_.front().run().accesses;
  const std::int64_t first = stream_end_ + period - accesses;
  for (std::int64_t k = std::max<std::int64_t>(bursts - limit_, 0) + 1; k <= bursts; ++k) {
    ends_[oldest_] = stream_end_ + k * period;
    if (++oldest_ == ends_.size()) oldest_ = 0;
  }
  issue_ += bursts;  // or the end that it waited for, a cycle or more before the next one
  grant_ += bursts * period;
  stream_end_ += bursts * period;
  listener_.streams({first, accesses, period, bursts}, stream_end_);
}

void ReadBursts::taken(std::int64_t bursts) {
  Transfer& transfer = transfers_.front();
  transfer.take(bursts);
  left_ -= bursts;
  if (transfer.left() == 0) {
    listener_.finished(transfer.instruction(), stream_end_);
    transfers_.pop_front();
  }
  if (left_ > 0) {
    issue_next();
  } else {
    visible_ = kNever;
  }
}

// No stream of the k-th burst from now on ends earlier than this: grants are bus_cycles apart, an
// access takes a cycle, and the N-th burst after another one is issued when that one is written.
std::int64_t ReadBursts::deadline(std::int64_t earliest) const {
  if (left_ == 0) return kNever;
  std::int64_t k = transfers_.front().left();
  if (!free_told_) k = std::min(k, left_ - limit_);
  const std::int64_t least_cycles = times_.data_cycles + 1;
  const std::int64_t by_bus =
      std::max(earliest, visible_) + (k - 1) * times_.bus_cycles + least_cycles;
  const std::int64_t by_limit = issue_ + ((k - 1) / limit_ + 1) * (1 + least_cycles);
  return std::max({by_bus, by_limit, stream_end_ + k});
}

}  // namespace npusim::model
