// SPDX-License-Identifier: Apache-2.0
#include "sim/model/dram.h"

#include <algorithm>
#include <limits>

#include "sim/base/errors.h"

namespace npusim::model {
namespace {

constexpr std::array<UnitId, 4> kPriority{UnitId::command_processor, UnitId::dma_in,
                                          UnitId::dma_out, UnitId::dma_weights};

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::size_t level_of(UnitId requester) {
  const auto* found = std::find(kPriority.begin(), kPriority.end(), requester);
  if (found == kPriority.end()) {
    throw base::InternalError(std::string("DRAM: ") + unit_id_name(requester) + " is no requester");
  }
  return static_cast<std::size_t>(found - kPriority.begin());
}

// ceil(a * b / c) for values whose product may not fit 64 bits.
std::int64_t ceil_product(std::int64_t a, std::int64_t b, std::int64_t c) {
  const auto product = static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(b);
  const auto divisor = static_cast<unsigned __int128>(c);
  return static_cast<std::int64_t>((product + divisor - 1) / divisor);
}

}  // namespace

DramTimes::DramTimes(const config::HardwareConfig& hardware) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::int64_t hz = hardware.clock_hz;
  const std::int64_t bandwidth = hardware.dram.bandwidth_bytes_per_second;
  burst_cycles = ceil_product(hardware.dma.burst_bytes, hz, bandwidth);
  fetch_cycles = ceil_product(hardware.command_processor.fetch_bytes, hz, bandwidth);
  read_latency_cycles = ceil_product(hardware.dram.read_latency_ns, hz, kNanosecondsPerSecond);
  write_latency_cycles = ceil_product(hardware.dram.write_latency_ns, hz, kNanosecondsPerSecond);
}

std::int64_t DramTimes::least_cycles() const {
  return std::min(read_latency_cycles + std::min(burst_cycles, fetch_cycles),
                  write_latency_cycles + burst_cycles);
}

Dram::Dram(const sc_core::sc_module_name& name, Machine& machine)
    : sc_module(name), machine_(machine), times_(machine.hardware()) {
  const config::DramConfig& dram = machine.hardware().dram;
  if (dram.model != config::DramModel::flat || dram.other_masters.share_percent != 0) {
    throw base::InputError("hardware: dram: got banks or other masters, must be the flat model");
  }
  SC_HAS_PROCESS(Dram);
  SC_METHOD(arbitrate);
  sensitive << decide_;
  dont_initialize();
}

void Dram::request(const BurstRequest& request) {
  queues_[level_of(request.requester)].push_back(request);
  schedule();
}

std::int64_t Dram::next_grant() const {
  std::int64_t visible = kNever;
  for (const auto& queue : queues_) {
    if (!queue.empty()) visible = std::min(visible, queue.front().visible);
  }
  return std::max(visible, bus_free_);
}

void Dram::schedule() {
  const std::int64_t cycle = next_grant();
  if (cycle == kNever) return;
  // An earlier wake that is already set stays; a later one gives way.
  decide_.notify(cycles(cycle + times_.least_cycles() - now()));
}

void Dram::arbitrate() {
  guarded(machine_, [this] {
    for (std::int64_t cycle = next_grant(); cycle < now(); cycle = next_grant()) grant(cycle);
    schedule();
  });
}

void Dram::grant(std::int64_t cycle) {
  std::size_t level = 0;
  while (queues_[level].empty() || queues_[level].front().visible > cycle) ++level;
  const BurstRequest request = queues_[level].front();
  queues_[level].pop_front();
  const bool fetch = request.requester == UnitId::command_processor;
  const bool write = request.requester == UnitId::dma_out;
  const std::int64_t bus = fetch ? times_.fetch_cycles : times_.burst_cycles;
  const std::int64_t latency = write ? times_.write_latency_cycles : times_.read_latency_cycles;
  const std::int64_t complete = cycle + latency + bus;
  bus_free_ = cycle + bus;
  bytes_[level] += request.bytes;
  machine_.recorder.burst({request.requester, request.address, request.bytes, cycle, complete},
                          write, bus);
  request.listener->burst_scheduled(complete);
}

void Dram::add_statistics(stats::Group& group) const {
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::string who = unit_id_name(kPriority[level]);
    group.add(who + "_bytes", "bytes", "granted to " + who, bytes_[level]);
  }
}

}  // namespace npusim::model
