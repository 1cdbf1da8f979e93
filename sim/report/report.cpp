// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report.h"

#include "sim/faults/error_code.h"
#include "sim/isa/fields.h"
#include "sim/stats/bounds.h"
#include "sim/stats/spills.h"

namespace npusim::report {
namespace {

double utilization(std::int64_t macs, std::int64_t cycles, const config::MacArrayConfig& array) {
  if (cycles == 0) return 0;
  return static_cast<double>(macs) /
         (static_cast<double>(cycles) * static_cast<double>(array.rows * array.columns));
}

const char* accumulator_name(config::AccumulatorOverflow overflow) {
  switch (overflow) {
    case config::AccumulatorOverflow::saturate:
      return "saturate";
    case config::AccumulatorOverflow::wrap:
      return "wrap";
    case config::AccumulatorOverflow::guaranteed:
      break;
  }
  return "guaranteed";
}

std::map<std::string, std::int64_t> stalls_of(const stats::ActivityCycles& cycles) {
  std::map<std::string, std::int64_t> stalls;
  for (std::size_t i = 0; i < stats::kActivities; ++i) {
    const auto activity = static_cast<stats::Activity>(i);
    if (stats::is_stall(activity) && cycles[activity] != 0)
      stalls[stats::activity_name(activity)] = cycles[activity];
  }
  return stalls;
}

UnitCycles unit_cycles(const stats::UnitResult& result) {
  return {result.name, result.cycles.busy(), result.cycles.idle(), stalls_of(result.cycles)};
}

std::vector<ImageCycles> image_cycles(const isa::Program& program,
                                      const stats::SimulationResult& result) {
  std::vector<ImageCycles> images;
  if (program.images() == 1) return images;
  std::int64_t end = 0;
  for (std::size_t l = 0; l < result.layers.size(); ++l) {
    if (l % program.image_layers() == 0) images.push_back({end, 0});
    end += result.layers[l].cycles;  // ends are running maxima of these
    images.back().cycles += result.layers[l].cycles;
    images.back().end_cycle = end;
  }
  return images;
}

Cycles cycles_of(const isa::Program& program, const stats::SimulationResult& result) {
  Cycles cycles;
  cycles.total = result.total_cycles;
  cycles.latency_seconds =
      static_cast<double>(result.total_cycles) / static_cast<double>(program.hardware.clock_hz);
  std::int64_t macs = 0;
  for (const isa::LayerInfo& layer : program.layers) macs += layer.macs;
  cycles.utilization = utilization(macs, result.total_cycles, program.hardware.mac_array);
  cycles.images = image_cycles(program, result);
  for (const stats::UnitResult& unit : result.units) cycles.units.push_back(unit_cycles(unit));
  return cycles;
}

// Of each layer, the mode of its first MATMUL; all have the same.
std::vector<std::string> dataflows_of(const isa::Program& program) {
  std::vector<std::string> dataflows(program.layers.size());
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const auto* matmul = std::get_if<isa::Matmul>(&program.instructions[i].fields);
    if (matmul == nullptr || !dataflows.at(program.origins[i].layer).empty()) continue;
    dataflows[program.origins[i].layer] =
        isa::kArrayModeNames.at(static_cast<std::size_t>(matmul->mode));
  }
  return dataflows;
}

std::vector<Layer> layers_of(const isa::Program& program, const stats::SimulationResult& result) {
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program);
  const std::vector<bool> spilled = stats::spilled_tensors(program);
  const std::vector<std::string> dataflows = dataflows_of(program);
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const isa::LayerInfo& info = program.layers[i];
    const stats::LayerResult& measured = result.layers.at(i);
    Layer layer;
    layer.image = static_cast<std::int64_t>(i / program.image_layers());
    layer.name = info.name;
    layer.kind = info.kind;
    layer.dataflow = dataflows[i];
    layer.macs = info.macs;
    layer.cycles = measured.cycles;
    layer.span_cycles = measured.span_cycles;
    layer.utilization = utilization(info.macs, measured.span_cycles, program.hardware.mac_array);
    layer.compute_bound_cycles = bounds.at(i).compute_bound_cycles;
    layer.memory_bound_cycles = bounds.at(i).memory_bound_cycles;
    layer.stall_cycles = measured.stall_cycles();
    layer.busy_cycles = measured.compute_cycles.busy();
    layer.stalls = stalls_of(measured.compute_cycles);
    layer.dram_read_bytes = measured.dram_read_bytes;
    layer.dram_write_bytes = measured.dram_write_bytes;
    layer.weights_bytes = info.weights_bytes;
    layer.quantization = info.quantization;
    const std::int32_t bits = program.tensors.at(info.output_tensor).code_bits;
    if (bits != program.metadata.activation_bits) layer.activation_bits = bits;
    layer.is_spilled = spilled.at(info.output_tensor);
    layers.push_back(std::move(layer));
  }
  return layers;
}

