// SPDX-License-Identifier: Apache-2.0
// dram.model: flat. A latency and a bandwidth: one channel, one bus.
//
// It is fast because it asks instead of being asked. Grants in cycles before t depend on nothing
// that is posted in t or later, so they are made when somebody wants to know: a unit's bursts have
// got as far as something has to happen (BurstSource::deadline), or somebody else uses a scratchpad
// that they are written to (Announcer). In between nothing wakes, however many bursts pass.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>

#include "sim/model/arbiter.h"
#include "sim/model/burst_source.h"
#include "sim/model/dram.h"
#include "sim/model/fifo.h"
#include "sim/model/request_queues.h"
#include "sim/model/transfer_listener.h"

namespace npusim::model {

/// The times of the bus, in cycles.
struct FlatDramTimes {
  explicit FlatDramTimes(const config::HardwareConfig& hardware);

  BurstTimes of(UnitId requester) const;

  std::int64_t burst_cycles;  // the bus is taken by a DMA burst, whole or partial
  std::int64_t fetch_cycles;  // by an instruction fetch
  std::int64_t read_latency_cycles;
  std::int64_t write_latency_cycles;
  std::int64_t decode_cycles;  // of what is read to be written
};

/// Timing: complete in g + latency + bus time; the bus is taken from g for the bus time.
class FlatDram : public Dram, public Announcer, private Channel {
 public:
  FlatDram(const sc_core::sc_module_name& name, Machine& machine);

  void request(const BurstRequest& request) override;
  void finish(std::int64_t total_cycles, stats::DramResult& result) override;

  /// This requester posts nothing: its bursts are taken from `source`, which outlives the run.
  void attach(UnitId requester, BurstSource& source);
  /// This requester's source has bursts that it had not before.
  void extended(UnitId requester);
  /// Makes all grants in cycles before `now`.
  void announce(std::int64_t now) override;

 private:
  // Bursts that were posted one by one; the listeners are told of each.
  class Posted : public BurstSource {
   public:
    std::int64_t visible() const override;
    GrantedBursts grant(std::int64_t cycle, const GrantWindow& window) override;
    std::int64_t deadline(std::int64_t earliest) const override;
    std::int64_t bus_cycles() const override { return times.bus_cycles; }

    FlatDram* dram = nullptr;
    BurstTimes times{};
    Fifo<BurstRequest> waiting;
  };

  std::int64_t free_from() const override { return bus_free_; }
  std::int64_t first_visible() const override;
  std::int64_t serve(std::int64_t cycle, std::int64_t before) override;
  void serve_other(std::uint64_t place, std::int64_t cycle) override;
  void arbitrate();
  void schedule();

  const FlatDramTimes times_;
  Arbiter arbiter_;
  std::array<Posted, kDramPriority.size()> posted_;
  std::array<BurstSource*, kDramPriority.size()> sources_{};  // highest priority first
  std::array<std::int64_t, kDramPriority.size()> visible_{};  // of each, as it says
  std::int64_t known_ = 0;                                    // all grants before it are made
  std::int64_t bus_free_ = 0;
  sc_core::sc_event decide_;
};

}  // namespace npusim::model
