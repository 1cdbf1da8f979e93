// SPDX-License-Identifier: Apache-2.0
#include "sim/model/other_masters.h"

#include "sim/model/cycle.h"

namespace npusim::model {

std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

OtherMasters::OtherMasters(const config::OtherMastersConfig& masters, std::int64_t channel,
                           std::int64_t request_cycles)
    : masters_(masters),
      request_cycles_(request_cycles),
      stream_(static_cast<std::uint64_t>(masters.seed) +
              (static_cast<std::uint64_t>(channel) << 40U)),
      visible_(kNever) {
  if (masters_.pattern == config::OtherMastersPattern::constant) masters_.burst_requests = 1;
  if (masters_.share_percent != 0) find_group();
}

std::int64_t OtherMasters::period_start(std::int64_t group) const {
  return group * masters_.burst_requests * request_cycles_ * 100 / masters_.share_percent;
}

void OtherMasters::find_group() {
  visible_ = period_start(group_);
  if (masters_.pattern == config::OtherMastersPattern::constant) return;
  const auto period = static_cast<std::uint64_t>(period_start(group_ + 1) - visible_);
  const std::uint64_t h = splitmix64(stream_ + static_cast<std::uint64_t>(group_));
  visible_ += static_cast<std::int64_t>(h % period);
}

std::uint64_t OtherMasters::place() const {
  const std::int64_t number = group_ * masters_.burst_requests + in_group_;
  return splitmix64(stream_ + (std::uint64_t{1} << 39U) +
                    static_cast<std::uint64_t>(number / kRequestsOfARow));
}

void OtherMasters::pop() {
  if (++in_group_ < masters_.burst_requests) return;
  in_group_ = 0;
  ++group_;
  find_group();
}

std::int64_t OtherMasters::longest_wait_cycles() const {
  constexpr std::int64_t kPeriods = 1000;
  constexpr std::int64_t kLeast = 1'000'000;
  return kLeast + kPeriods * masters_.burst_requests * request_cycles_;
}

}  // namespace npusim::model
