// SPDX-License-Identifier: Apache-2.0
// dram.model: flat. A latency and a bandwidth: one channel, one bus.
#pragma once

#include <cstdint>
#include <systemc>

#include "sim/model/arbiter.h"
#include "sim/model/dram.h"

namespace npusim::model {

/// The times of the bus, in cycles.
struct FlatDramTimes {
  explicit FlatDramTimes(const config::HardwareConfig& hardware);

  std::int64_t burst_cycles;  // the bus is taken by a DMA burst, whole or partial
  std::int64_t fetch_cycles;  // by an instruction fetch
  std::int64_t read_latency_cycles;
  std::int64_t write_latency_cycles;

  /// No burst is complete earlier than this after its grant.
  std::int64_t least_cycles() const;
};

/// Timing: complete in g + latency + bus time; the bus is taken from g for the bus time.
class FlatDram : public Dram, private Channel {
 public:
  FlatDram(const sc_core::sc_module_name& name, Machine& machine);

  void request(const BurstRequest& request) override;
  void finish(std::int64_t total_cycles, stats::DramResult& result) override;

 private:
  std::int64_t free_from() const override { return bus_free_; }
  void serve(const BurstRequest& request, std::int64_t cycle) override;
  void serve_other(std::uint64_t place, std::int64_t cycle) override;
  void arbitrate();
  void schedule();

  const FlatDramTimes times_;
  Arbiter arbiter_;
  std::int64_t bus_free_ = 0;
  sc_core::sc_event decide_;
};

}  // namespace npusim::model
