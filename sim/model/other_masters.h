// SPDX-License-Identifier: Apache-2.0
// The requests of others on one channel: section 3 of docs/timing-model.md, "Other masters".
#pragma once

#include <cstdint>

#include "sim/config/dram_config.h"

namespace npusim::model {

/// splitmix64 of docs/timing-model.md.
std::uint64_t splitmix64(std::uint64_t x);

/// So many requests one after another go to one row, as those of a stream do.
inline constexpr std::int64_t kRequestsOfARow = 16;

/// An endless sequence of requests in the order in which they become visible; none where the share
/// is 0. Nothing is stored: a request is a function of its number.
class OtherMasters {
 public:
  /// `request_cycles`: the cycles T that one request takes the bus.
  OtherMasters(const config::OtherMastersConfig& masters, std::int64_t channel,
               std::int64_t request_cycles);

  /// The cycle in which the next request becomes visible; kNever without masters.
  std::int64_t visible() const { return visible_; }
  /// 64 bits from which bank and row of the next request follow.
  std::uint64_t place() const;
  void pop();

  /// No channel that keeps up makes anybody wait longer than this.
  std::int64_t longest_wait_cycles() const;

 private:
  std::int64_t period_start(std::int64_t group) const;
  void find_group();

  config::OtherMastersConfig masters_;
  std::int64_t request_cycles_;
  std::uint64_t stream_;       // seed of this channel
  std::int64_t group_ = 0;     // of the next request
  std::int64_t in_group_ = 0;  // its number there
  std::int64_t visible_;
};

}  // namespace npusim::model
