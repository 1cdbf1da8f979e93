// SPDX-License-Identifier: Apache-2.0
#include "sim/model/recorder.h"

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/stats/bounds.h"

namespace npusim::model {

const char* unit_id_name(UnitId unit) {
  return unit == UnitId::command_processor ? "command_processor"
                                           : isa::unit_name(static_cast<isa::Unit>(unit));
}

Recorder::Recorder(const isa::Program& program, Observer* observer)
    : program_(program),
      observer_(observer),
      wants_single_bursts_(observer != nullptr && observer->wants_single_bursts()),
      spans_(program.layers.size()),
      layer_started_(program.layers.size(), false),
      layers_(program.layers.size()) {
  for (const isa::LayerInfo& layer : program.layers) {
    compute_units_.push_back(stats::runs_on_array(layer) ? UnitId::mac_array : UnitId::vector);
  }
}

stats::LayerResult* Recorder::layer_of(std::size_t instruction) {
  const std::size_t layer = program_.origins[instruction].layer;
  return layer < layers_.size() ? &layers_[layer] : nullptr;
}

bool Recorder::computes(UnitId unit, std::size_t instruction) const {
  const std::size_t layer = program_.origins[instruction].layer;
  return layer < layers_.size() && compute_units_[layer] == unit;
}

void Recorder::started(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  if (stats::LayerResult* layer = layer_of(instruction)) {
    const std::size_t l = program_.origins[instruction].layer;
    layer->start_cycle = layer_started_[l] ? std::min(layer->start_cycle, cycle) : cycle;
    layer_started_[l] = true;
    if (computes(unit, instruction) && spans_[l].start < 0) spans_[l].start = cycle;
  }
  if (observer_ != nullptr) observer_->on_instruction_start(unit, instruction, cycle);
}

void Recorder::freed(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  if (computes(unit, instruction)) spans_[program_.origins[instruction].layer].end = cycle;
}

void Recorder::done(UnitId unit, std::size_t instruction, std::int64_t cycle) {
  ++done_;
  total_ = std::max(total_, cycle);
  if (stats::LayerResult* layer = layer_of(instruction)) {
    layer->end_cycle = std::max(layer->end_cycle, cycle);
  }
  if (observer_ != nullptr) observer_->on_instruction_done(unit, instruction, cycle);
}

void Recorder::account_some(UnitId unit, stats::Activity activity, std::int64_t instruction,
                            std::int64_t until) {
  std::int64_t& from = accounted_[index(unit)];
  if (until < from) {
    throw base::InternalError(std::string(unit_id_name(unit)) + ": cycles " +
                              std::to_string(until) + " to " + std::to_string(from) +
                              " are accounted twice");
  }
  cycles_[index(unit)][activity] += until - from;
  if (instruction >= 0) {
    const auto i = static_cast<std::size_t>(instruction);
    // What a layer's first instruction waits for lies before the layer's span.
    if (computes(unit, i) && spans_[program_.origins[i].layer].start >= 0) {
      layer_of(i)->compute_cycles[activity] += until - from;
    }
  }
  if (observer_ != nullptr) observer_->on_activity(unit, activity, instruction, from, until);
  from = until;
}

void Recorder::overflowed(std::size_t instruction, std::int64_t additions) {
  overflows_ += additions;
  if (stats::LayerResult* layer = layer_of(instruction)) layer->accumulator_overflows += additions;
}

void Recorder::burst(const DramBurst& burst, std::int64_t bus_cycles) {
  bursts(burst.requester, 1, burst.bytes, bus_cycles);
  passed({burst.requester, burst.grant_cycle, 0, 1, burst.bytes});
  if (wants_single_bursts_) observer_->on_dram_burst(burst);
}

void Recorder::bursts(UnitId requester, std::int64_t count, std::int64_t bytes,
                      std::int64_t bus_cycles) {
  (requester == UnitId::dma_out ? dram_.write_bytes : dram_.read_bytes) += bytes;
  dram_.bursts += count;
  dram_.bus_busy_cycles += count * bus_cycles;
  requested_bytes_[index(requester)] += bytes;
}

void Recorder::finish_layers() {
  std::int64_t end = 0;
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program_);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    stats::LayerResult& layer = layers_[l];
    layer.cycles = std::max<std::int64_t>(0, layer.end_cycle - end);
    end = std::max(end, layer.end_cycle);
    layer.span_cycles = spans_[l].start < 0 ? 0 : spans_[l].end - spans_[l].start;
    layer.dram_read_bytes = bounds[l].dram_read_bytes;
    layer.dram_write_bytes = bounds[l].dram_write_bytes;
  }
}

// What the arbiter granted must be what the instructions ask for.
void Recorder::check_bytes() const {
  std::array<std::int64_t, kUnitIds> expected{};
  for (const isa::Instruction& instruction : program_.instructions) {
    if (const auto* d = std::get_if<isa::Dma>(&instruction.fields)) {
      expected[index(unit_id(isa::unit_of(instruction.opcode)))] +=
          std::int64_t{d->bytes} * d->count1 * d->count2;
    }
  }
  expected[index(UnitId::command_processor)] = program_.instructions_bytes();
  for (std::size_t u = 0; u < kUnitIds; ++u) {
    if (requested_bytes_[u] == expected[u]) continue;
    throw base::InternalError(std::string(unit_id_name(static_cast<UnitId>(u))) + ": got " +
                              std::to_string(requested_bytes_[u]) + " DRAM bytes, must be " +
                              std::to_string(expected[u]));
  }
}

stats::SimulationResult Recorder::finish() {
  check_bytes();
  finish_layers();
  dram_.instruction_bytes = requested_bytes_[index(UnitId::command_processor)];
  stats::SimulationResult result;
  result.total_cycles = total_;
  result.layers = layers_;
  result.dram = dram_;
  for (std::size_t u = 0; u < kUnitIds; ++u) {
    const auto unit = static_cast<UnitId>(u);
    account(unit, stats::Activity::idle, -1, total_);
    if (cycles_[u].total() != total_) {
      throw base::InternalError(
          std::string(unit_id_name(unit)) + ": got " + std::to_string(cycles_[u].total()) +
          " cycles of busy, stalls and idle, must be " + std::to_string(total_));
    }
    result.units.push_back({unit_id_name(unit), cycles_[u]});
  }
  return result;
}

}  // namespace npusim::model
