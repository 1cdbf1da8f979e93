// SPDX-License-Identifier: Apache-2.0
#include "sim/report/json.h"

#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;  // keeps its keys sorted

double fraction(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

void put_skipped(json& section, const SkippedImages& skipped) {
  section["skipped_images"] = skipped.images;
  section["skipped_names"] = skipped.names;
}

void put_overflows(json& section, const std::optional<Overflows>& overflows) {
  if (!overflows) return;
  section["accumulator_overflows"] = overflows->additions;
  section["accumulator_overflows_by_layer"] = overflows->by_layer;
}

json accuracy_json(const Accuracy& accuracy, const std::string& scheme) {
  json result = {{"images", accuracy.images},
                 {"float_top1", fraction(accuracy.float_top1, accuracy.images)},
                 {"float_top5", fraction(accuracy.float_top5, accuracy.images)}};
  json& schemes = result["schemes"] = json::object();
  bool found = false;
  for (const SchemeAccuracy& each : accuracy.schemes) {
    schemes[each.scheme] = {{"quantized_top1", fraction(each.top1, accuracy.images)},
                            {"parameter_bytes", each.parameter_bytes}};
    if (each.overflows) schemes[each.scheme]["accumulator_overflows"] = each.overflows->additions;
    if (each.scheme != scheme) continue;
    found = true;
    result["quantized_top1"] = fraction(each.top1, accuracy.images);
    result["quantized_top5"] = fraction(each.top5, accuracy.images);
    result["agreement_top1"] = fraction(each.agreement_top1, accuracy.images);
    put_overflows(result, each.overflows);
  }
  if (accuracy.skipped) put_skipped(result, *accuracy.skipped);
  if (!found) throw base::InternalError("report: no accuracy of the run's scheme " + scheme);
  return result;
}

json simulation_json(const Simulation& simulation) {
  json result = {{"images", simulation.images}};
  if (simulation.mismatched_values) {
    result["bit_exact"] = *simulation.mismatched_values == 0;
    result["mismatched_values"] = *simulation.mismatched_values;
  }
  if (!simulation.output_sha256.empty()) result["output_sha256"] = simulation.output_sha256;
  put_overflows(result, simulation.overflows);
  return result;
}

json cycles_json(const Cycles& cycles) {
  json stalls = json::object();
  for (const UnitCycles& unit : cycles.units) stalls[unit.name] = json(unit.stall_cycles);
  json result = {{"total", cycles.total},
                 {"latency_seconds", cycles.latency_seconds},
                 {"utilization", cycles.utilization},
                 {"stalls", stalls}};
  if (cycles.steady_state_total) {
    result["steady_state_total"] = *cycles.steady_state_total;
    result["steady_state_utilization"] = cycles.steady_state_utilization;
  }
  for (const ImageCycles& image : cycles.images) {
    result["images"].push_back({{"end_cycle", image.end_cycle}, {"cycles", image.cycles}});
  }
  return result;
}

/// Says of a layer what differs from the report's quantization.
void put_differences(json& row, const Layer& layer, const Quantization& usual) {
  const auto put = [&](const char* key, const auto& own, const auto& value) {
    if (own != value) row[key] = own;
  };
  if (layer.quantization) {
    const isa::LayerQuantization& own = *layer.quantization;
    put("scheme", own.scheme, usual.scheme);
    put("field_bits", std::int64_t{own.field_bits}, usual.field_bits);
    put("rule", own.rule, usual.rule);
    put("symmetric", own.symmetric, usual.symmetric);
    put("weight_bits", std::int64_t{own.weight_bits}, usual.weight_bits);
  }
  if (layer.activation_bits) put("activation_bits", *layer.activation_bits, usual.activation_bits);
}

json by_unit(const energy::ByUnit& units) {
  json result = json::object();
  for (std::size_t u = 0; u < energy::kUnits; ++u)
    result[energy::unit_name(static_cast<energy::Unit>(u))] = units[u].total();
  return result;
}

json energy_json(const energy::Estimate& estimate, double seconds) {
  constexpr double kPicojoulesPerJoule = 1e12;
  const energy::Picojoules total = energy::sum_of(estimate.units);
  json result = {{"technology", estimate.technology},
                 {"total_picojoules", total.total()},
                 {"dynamic_picojoules", total.dynamic_picojoules},
                 {"static_picojoules", total.static_picojoules}};
  if (seconds > 0)
    result["average_watts"] = static_cast<double>(total.total()) / kPicojoulesPerJoule / seconds;
  if (!estimate.not_counted.empty()) result["not_counted"] = estimate.not_counted;
  for (std::size_t u = 0; u < energy::kUnits; ++u) {
    const energy::Picojoules& unit = estimate.units[u];
    result["by_unit"][energy::unit_name(static_cast<energy::Unit>(u))] = {
        {"dynamic_picojoules", unit.dynamic_picojoules},
        {"static_picojoules", unit.static_picojoules}};
  }
  return result;
}

json area_json(const energy::Area& area) {
  json result = {{"total_square_micrometres", area.total()}};
  for (std::size_t u = 0; u < energy::kUnits; ++u) {
    const auto unit = static_cast<energy::Unit>(u);
    if (unit == energy::Unit::dram) continue;
    result["by_unit_square_micrometres"][energy::unit_name(unit)] = area.square_micrometres[u];
  }
  return result;
}

json layer_json(const Layer& layer, const Report& report) {
  const std::optional<Overflows>& overflows = report.simulation.overflows;
  json result = {{"name", layer.name},
                 {"kind", layer.kind},
                 {"macs", layer.macs},
                 {"cycles", layer.cycles},
                 {"span_cycles", layer.span_cycles},
                 {"utilization", layer.utilization},
                 {"compute_bound_cycles", layer.compute_bound_cycles},
                 {"memory_bound_cycles", layer.memory_bound_cycles},
                 {"bound_by", layer.bound_by()},
                 {"busy_cycles", layer.busy_cycles},
                 {"stall_cycles", layer.stall_cycles},
                 {"stalls", json(layer.stalls)},
                 {"dram_read_bytes", layer.dram_read_bytes},
                 {"dram_write_bytes", layer.dram_write_bytes},
                 {"weights_bytes", layer.weights_bytes},
                 {"spilled", layer.is_spilled}};
  if (!layer.dataflow.empty()) result["dataflow"] = layer.dataflow;
  if (!report.cycles.images.empty()) result["image"] = layer.image;
  put_differences(result, layer, report.quantization);
  if (layer.safe_accumulator_bits) result["safe_accumulator_bits"] = *layer.safe_accumulator_bits;
  if (overflows) {
    const auto found = overflows->by_layer.find(layer.name);
    result["accumulator_overflows"] = found == overflows->by_layer.end() ? 0 : found->second;
  }
  return result;
}

json memory_json(const Memory& memory) {
  json result = {{"weights_bytes", memory.weights_bytes},
                 {"bias_bytes", memory.bias_bytes},
                 {"requant_bytes", memory.requant_bytes},
                 {"channel_shift_bytes", memory.channel_shift_bytes},
                 {"instructions_bytes", memory.instructions_bytes},
                 {"activation_peak_bytes", memory.activation_peak_bytes},
                 {"spilled_activation_bytes", memory.spilled_activation_bytes},
                 {"dram_read_bytes", memory.dram_read_bytes},
                 {"dram_write_bytes", memory.dram_write_bytes}};
  for (const ProtectedScratchpad& scratchpad : memory.protection) {
    result["protection"][scratchpad.name] = {
        {"kind", scratchpad.protection},
        {"word_bits", scratchpad.word_bits},
        {"data_bits", scratchpad.data_bits},
        {"check_bits", scratchpad.check_bits},
        {"stored_bits", scratchpad.data_bits + scratchpad.check_bits}};
  }
  return result;
}

json dram_json(const Dram& dram) {
  json result = {{"model", dram.has_banks ? "banks" : "flat"},
                 {"other_masters_requests", dram.other_masters_requests}};
  if (!dram.has_banks) return result;
  result["row_hits"] = dram.row_hits;
  result["row_misses"] = dram.row_misses;
  result["row_conflicts"] = dram.row_conflicts;
  result["refreshes"] = dram.refreshes;
  result["read_write_turnarounds"] = dram.read_write_turnarounds;
  return result;
}

}  // namespace

