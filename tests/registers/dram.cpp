// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/dram.h"

#include "tests/registers/banked_dram.h"
#include "tests/registers/flat_dram.h"

namespace npusim::registers {

const char* requester_name(std::size_t requester) {
  constexpr std::array<const char*, kRequesters> kNames{"other_masters", "fetch", "dma_in",
                                                        "dma_out", "dma_weights"};
  return kNames.at(requester);
}

Dram::Dram(const sc_core::sc_module_name& name, Context& context, Clock& clock)
    : sc_module(name), context_(context), clock_(clock) {
  SC_METHOD(on_request);
  sensitive << clock.request;
  dont_initialize();
}

void Dram::on_request() {
  for (DramPort& port : ports_) port.completing.clear();
  serve();
  land();
}

void Dram::meet(const std::array<bool, kRequesters>& waits) {
  for (std::size_t a = 0; a < kRequesters; ++a) {
    for (std::size_t b = a + 1; b < kRequesters; ++b) {
      if (waits[a] && waits[b]) ++met_[a * kRequesters + b];
    }
  }
}

void Dram::complete(std::size_t requester, const DramRequest& request, std::int64_t cycle) {
  check(cycle > clock_.cycle(), "a request is complete before it was granted");
  flights_.push_back({cycle, requester, request});
}

void Dram::count(const DramRequest& request, std::int64_t bus_cycles) {
  Result& result = context_.result;
  (request.is_write ? result.dram.write_bytes : result.dram.read_bytes) += request.bytes;
  ++result.dram.bursts;
  result.dram.bus_busy_cycles += bus_cycles;
}

/// Requests that are complete in the next cycle.
void Dram::land() {
  for (std::size_t i = 0; i < flights_.size();) {
    Flight& flight = flights_[i];
    if (flight.complete_cycle != clock_.cycle() + 1) {
      ++i;
      continue;
    }
    const DramRequest& request = flight.request;
    if (request.is_write) {
      context_.dram.write(request.address, request.data.data(), request.data.size());
    }
    ports_[flight.requester].completing.push_back(request.tag);
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::unique_ptr<Dram> make_dram(Context& context, Clock& clock) {
  if (context.hardware.dram.model == config::DramModel::banks) {
    return std::make_unique<BankedDram>("dram", context, clock);
  }
  return std::make_unique<FlatDram>("dram", context, clock);
}

}  // namespace npusim::registers
