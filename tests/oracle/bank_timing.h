// SPDX-License-Identifier: Apache-2.0
// A DRAM of banks and rows in its own cycles (section 3, banks): its parameters, and where an
// address lies.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {

/// The names of the data sheets, in DRAM cycles; what else a channel needs to know.
struct BankTiming {
  explicit BankTiming(const config::HardwareConfig& hardware);

  std::int64_t npu_hz, dram_hz;
  std::int64_t channels, banks, rows, columns;  // a column: interleave_bytes of a row
  std::int64_t interleave_bytes, burst_bytes, lookahead;
  std::int64_t others_bytes;  // of a request of other masters
  config::AddressMapping address_mapping;
  Cycle rl, wl, ccd, rtw, burst;
  Cycle rcd, rp, ras, rrd, faw, rtp, wr, wtr, rfc, refi, controller;

  /// The NPU cycle that DRAM cycle `cycle` lies in.
  Cycle npu_cycle_of(Cycle cycle) const;
  /// The NPU cycle in which what is complete in DRAM cycle `cycle` is complete.
  Cycle complete_in(Cycle cycle) const;
  /// Column commands of a request: the pieces of burst_bytes that it touches.
  std::int64_t commands(std::uint64_t address, std::int64_t bytes) const;
};

struct Place {
  std::int64_t channel = 0, bank = 0, row = 0;
};
Place place_of(const BankTiming& timing, std::uint64_t address);

}  // namespace npusim::oracle
