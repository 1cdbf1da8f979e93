// SPDX-License-Identifier: Apache-2.0
// The DRAM: one channel, one bus, one arbiter. Section 3 of docs/timing-model.md.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>

#include "sim/model/memory_port.h"
#include "sim/model/unit.h"
#include "sim/stats/statistics.h"

namespace npusim::model {

/// The times of the bus, in cycles.
struct DramTimes {
  explicit DramTimes(const config::HardwareConfig& hardware);

  std::int64_t burst_cycles;  // the bus is taken by a DMA burst, whole or partial
  std::int64_t fetch_cycles;  // by an instruction fetch
  std::int64_t read_latency_cycles;
  std::int64_t write_latency_cycles;

  /// No burst is complete earlier than this after its grant.
  std::int64_t least_cycles() const;
};

/// Timing: a request visible in v is granted in the first cycle g >= v in which the bus is free and
/// no visible request has higher priority (instruction fetch, DMA in, DMA out, DMA weights);
/// complete in g + latency + bus time. Accepts any number of requests. The decision of cycle g is
/// made in g + 1, when all requests visible in g are known: one wake per burst.
class Dram : public sc_core::sc_module, public MemoryPort {
 public:
  Dram(const sc_core::sc_module_name& name, Machine& machine);

  void request(const BurstRequest& request) override;
  /// The module's own counters.
  void add_statistics(stats::Group& group) const;

 private:
  static constexpr std::size_t kLevels = 4;

  void arbitrate();
  // The next cycle in which the bus is free and a request visible; the largest number without one.
  std::int64_t next_grant() const;
  void grant(std::int64_t cycle);
  void schedule();

  Machine& machine_;
  const DramTimes times_;
  std::array<std::deque<BurstRequest>, kLevels> queues_;  // by priority
  std::array<std::int64_t, kLevels> bytes_{};
  std::int64_t bus_free_ = 0;
  sc_core::sc_event decide_;
};

}  // namespace npusim::model
