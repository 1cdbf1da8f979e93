// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/dram.h"

namespace npusim::registers {
namespace {

std::int64_t cycles_of_ns(std::int64_t ns, std::int64_t clock_hz) {
  return ceil_div(ns * clock_hz, 1'000'000'000);
}

}  // namespace

const char* requester_name(std::size_t requester) {
  constexpr std::array<const char*, kRequesters> kNames{"fetch", "dma_in", "dma_out",
                                                        "dma_weights"};
  return kNames.at(requester);
}

Dram::Dram(const sc_core::sc_module_name& name, Context& context, Clock& clock)
    : sc_module(name),
      context_(context),
      clock_(clock),
      read_latency_cycles_(
          cycles_of_ns(context.hardware.dram.read_latency_ns, context.hardware.clock_hz)),
      write_latency_cycles_(
          cycles_of_ns(context.hardware.dram.write_latency_ns, context.hardware.clock_hz)) {
  SC_METHOD(on_request);
  sensitive << clock.request;
  dont_initialize();
}

void Dram::on_request() {
  for (DramPort& port : ports_) port.completing.clear();
  observe();
  arbitrate();
  land();
}

void Dram::observe() {
  for (std::size_t a = 0; a < kRequesters; ++a) {
    for (std::size_t b = a + 1; b < kRequesters; ++b) {
      if (!ports_[a].requests.empty() && !ports_[b].requests.empty()) ++met_[a * kRequesters + b];
    }
  }
}

void Dram::arbitrate() {
  if (bus_cycles_left_ > 0) --bus_cycles_left_;
  if (bus_cycles_left_ > 0) return;
  for (std::size_t p = 0; p < kRequesters; ++p) {
    if (ports_[p].requests.empty()) continue;
    const DramRequest& request = ports_[p].requests.head();
    const auto scaled = static_cast<__int128>(request.granule_bytes) * context_.hardware.clock_hz;
    const std::int64_t bandwidth = context_.hardware.dram.bandwidth_bytes_per_second;
    const auto bus = static_cast<std::int64_t>((scaled + bandwidth - 1) / bandwidth);
    bus_cycles_left_ = bus;
    const std::int64_t latency = request.is_write ? write_latency_cycles_ : read_latency_cycles_;
    launch(p, clock_.cycle() + latency + bus, bus);
    return;
  }
}

void Dram::launch(std::size_t port, std::int64_t complete_cycle, std::int64_t bus_cycles) {
  const DramRequest& request = ports_[port].requests.head();
  Result& result = context_.result;
  (request.is_write ? result.dram_write_bytes : result.dram_read_bytes) += request.bytes;
  result.bus_busy_cycles += bus_cycles;
  flights_.push_back({complete_cycle, port, request.tag, request});
  ports_[port].requests.pop();
}

/// Requests that are complete in the next cycle.
void Dram::land() {
  for (std::size_t i = 0; i < flights_.size();) {
    Flight& flight = flights_[i];
    if (flight.complete_cycle != clock_.cycle() + 1) {
      ++i;
      continue;
    }
    if (flight.write.is_write) {
      context_.dram.write(flight.write.address, flight.write.data.data(), flight.write.data.size());
    }
    ports_[flight.port].completing.push_back(flight.tag);
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace npusim::registers
