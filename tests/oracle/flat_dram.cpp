// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/flat_dram.h"

namespace npusim::oracle {
namespace {

__extension__ using Wide = __int128;  // a clock times a time or a size exceeds 64 bits

Cycle wide_ceil(Wide product, std::int64_t divisor) {
  return static_cast<Cycle>((product + divisor - 1) / divisor);
}

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

FlatDram::FlatDram(const config::HardwareConfig& hardware) {
  const auto bus_cycles = [&](std::int64_t granule_bytes) {
    return wide_ceil(Wide{granule_bytes} * hardware.clock_hz,
                     hardware.dram.bandwidth_bytes_per_second);
  };
  const auto cycles = [&](std::int64_t ns) {
    return wide_ceil(Wide{ns} * hardware.clock_hz, kNanosecondsPerSecond);
  };
  fetch_bus_cycles_ = bus_cycles(hardware.command_processor.fetch_bytes);
  burst_bus_cycles_ = bus_cycles(hardware.dma.burst_bytes);
  read_latency_ = cycles(hardware.dram.read_latency_ns);
  write_latency_ = cycles(hardware.dram.write_latency_ns);
}

void FlatDram::accept(Requester requester, Request& request) {
  waiting_[static_cast<std::size_t>(requester)].push_back(&request);
}

void FlatDram::tick(Cycle now) {
  if (now < bus_free_) return;
  for (std::size_t requester = 0; requester < kRequesters; ++requester) {
    std::deque<Request*>& waiting = waiting_[requester];
    if (waiting.empty() || waiting.front()->visible > now) continue;
    Request& granted = *waiting.front();
    waiting.pop_front();
    const Cycle bus = requester == 0 ? fetch_bus_cycles_ : burst_bus_cycles_;
    bus_free_ = now + bus;
    granted.complete = now + bus + (granted.write ? write_latency_ : read_latency_);
    ++result_.bursts;
    result_.bus_busy_cycles += bus;
    return;
  }
}

}  // namespace npusim::oracle
