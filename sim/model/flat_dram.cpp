// SPDX-License-Identifier: Apache-2.0
#include "sim/model/flat_dram.h"

#include <algorithm>

#include "sim/model/dram_clock.h"
#include "sim/stats/accesses.h"

namespace npusim::model {

FlatDramTimes::FlatDramTimes(const config::HardwareConfig& hardware) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::int64_t hz = hardware.clock_hz;
  const std::int64_t bandwidth = hardware.dram.bandwidth_bytes_per_second;
  burst_cycles = ceil_product(hardware.dma.burst_bytes, hz, bandwidth);
  fetch_cycles = ceil_product(hardware.command_processor.fetch_bytes, hz, bandwidth);
  read_latency_cycles = ceil_product(hardware.dram.read_latency_ns, hz, kNanosecondsPerSecond);
  write_latency_cycles = ceil_product(hardware.dram.write_latency_ns, hz, kNanosecondsPerSecond);
  decode_cycles = config::decode_cycles(hardware.activation_scratchpad);
}

BurstTimes FlatDramTimes::of(UnitId requester) const {
  const std::int64_t bus = requester == UnitId::command_processor ? fetch_cycles : burst_cycles;
  const std::int64_t latency =
      requester == UnitId::dma_out ? write_latency_cycles : read_latency_cycles;
  return {bus, latency + bus, requester == UnitId::dma_out ? decode_cycles : 0};
}

FlatDram::FlatDram(const sc_core::sc_module_name& name, Machine& machine)
    : Dram(name, machine),
      times_(machine.hardware()),
      arbiter_("the DRAM", *this,
               OtherMasters(machine.hardware().dram.other_masters, 0, times_.burst_cycles)) {
  for (std::size_t level = 0; level < sources_.size(); ++level) {
    posted_[level].dram = this;
    posted_[level].times = times_.of(kDramPriority[level]);
    sources_[level] = &posted_[level];
  }
  visible_.fill(kNever);
  SC_HAS_PROCESS(FlatDram);
  SC_METHOD(arbitrate);
  sensitive << decide_;
  dont_initialize();
}

void FlatDram::attach(UnitId requester, BurstSource& source) {
  sources_[dram_priority(requester)] = &source;
}

void FlatDram::request(const BurstRequest& request) {
  posted_[dram_priority(request.requester)].waiting.push_back(request);
  extended(request.requester);
}

void FlatDram::extended(UnitId requester) {
  const std::size_t level = dram_priority(requester);
  visible_[level] = sources_[level]->visible();
  schedule();
}

void FlatDram::announce(std::int64_t now) {
  if (now <= known_) return;
  known_ = now;
  arbiter_.advance(now);
}

void FlatDram::schedule() {
  std::int64_t deadline = kNever;
  for (const BurstSource* source : sources_) {
    deadline = std::min(deadline, source->deadline(bus_free_));
  }
  // An earlier wake that is already set stays; a later one gives way.
  if (deadline != kNever) decide_.notify(cycles(deadline - now()));
}

void FlatDram::arbitrate() {
  guarded(machine_, [this] {
    announce(now());
    schedule();
  });
}

std::int64_t FlatDram::first_visible() const {
  return *std::min_element(visible_.begin(), visible_.end());
}

// As long as nobody else can be granted, the one that is goes on by itself.
std::int64_t FlatDram::serve(std::int64_t cycle, std::int64_t before) {
  GrantWindow window{before, kNever};
  std::size_t chosen = 0;
  for (; visible_[chosen] > cycle; ++chosen) {
    window.before = std::min(window.before, visible_[chosen]);
  }
  for (std::size_t level = chosen + 1; level < visible_.size(); ++level) {
    window.rival = std::min(window.rival, visible_[level]);
  }
  BurstSource& source = *sources_[chosen];
  bus_free_ = cycle + source.bus_cycles();  // for whoever is told now
  const GrantedBursts bursts = source.grant(cycle, window);
  visible_[chosen] = source.visible();
  bus_free_ = bursts.last_cycle + source.bus_cycles();
  if (&source != &posted_[chosen]) {
    granted(kDramPriority[chosen], bursts.count, bursts.bytes, source.bus_cycles());
  }
  return bursts.last_cycle;
}

void FlatDram::serve_other(std::uint64_t /*place*/, std::int64_t cycle) {
  bus_free_ = cycle + times_.burst_cycles;
}

void FlatDram::finish(std::int64_t total_cycles, stats::DramResult& result) {
  arbiter_.finish(total_cycles);
  result.other_masters_requests = arbiter_.other_requests();
}

std::int64_t FlatDram::Posted::visible() const {
  return waiting.empty() ? kNever : waiting.front().visible;
}

GrantedBursts FlatDram::Posted::grant(std::int64_t cycle, const GrantWindow& /*window*/) {
  const BurstRequest request = waiting.front();
  waiting.pop_front();
  dram->granted(request, cycle, cycle + times.data_cycles, times.bus_cycles);
  return {cycle, 1, request.bytes};
}

std::int64_t FlatDram::Posted::deadline(std::int64_t earliest) const {
  if (waiting.empty()) return kNever;
  return std::max(earliest, waiting.front().visible) + times.data_cycles;
}

}  // namespace npusim::model
