// SPDX-License-Identifier: Apache-2.0
// The whole machine: makes the units and binds them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>

#include "sim/model/array_state.h"
#include "sim/model/command_processor.h"
#include "sim/model/dma.h"
#include "sim/model/dram.h"
#include "sim/model/dram_storage.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"
#include "sim/stats/statistics.h"

namespace npusim::model {

/// Module names are the keys of the statistics: npu.mac_array, npu.dma_in, ...
class Npu : public sc_core::sc_module {
 public:
  /// `construction_seed` permutes the order in which the units are made.
  /// `external`: the memory in place of the built-in DRAM, or nullptr.
  Npu(const sc_core::sc_module_name& name, Machine& machine, DramStorage& storage,
      std::uint32_t construction_seed, ExternalMemory* external);

  /// Who waits for what, one line per waiting unit; empty when nobody does.
  std::string waits_for() const;
  /// After the run: adds to the result what only the DRAM counts.
  void finish(stats::SimulationResult& result) { dram_->finish(result.total_cycles, result.dram); }
  /// After finish(): the counters of all units, below a group with this module's name. Throws
  /// base::InternalError where a unit's busy cycles are not the accesses that its ports granted.
  stats::Group statistics();

  Scratchpad& activation_scratchpad() { return activation_scratchpad_; }

 private:
  void make_units(DramStorage& storage, std::uint32_t construction_seed, ExternalMemory* external);
  std::unique_ptr<Unit> make_unit(isa::Unit unit, DramStorage& storage);
  std::unique_ptr<Unit> make_dma(isa::Unit unit, std::int64_t queue_depth, const LocalMemory& local,
                                 DramStorage& storage);
  LocalMemory activations_of(ActivationAccess access);
  LocalMemory weights_of(WeightAccess access);
  void bind();
  void check_accesses();

  Machine& machine_;
  const bool lazy_;  // DMA units whose bursts nobody hears of one by one
  Scratchpad activation_scratchpad_;
  Scratchpad weight_scratchpad_;
  FoldWeights shadow_registers_;
  Accumulators accumulators_;
  std::unique_ptr<Dram> dram_;
  std::unique_ptr<CommandProcessor> command_processor_;
  std::array<std::unique_ptr<Unit>, isa::kUnits> units_;  // by isa::Unit
};

}  // namespace npusim::model
