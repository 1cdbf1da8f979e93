// SPDX-License-Identifier: Apache-2.0
// Requests of other masters to one channel, as they become visible.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"

namespace npusim::registers {

class OtherMasters {
 public:
  /// `bus_cycles`: T of docs/timing-model.md, section 3.
  OtherMasters(const config::OtherMastersConfig& config, std::int64_t channel,
               std::int64_t bus_cycles)
      : config_(config), channel_(static_cast<std::uint64_t>(channel)), bus_cycles_(bus_cycles) {}

  /// What becomes visible in this cycle; called for one cycle after another.
  void step(std::int64_t cycle) {
    if (config_.share_percent == 0) return;
    while (group_cycle() <= cycle) {
      waiting_ += requests_of_group();
      ++group_;
    }
  }
  bool waits() const { return waiting_ > 0; }
  /// Takes the first one: the number that decides its bank and row.
  std::uint64_t take() {
    --waiting_;
    return splitmix64(seed() + (std::uint64_t{1} << 39) +
                      static_cast<std::uint64_t>(taken_++ / 16));
  }

 private:
  static std::uint64_t splitmix64(std::uint64_t x) {
    std::uint64_t z = x + 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  std::uint64_t seed() const { return static_cast<std::uint64_t>(config_.seed) + (channel_ << 40); }
  bool bursty() const { return config_.pattern == config::OtherMastersPattern::bursty; }
  std::int64_t requests_of_group() const { return bursty() ? config_.burst_requests : 1; }
  std::int64_t period_begin(std::int64_t group) const {
    return group * requests_of_group() * bus_cycles_ * 100 / config_.share_percent;
  }
  std::int64_t group_cycle() const {
    const std::int64_t begin = period_begin(group_);
    if (!bursty()) return begin;
    const auto length = static_cast<std::uint64_t>(period_begin(group_ + 1) - begin);
    return begin + static_cast<std::int64_t>(
                       splitmix64(seed() + static_cast<std::uint64_t>(group_)) % length);
  }

  config::OtherMastersConfig config_;
  std::uint64_t channel_;
  std::int64_t bus_cycles_;
  std::int64_t group_ = 0;    // the next to become visible
  std::int64_t waiting_ = 0;  // visible, not granted
  std::int64_t taken_ = 0;
};

}  // namespace npusim::registers
