// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/flat_dram.h"

#include "tests/oracle/wide.h"

namespace npusim::oracle {
namespace {

/// T of a request of that many bytes.
Cycle bus_cycles(const config::HardwareConfig& hardware, std::int64_t bytes) {
  return scale_up(bytes, hardware.clock_hz, hardware.dram.bandwidth_bytes_per_second);
}

Cycle latency_cycles(const config::HardwareConfig& hardware, std::int64_t ns) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  return scale_up(ns, hardware.clock_hz, kNanosecondsPerSecond);
}

}  // namespace

FlatDram::FlatDram(const config::HardwareConfig& hardware)
    : fetch_bus_cycles_(bus_cycles(hardware, hardware.command_processor.fetch_bytes)),
      burst_bus_cycles_(bus_cycles(hardware, hardware.dma.burst_bytes)),
      read_latency_(latency_cycles(hardware, hardware.dram.read_latency_ns)),
      write_latency_(latency_cycles(hardware, hardware.dram.write_latency_ns)),
      others_(hardware, 0, burst_bus_cycles_, 1, 1) {}

void FlatDram::accept(Requester requester, Request& request) {
  waiting_[static_cast<std::size_t>(requester)].push_back(&request);
}

void FlatDram::tick(Cycle now) {
  if (now < bus_free_) return;
  if (others_.visible(now)) {
    bus_free_ = now + burst_bus_cycles_;
    others_.take();
    ++result_.other_masters_requests;
    return;
  }
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
