// SPDX-License-Identifier: Apache-2.0
// The share of a channel's bus that others take (section 3, Other masters): when their requests
// become visible and where they lie.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"

namespace npusim::oracle {

class OtherMasters {
 public:
  /// `bus_cycles`: T, in cycles of the clock that `visible` counts; `banks` and `rows` of the
  /// channel.
  OtherMasters(const config::HardwareConfig& hardware, std::int64_t channel,
               std::int64_t bus_cycles, std::int64_t banks, std::int64_t rows);

  /// Whether the next request is visible in `cycle`.
  bool visible(std::int64_t cycle) const { return share_percent_ > 0 && cycle >= visible_; }
  std::int64_t bank() const;
  std::int64_t row() const;
  /// The next request is granted.
  void take();

 private:
  std::int64_t group_begin(std::int64_t group) const;
  std::int64_t group_visible(std::int64_t group) const;
  std::uint64_t place() const;

  std::int64_t share_percent_;
  bool bursty_;
  std::int64_t group_requests_, bus_cycles_, banks_, rows_;
  std::uint64_t seed_;                  // of this channel
  std::int64_t group_ = 0, taken_ = 0;  // of that group's requests
  std::int64_t visible_ = 0;            // of that group
};

}  // namespace npusim::oracle
