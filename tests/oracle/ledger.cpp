// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/ledger.h"

#include <algorithm>

namespace npusim::oracle {

Ledger::Ledger(const isa::Program& program)
    : program_(&program),
      layers_(program.layers.size()),
      instructions_(program.instructions.size()) {
  for (const isa::LayerInfo& layer : program.layers) {
    const bool array =
        layer.kind == "conv" || layer.kind == "depthwise_conv" || layer.kind == "gemm";
    compute_units_.push_back(array ? isa::Unit::mac_array : isa::Unit::vector);
  }
}

Ledger::Layer& Ledger::layer_of(std::size_t instruction) {
  return layers_[program_->origins[instruction].layer];
}

bool Ledger::computes(isa::Unit unit, std::size_t instruction) const {
  return compute_units_[program_->origins[instruction].layer] == unit;
}

void Ledger::spend(isa::Unit unit, std::size_t instruction, stats::Activity activity) {
  ++units_[static_cast<std::size_t>(unit)][activity];
  if (!computes(unit, instruction)) return;
  Layer& layer = layer_of(instruction);
  if (layer.span_begin != kNever) ++layer.compute[activity];
}

void Ledger::started(isa::Unit unit, std::size_t instruction, Cycle start) {
  Layer& layer = layer_of(instruction);
  layer.first_start = std::min(layer.first_start, start);
  if (computes(unit, instruction)) layer.span_begin = std::min(layer.span_begin, start);
}

void Ledger::freed(isa::Unit unit, std::size_t instruction, Cycle free) {
  if (computes(unit, instruction)) layer_of(instruction).span_end = free;
}

void Ledger::done(std::size_t instruction, Cycle done) {
  Layer& layer = layer_of(instruction);
  layer.end = std::max(layer.end, done);
  last_done_ = std::max(last_done_, done);
  ++done_;
}

stats::SimulationResult Ledger::result() const {
  stats::SimulationResult result;
  result.total_cycles = last_done_;
  for (int u = 0; u < isa::kUnits; ++u) {
    result.units.push_back(
        {isa::unit_name(static_cast<isa::Unit>(u)), units_[static_cast<std::size_t>(u)]});
  }
  result.units.push_back({"command_processor", units_[kCommandProcessor]});
  Cycle running = 0;
  for (const Layer& layer : layers_) {
    stats::LayerResult entry;
    entry.start_cycle = layer.first_start == kNever ? 0 : layer.first_start;
    entry.end_cycle = layer.end;
    entry.cycles = std::max<Cycle>(0, layer.end - running);
    running = std::max(running, layer.end);
    entry.compute_cycles = layer.compute;
    if (layer.span_begin != kNever) entry.span_cycles = layer.span_end - layer.span_begin;
    result.layers.push_back(entry);
  }
  return result;
}

}  // namespace npusim::oracle
