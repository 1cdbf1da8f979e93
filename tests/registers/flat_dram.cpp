// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/flat_dram.h"

namespace npusim::registers {
namespace {

std::int64_t cycles_of_ns(std::int64_t ns, std::int64_t clock_hz) {
  return ceil_div(ns * clock_hz, 1'000'000'000);
}

}  // namespace

FlatDram::FlatDram(const sc_core::sc_module_name& name, Context& context, Clock& clock)
    : Dram(name, context, clock),
      read_latency_cycles_(
          cycles_of_ns(context.hardware.dram.read_latency_ns, context.hardware.clock_hz)),
      write_latency_cycles_(
          cycles_of_ns(context.hardware.dram.write_latency_ns, context.hardware.clock_hz)),
      others_(context.hardware.dram.other_masters, 0,
              bus_cycles(context.hardware.dma.burst_bytes)) {}

std::int64_t FlatDram::bus_cycles(std::int64_t bytes) const {
  const auto scaled = static_cast<__int128>(bytes) * context_.hardware.clock_hz;
  const std::int64_t bandwidth = context_.hardware.dram.bandwidth_bytes_per_second;
  return static_cast<std::int64_t>((scaled + bandwidth - 1) / bandwidth);
}

void FlatDram::serve() {
  others_.step(clock_.cycle());
  std::array<bool, kRequesters> waits{};
  waits[0] = others_.waits();
  for (std::size_t r = 1; r < kRequesters; ++r) waits[r] = !ports_[r].requests.empty();
  meet(waits);
  if (bus_cycles_left_ > 0) --bus_cycles_left_;
  if (bus_cycles_left_ > 0) return;
  for (std::size_t r = 0; r < kRequesters; ++r) {
    if (!waits[r]) continue;
    if (r == 0) {
      others_.take();
      ++context_.result.dram.other_masters_requests;
      bus_cycles_left_ = bus_cycles(context_.hardware.dma.burst_bytes);
      return;
    }
    const DramRequest& request = ports_[r].requests.head();
    bus_cycles_left_ = bus_cycles(request.granule_bytes);
    const std::int64_t latency = request.is_write ? write_latency_cycles_ : read_latency_cycles_;
    count(request, bus_cycles_left_);
    complete(r, request, clock_.cycle() + latency + bus_cycles_left_);
    ports_[r].requests.pop();
    return;
  }
}

}  // namespace npusim::registers