json hardware_json(const Hardware& hardware) {
  return {{"name", hardware.name},
          {"config_hash", hardware.config_hash},
          {"accumulator", hardware.accumulator},
          {"accumulator_bits", hardware.accumulator_bits}};
}

json quantization_json(const Quantization& quantization) {
  json result = {{"scheme", quantization.scheme},
                 {"field_bits", quantization.field_bits},
                 {"rule", quantization.rule},
                 {"bias_correction", quantization.bias_correction},
                 {"symmetric", quantization.symmetric},
                 {"equalization", quantization.equalization},
                 {"weight_bits", quantization.weight_bits},
                 {"activation_bits", quantization.activation_bits}};
  if (quantization.safe_accumulator_bits)
    result["safe_accumulator_bits"] = *quantization.safe_accumulator_bits;
  if (!quantization.source.empty()) result["source"] = quantization.source;
  return result;
}

json host_json(const Host& host) {
  if (!host.is_measured) return {{"versions", host.versions}};
  return {{"wall_seconds", host.wall_seconds},
          {"cpu_seconds", host.cpu_seconds},
          {"threads", host.threads},
          {"versions", host.versions}};
}

json layers_json(const Report& report) {
  json layers = json::array();
  for (std::size_t l = 0; l < report.layers.size(); ++l) {
    layers.push_back(layer_json(report.layers[l], report));
    if (!report.energy) continue;
    const energy::ByUnit& units = report.energy->layers.at(l);
    layers.back()["energy_picojoules"] = energy::sum_of(units).total();
    layers.back()["energy_by_unit_picojoules"] = by_unit(units);
  }
  return layers;
}

std::string to_json(const Report& report) {
  json document = {
      {"schema_version", kSchemaVersion},
      {"workload", {{"name", report.workload.name}, {"images", report.workload.images}}},
      {"hardware", hardware_json(report.hardware)},
      {"quantization", quantization_json(report.quantization)},
      {"simulation", simulation_json(report.simulation)},
      {"cycles", cycles_json(report.cycles)},
      {"memory", memory_json(report.memory)},
      {"host", host_json(report.host)}};
  if (report.configuration) document["configuration"] = configuration_json(*report.configuration);
  if (report.accuracy)
    document["accuracy"] = accuracy_json(*report.accuracy, report.quantization.scheme);
  if (report.faults) document["faults"] = faults_json(*report.faults);
  if (!report.accuracy_not_measured.empty())
    document["accuracy_not_measured"] = report.accuracy_not_measured;
  if (report.calibration) {
    document["calibration"] = {{"images", report.calibration->images}};
    put_skipped(document["calibration"], report.calibration->skipped);
  }
  if (report.dram) document["dram"] = dram_json(*report.dram);
  if (report.energy) {
    document["energy"] = energy_json(*report.energy, report.cycles.latency_seconds);
    document["area"] = area_json(report.energy->area);
  }
  if (!report.notes.empty()) document["notes"] = report.notes;
  document["layers"] = layers_json(report);
  // Names come from models: bytes that are no UTF-8 must not end the run.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::report
