// SPDX-License-Identifier: Apache-2.0
// The timings of a DRAM part in cycles of its own clock, each rounded up alone.
#pragma once

#include <cstdint>

#include "sim/config/dram_config.h"

namespace npusim::model {

/// Names as in config::DramTimingConfig and docs/timing-model.md.
struct BankTimings {
  explicit BankTimings(const config::DramTimingConfig& timing);

  /// No burst is complete earlier than this after its grant.
  std::int64_t least_cycles() const;

  std::int64_t burst, ccd, read_latency, write_latency, read_to_write;
  std::int64_t rcd, rp, ras, rrd, faw, rtp, wr, wtr, rfc, refi;
  std::int64_t controller;
};

}  // namespace npusim::model