template <typename ScratchpadConfig>
void add_if_protected(const char* name, const ScratchpadConfig& scratchpad, Memory& memory) {
  if (scratchpad.protection == config::Protection::none) return;
  const faults::ErrorCode code = faults::error_code_of(scratchpad);
  const bool corrects = scratchpad.protection == config::Protection::secded;
  const std::int64_t data_bits = scratchpad.bytes * 8;
  memory.protection.push_back({name, corrects ? "secded" : "parity", code.word_bits(), data_bits,
                               code.check_bits_of(data_bits)});
}

Memory memory_of(const isa::Program& program, const stats::SimulationResult& result) {
  Memory memory;
  add_if_protected("activation_scratchpad", program.hardware.activation_scratchpad, memory);
  add_if_protected("weight_scratchpad", program.hardware.weight_scratchpad, memory);
  for (std::size_t l = 0; l < program.image_layers(); ++l) {  // the others read the same
    const isa::LayerInfo& layer = program.layers[l];
    memory.weights_bytes += layer.weights_bytes;
    memory.bias_bytes += layer.bias_bytes;
    memory.requant_bytes += layer.requant_bytes;
    memory.channel_shift_bytes += layer.channel_shift_bytes;
  }
  memory.instructions_bytes = program.instructions_bytes();
  memory.activation_peak_bytes = program.activation_peak_bytes;
  const std::vector<bool> spilled = stats::spilled_tensors(program);
  for (std::size_t t = 0; t < program.image_tensors(); ++t) {
    if (spilled[t]) memory.spilled_activation_bytes += program.tensors[t].elements();
  }
  memory.dram_read_bytes = result.dram.read_bytes;
  memory.dram_write_bytes = result.dram.write_bytes;
  return memory;
}

std::optional<Dram> dram_of(const config::DramConfig& config, const stats::DramResult& result) {
  const bool has_banks = config.model == config::DramModel::banks;
  if (!has_banks && config.other_masters.share_percent == 0) return std::nullopt;
  return Dram{has_banks,
              result.row_hits,
              result.row_misses,
              result.row_conflicts,
              result.refreshes,
              result.read_write_turnarounds,
              result.other_masters_requests};
}

}  // namespace

Hardware hardware_of(const config::HardwareConfig& config) {
  Hardware hardware;
  hardware.name = config.name;
  hardware.config_hash = config::config_hash(config);
  hardware.accumulator = accumulator_name(config.mac_array.accumulator);
  hardware.accumulator_bits = config.mac_array.accumulator_bits;
  hardware.rows = config.mac_array.rows;
  hardware.columns = config.mac_array.columns;
  hardware.clock_hz = config.clock_hz;
  hardware.peak_macs_per_second = config.peak_macs_per_second();
  hardware.dram_bandwidth_bytes_per_second =
      static_cast<std::int64_t>(config::dram_peak(config.dram).bytes_per_second());
  return hardware;
}

Quantization quantization_of(const isa::Metadata& metadata) {
  return {metadata.scheme,          metadata.field_bits,     metadata.rule,
          metadata.bias_correction, metadata.symmetric,      metadata.equalization,
          metadata.weight_bits,     metadata.activation_bits};
}

std::string quantization_text(const Quantization& quantization) {
  const Quantization& q = quantization;
  std::string text = q.scheme;
  if (q.scheme == "shift_scaler")
    text += ", " + std::to_string(q.field_bits) + "-bit field, rule " + q.rule;
  if (!q.symmetric) text += ", asymmetric";
  if (q.weight_bits != isa::kMostWeightBits)
    text += ", " + std::to_string(q.weight_bits) + "-bit weights";
  if (q.activation_bits != isa::kMostCodeBits)
    text += ", " + std::to_string(q.activation_bits) + "-bit activations";
  if (q.equalization) text += ", equalization";
  return text + (q.bias_correction ? ", bias correction" : ", no bias correction");
}

std::optional<Overflows> overflows_of(const isa::Program& program,
                                      const stats::SimulationResult& result) {
  const bool guaranteed =
      program.hardware.mac_array.accumulator == config::AccumulatorOverflow::guaranteed;
  if (guaranteed || result.outputs.empty()) return std::nullopt;
  Overflows overflows;
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    overflows.add(program.layers[i].name, result.layers.at(i).accumulator_overflows);
  }
  return overflows;
}

Report report_of(const isa::Program& program, const stats::SimulationResult& result) {
  Report report;
  report.workload.name = program.metadata.name;
  report.workload.network = program.metadata.name;
  report.workload.images = program.metadata.images;
  report.hardware = hardware_of(program.hardware);
  report.quantization = quantization_of(program.metadata);
  report.configuration = configuration_of(program);
  report.cycles = cycles_of(program, result);
  report.layers = layers_of(program, result);
  report.memory = memory_of(program, result);
  report.dram = dram_of(program.hardware.dram, result.dram);
  report.simulation.images = program.metadata.images;
  report.simulation.overflows = overflows_of(program, result);
  return report;
}

void set_steady_state(const isa::Program& program, std::int64_t cycles, Report& report) {
  std::int64_t macs = 0;
  for (const isa::LayerInfo& layer : program.layers) macs += layer.macs;
  report.cycles.steady_state_total = cycles;
  report.cycles.steady_state_utilization = utilization(macs, cycles, program.hardware.mac_array);
}

}  // namespace npusim::report
