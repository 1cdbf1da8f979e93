// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/bank_timing.h"

#include "tests/oracle/wide.h"

namespace npusim::oracle {

BankTiming::BankTiming(const config::HardwareConfig& hardware) {
  const config::DramTimingConfig& t = hardware.dram.timing;
  npu_hz = hardware.clock_hz;
  dram_hz = t.clock_hz;
  channels = t.channels;
  banks = t.banks;
  rows = ceil_div(hardware.dram.bytes, t.channels * t.banks * t.row_bytes);
  columns = t.row_bytes / t.interleave_bytes;
  interleave_bytes = t.interleave_bytes;
  burst_bytes = t.burst_bytes;
  lookahead = t.lookahead;
  others_bytes = hardware.dma.burst_bytes;
  address_mapping = t.address_mapping;
  rl = t.read_latency_cycles;
  wl = t.write_latency_cycles;
  ccd = t.ccd_cycles;
  rtw = t.read_to_write_cycles;
  burst = t.burst_cycles;
  const auto cycles = [&](std::int64_t ps) {
    constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;
    return scale_up(ps, t.clock_hz, kPicosecondsPerSecond);
  };
  rcd = cycles(t.rcd_ps);
  rp = cycles(t.rp_ps);
  ras = cycles(t.ras_ps);
  rrd = cycles(t.rrd_ps);
  faw = cycles(t.faw_ps);
  rtp = cycles(t.rtp_ps);
  wr = cycles(t.wr_ps);
  wtr = cycles(t.wtr_ps);
  rfc = cycles(t.rfc_ps);
  refi = cycles(t.refi_ps);
  controller = cycles(t.controller_latency_ps);
}

Cycle BankTiming::npu_cycle_of(Cycle cycle) const { return scale_down(cycle, npu_hz, dram_hz); }

Cycle BankTiming::complete_in(Cycle cycle) const { return scale_up(cycle, npu_hz, dram_hz); }

std::int64_t BankTiming::commands(std::uint64_t address, std::int64_t bytes) const {
  const auto at = static_cast<std::int64_t>(address);
  return (at + bytes - 1) / burst_bytes - at / burst_bytes + 1;
}

Place place_of(const BankTiming& timing, std::uint64_t address) {
  Place place;
  std::int64_t rest = static_cast<std::int64_t>(address) / timing.interleave_bytes;
  const auto take = [&](std::int64_t size) {
    const std::int64_t field = rest % size;
    rest /= size;
    return field;
  };
  for (std::size_t i = timing.address_mapping.size(); i-- > 0;) {
    switch (timing.address_mapping[i]) {
      case config::AddressField::row:
        place.row = take(timing.rows);
        break;
      case config::AddressField::bank:
        place.bank = take(timing.banks);
        break;
      case config::AddressField::column:
        take(timing.columns);
        break;
      case config::AddressField::channel:
        place.channel = take(timing.channels);
        break;
    }
  }
  return place;
}

}  // namespace npusim::oracle
