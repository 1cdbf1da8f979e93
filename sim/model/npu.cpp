// SPDX-License-Identifier: Apache-2.0
#include "sim/model/npu.h"

#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "sim/base/errors.h"
#include "sim/model/lazy_dma.h"
#include "sim/model/mac_array.h"
#include "sim/model/requantizer.h"
#include "sim/model/vector_unit.h"
#include "sim/model/weight_loader.h"
#include "sim/stats/accesses.h"

namespace npusim::model {
namespace {

using stats::Activity;

std::int64_t if_values(const Machine& machine, std::int64_t size) {
  return machine.with_values ? size : 0;
}

}  // namespace

Npu::Npu(const sc_core::sc_module_name& name, Machine& machine, DramStorage& storage,
         std::uint32_t construction_seed, ExternalMemory* external)
    : sc_module(name),
      machine_(machine),
      lazy_(external == nullptr && !machine.recorder.wants_single_bursts() &&
            machine.hardware().dram.model == config::DramModel::flat),
      activation_scratchpad_("activation_scratchpad",
                             if_values(machine, machine.hardware().activation_scratchpad.bytes),
                             kActivationAccesses, machine.hardware().activation_scratchpad.ports),
      weight_scratchpad_("weight_scratchpad",
                         if_values(machine, machine.hardware().weight_scratchpad.bytes),
                         kWeightAccesses, machine.hardware().weight_scratchpad.ports),
      accumulators_(if_values(machine, machine.hardware().mac_array.accumulator_rows),
                    machine.hardware().mac_array.columns) {
  make_units(storage, construction_seed, external);
  bind();
}

void Npu::make_units(DramStorage& storage, std::uint32_t construction_seed,
                     ExternalMemory* external) {
  std::vector<std::function<void()>> makers;
  makers.push_back([this, external] { dram_ = make_dram("dram", machine_, external); });
  makers.push_back([this] {
    command_processor_ = std::make_unique<CommandProcessor>("command_processor", machine_);
  });
  for (std::size_t u = 0; u < units_.size(); ++u) {
    makers.push_back(
        [this, u, &storage] { units_[u] = make_unit(static_cast<isa::Unit>(u), storage); });
  }
  std::minstd_rand random(construction_seed);
  for (std::size_t i = makers.size(); construction_seed != 0 && i > 1; --i) {
    std::swap(makers[i - 1], makers[random() % i]);
  }
  for (const auto& make : makers) make();
}

LocalMemory Npu::activations_of(ActivationAccess access) {
  const auto& memory = machine_.hardware().activation_scratchpad;
  const RangeAccesses reads = RangeAccesses::words(memory.bank_word_bytes, memory.banks);
  return {&activation_scratchpad_, Scratchpad::level(access),
          access == ActivationAccess::dma_out
              ? reads
              : reads.writing(config::written_together_bytes(memory))};
}

LocalMemory Npu::weights_of(WeightAccess access) {
  return {&weight_scratchpad_, Scratchpad::level(access),
          RangeAccesses::lines(machine_.hardware().mac_array.columns)
              .writing(config::written_together_bytes(machine_.hardware().weight_scratchpad))};
}

// Who wants to hear of every burst needs them as events; the flat DRAM alone can be asked for many
// at once.
std::unique_ptr<Unit> Npu::make_dma(isa::Unit unit, std::int64_t queue_depth,
                                    const LocalMemory& local, DramStorage& storage) {
  const char* name = isa::unit_name(unit);
  if (unit != isa::Unit::dma_out) {
    if (lazy_) {
      return std::make_unique<LazyDmaRead>(name, unit, queue_depth, machine_, local, storage);
    }
    return std::make_unique<DmaRead>(name, unit, queue_depth, machine_, local, storage);
  }
  // Of the second level nothing is taken where there is a port for each of both.
  if (lazy_ && machine_.hardware().activation_scratchpad.ports > local.level) {
    return std::make_unique<LazyDmaWrite>(name, unit, queue_depth, machine_, local, storage);
  }
  return std::make_unique<DmaWrite>(name, unit, queue_depth, machine_, local, storage);
}

std::unique_ptr<Unit> Npu::make_unit(isa::Unit unit, DramStorage& storage) {
  const config::QueueDepths& depths = machine_.hardware().queue_depths;
  const char* name = isa::unit_name(unit);
  switch (unit) {
    case isa::Unit::dma_in:
      return make_dma(unit, depths.dma_in, activations_of(ActivationAccess::dma_in), storage);
    case isa::Unit::dma_weights:
      return make_dma(unit, depths.dma_weights, weights_of(WeightAccess::dma_weights), storage);
    case isa::Unit::dma_out:
      return make_dma(unit, depths.dma_out, activations_of(ActivationAccess::dma_out), storage);
    case isa::Unit::weight_loader:
      return std::make_unique<WeightLoader>(name, machine_, weight_scratchpad_, shadow_registers_);
    case isa::Unit::mac_array:
      return std::make_unique<MacArray>(name, machine_, activation_scratchpad_, shadow_registers_,
                                        accumulators_);
    case isa::Unit::requantization:
      return std::make_unique<Requantizer>(name, machine_, activation_scratchpad_,
                                           weight_scratchpad_, accumulators_);
    case isa::Unit::vector:
      return std::make_unique<VectorUnit>(name, machine_, activation_scratchpad_,
                                          weight_scratchpad_);
  }
  throw base::InternalError("unit " + std::to_string(static_cast<int>(unit)) + " does not exist");
}

void Npu::bind() {
  command_processor_->dram_out(*dram_);
  for (std::size_t u = 0; u < units_.size(); ++u) {
    command_processor_->unit_out[u](*units_[u]);
    if (auto* dma = dynamic_cast<Dma*>(units_[u].get())) dma->bind(*dram_);
  }
}

std::string Npu::waits_for() const {
  std::string lines;
  for (const auto& unit : units_) {
    const std::string line = unit->waits_for();
    if (!line.empty()) lines += "\n  " + line;
  }
  for (const std::string& line : {command_processor_->waits_for(), dram_->waits_for()}) {
    if (!line.empty()) lines += "\n  " + line;
  }
  return lines;
}

// Every granted access is a cycle in which the unit was busy (the array's feeder: busy or
// fetching).
void Npu::check_accesses() {
  const auto granted = [this](Scratchpad& memory, auto access) {
    return memory.port.granted(Scratchpad::level(access), machine_.recorder.total_cycles());
  };
  auto& act = activation_scratchpad_;
  auto& wsp = weight_scratchpad_;
  const std::array<std::int64_t, isa::kUnits> accesses{
      granted(act, ActivationAccess::dma_in),
      granted(wsp, WeightAccess::dma_weights),
      granted(act, ActivationAccess::dma_out),
      granted(wsp, WeightAccess::weight_loader),
      granted(act, ActivationAccess::feeder),
      granted(act, ActivationAccess::requantization) + granted(wsp, WeightAccess::requantization),
      granted(act, ActivationAccess::vector) + granted(wsp, WeightAccess::vector)};
  for (std::size_t u = 0; u < units_.size(); ++u) {
    const stats::ActivityCycles& cycles = machine_.recorder.cycles(static_cast<UnitId>(u));
    const std::int64_t working = cycles.busy() + cycles[Activity::feeder];
    if (working == accesses[u]) continue;
    throw base::InternalError(std::string(isa::unit_name(static_cast<isa::Unit>(u))) + ": got " +
                              std::to_string(working) + " working cycles, must be the " +
                              std::to_string(accesses[u]) + " accesses granted");
  }
}

stats::Group Npu::statistics() {
  check_accesses();
  stats::Group group(name());
  for (std::size_t u = 0; u < kUnitIds; ++u) {
    const auto unit = static_cast<UnitId>(u);
    stats::Group& counters = group.child(unit_id_name(unit));
    for (std::size_t a = 0; a < stats::kActivities; ++a) {
      const auto activity = static_cast<Activity>(a);
      const std::int64_t value = machine_.recorder.cycles(unit)[activity];
      const bool always = activity == Activity::busy || activity == Activity::idle;
      if (value == 0 && !always) continue;
      counters.add(std::string(stats::activity_name(activity)) + "_cycles", "cycles",
                   stats::activity_description(activity), value);
    }
  }
  if (machine_.hardware().mac_array.accumulator != config::AccumulatorOverflow::guaranteed) {
    group.child(unit_id_name(UnitId::mac_array))
        .add("accumulator_overflows", "additions", "the accumulator did not hold the sum",
             machine_.recorder.overflows());
  }
  dram_->add_statistics(group.child("dram"));
  const auto add_accesses = [&](Scratchpad& memory, int levels) {
    std::int64_t accesses = 0;
    for (int level = 0; level < levels; ++level) {
      accesses += memory.port.granted(level, machine_.recorder.total_cycles());
    }
    group.child(memory.basename())
        .add("granted_accesses", "accesses", "served by its ports", accesses);
  };
  add_accesses(activation_scratchpad_, kActivationAccesses);
  add_accesses(weight_scratchpad_, kWeightAccesses);
  return group;
}

}  // namespace npusim::model
