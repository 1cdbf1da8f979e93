// SPDX-License-Identifier: Apache-2.0
// The DRAM as the machine sees it; section 3 of docs/timing-model.md. Who implements it: FlatDram,
// BankedDram, and TlmDram, behind whose TLM-2.0 socket any other memory can sit.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>

#include "sim/model/memory_port.h"
#include "sim/model/unit.h"
#include "sim/stats/simulation_result.h"
#include "sim/stats/statistics.h"

namespace npusim::model {

class ExternalMemory;

/// Timing: accepts any number of requests. A request visible in v is granted in a cycle g >= v that
/// depends only on requests visible by then; the listener is told when that is known, and no later
/// than in the cycle in which the burst is complete. One wake per burst or less.
class Dram : public sc_core::sc_module, public MemoryPort {
 public:
  Dram(const sc_core::sc_module_name& name, Machine& machine);

  /// Once, after the run of so many cycles: adds to the result what only this model counts.
  virtual void finish(std::int64_t total_cycles, stats::DramResult& result) = 0;
  /// The module's own counters, after finish().
  virtual void add_statistics(stats::Group& group) const;
  /// For the report of a deadlock; empty where every burst is answered.
  virtual std::string waits_for() const { return {}; }

 protected:
  /// Counts the grant and tells the observer and the listener.
  void granted(const BurstRequest& request, std::int64_t cycle, std::int64_t complete,
               std::int64_t bus_cycles);

  /// The same of `count` bursts at once, where nobody has to be told.
  void granted(UnitId requester, std::int64_t count, std::int64_t bytes, std::int64_t bus_cycles);

  Machine& machine_;

 private:
  std::array<std::int64_t, kUnitIds> bytes_{};
};

/// The model that the hardware asks for, or what makes a TLM-2.0 memory where `external` is not
/// null.
std::unique_ptr<Dram> make_dram(const char* name, Machine& machine, ExternalMemory* external);

}  // namespace npusim::model
