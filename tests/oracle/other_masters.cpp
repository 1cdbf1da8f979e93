// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/other_masters.h"

#include "tests/oracle/wide.h"

namespace npusim::oracle {
namespace {

std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

}  // namespace

OtherMasters::OtherMasters(const config::HardwareConfig& hardware, std::int64_t channel,
                           std::int64_t bus_cycles, std::int64_t banks, std::int64_t rows)
    : share_percent_(hardware.dram.other_masters.share_percent),
      bursty_(hardware.dram.other_masters.pattern == config::OtherMastersPattern::bursty),
      group_requests_(bursty_ ? hardware.dram.other_masters.burst_requests : 1),
      bus_cycles_(bus_cycles),
      banks_(banks),
      rows_(rows),
      seed_(static_cast<std::uint64_t>(hardware.dram.other_masters.seed) +
            (static_cast<std::uint64_t>(channel) << 40)) {
  if (share_percent_ > 0) visible_ = group_visible(0);
}

std::int64_t OtherMasters::group_begin(std::int64_t group) const {
  return static_cast<std::int64_t>(Wide{group} * group_requests_ * bus_cycles_ * 100 /
                                   share_percent_);
}

std::int64_t OtherMasters::group_visible(std::int64_t group) const {
  const std::int64_t begin = group_begin(group);
  if (!bursty_) return begin;
  const auto period = static_cast<std::uint64_t>(group_begin(group + 1) - begin);
  const std::uint64_t h = splitmix64(seed_ + static_cast<std::uint64_t>(group));
  return begin + static_cast<std::int64_t>(h % period);
}

std::uint64_t OtherMasters::place() const {
  const std::int64_t request = group_ * group_requests_ + taken_;
  return splitmix64(seed_ + (std::uint64_t{1} << 39) + static_cast<std::uint64_t>(request / 16));
}

std::int64_t OtherMasters::bank() const {
  return static_cast<std::int64_t>(place() % static_cast<std::uint64_t>(banks_));
}

std::int64_t OtherMasters::row() const {
  return static_cast<std::int64_t>((place() >> 32) % static_cast<std::uint64_t>(rows_));
}

void OtherMasters::take() {
  if (++taken_ < group_requests_) return;
  taken_ = 0;
  visible_ = group_visible(++group_);
}

}  // namespace npusim::oracle
