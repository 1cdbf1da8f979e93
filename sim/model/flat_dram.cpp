// SPDX-License-Identifier: Apache-2.0
#include "sim/model/flat_dram.h"

#include <algorithm>

#include "sim/model/dram_clock.h"

namespace npusim::model {

FlatDramTimes::FlatDramTimes(const config::HardwareConfig& hardware) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::int64_t hz = hardware.clock_hz;
  const std::int64_t bandwidth = hardware.dram.bandwidth_bytes_per_second;
  burst_cycles = ceil_product(hardware.dma.burst_bytes, hz, bandwidth);
  fetch_cycles = ceil_product(hardware.command_processor.fetch_bytes, hz, bandwidth);
  read_latency_cycles = ceil_product(hardware.dram.read_latency_ns, hz, kNanosecondsPerSecond);
  write_latency_cycles = ceil_product(hardware.dram.write_latency_ns, hz, kNanosecondsPerSecond);
}

std::int64_t FlatDramTimes::least_cycles() const {
  return std::min(read_latency_cycles + std::min(burst_cycles, fetch_cycles),
                  write_latency_cycles + burst_cycles);
}

FlatDram::FlatDram(const sc_core::sc_module_name& name, Machine& machine)
    : Dram(name, machine),
      times_(machine.hardware()),
      arbiter_("the DRAM", *this,
               OtherMasters(machine.hardware().dram.other_masters, 0, times_.burst_cycles)) {
  SC_HAS_PROCESS(FlatDram);
  SC_METHOD(arbitrate);
  sensitive << decide_;
  dont_initialize();
}

void FlatDram::request(const BurstRequest& request) {
  arbiter_.push(request, request.visible);
  schedule();
}

void FlatDram::schedule() {
  const std::int64_t cycle = arbiter_.earliest_grant();
  if (cycle == kNever) return;
  // An earlier wake that is already set stays; a later one gives way.
  decide_.notify(cycles(cycle + times_.least_cycles() - now()));
}

void FlatDram::arbitrate() {
  guarded(machine_, [this] {
    arbiter_.advance(now());
    schedule();
  });
}

void FlatDram::serve(const BurstRequest& request, std::int64_t cycle) {
  const bool fetch = request.requester == UnitId::command_processor;
  const std::int64_t bus = fetch ? times_.fetch_cycles : times_.burst_cycles;
  const std::int64_t latency =
      request.is_write() ? times_.write_latency_cycles : times_.read_latency_cycles;
  bus_free_ = cycle + bus;
  granted(request, cycle, cycle + latency + bus, bus);
}

void FlatDram::serve_other(std::uint64_t /*place*/, std::int64_t cycle) {
  bus_free_ = cycle + times_.burst_cycles;
}

void FlatDram::finish(std::int64_t total_cycles, stats::DramResult& result) {
  arbiter_.finish(total_cycles);
  result.other_masters_requests = arbiter_.other_requests();
}

}  // namespace npusim::model
