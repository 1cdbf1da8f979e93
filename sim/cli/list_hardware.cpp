// SPDX-License-Identifier: Apache-2.0
// `npusim list configs` and `npusim list keys`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/cli/catalogue.h"
#include "sim/cli/listings.h"
#include "sim/cli/table.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/hardware_yaml.h"
#include "sim/config/run_keys.h"
#include "sim/config/yaml_reader.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using nlohmann::json;  // keeps its keys sorted

constexpr double kGiga = 1e9;
constexpr double kTera = 1e12;
constexpr double kMega = 1e6;
constexpr double kKiB = 1024;

void add_row(Table& table, const CatalogueEntry& entry, const config::HardwareConfig& hardware) {
  const config::HardwarePeaks peaks = config::hardware_peaks(hardware);
  const auto kib = [](std::int64_t bytes) { return amount(static_cast<double>(bytes) / kKiB); };
  table.add({entry.name, fmt::format("{}x{}", hardware.mac_array.rows, hardware.mac_array.columns),
             amount(static_cast<double>(hardware.clock_hz) / kMega),
             amount(peaks.macs_per_second / kGiga), amount(peaks.operations_per_second / kTera),
             kib(hardware.activation_scratchpad.bytes), kib(hardware.weight_scratchpad.bytes),
             amount(peaks.dram_bytes_per_second / kGiga)});
}

json config_json(const config::HardwareConfig& hardware) {
  const config::HardwarePeaks peaks = config::hardware_peaks(hardware);
  return {
      {"config_hash", config::config_hash(hardware)},
      {"mac_array", {{"rows", hardware.mac_array.rows}, {"columns", hardware.mac_array.columns}}},
      {"clock_hz", hardware.clock_hz},
      {"peak_macs_per_cycle", peaks.macs_per_cycle},
      {"peak_macs_per_second", peaks.macs_per_second},
      {"peak_operations_per_second", peaks.operations_per_second},
      {"activation_scratchpad_bytes", hardware.activation_scratchpad.bytes},
      {"weight_scratchpad_bytes", hardware.weight_scratchpad.bytes},
      {"dram_bandwidth_bytes_per_second", static_cast<std::int64_t>(peaks.dram_bytes_per_second)}};
}

/// The value of a key that a file leaves out, as it would stand there; empty: it must be given.
std::string default_text(const config::HardwareField& field) {
  if (!field.if_missing) return {};
  if (field.choices.empty()) return std::to_string(*field.if_missing);
  return field.choices.at(static_cast<std::size_t>(*field.if_missing));
}

std::string with_default(const std::string& text, const std::string& value) {
  return value.empty() ? text : text + " (left out: " + value + ')';
}

std::string section_text(const std::vector<config::RunKey>& keys) {
  std::string text;
  for (const config::RunKey& key : keys) {
    const std::string rest =
        with_default(std::string(key.meaning) + ": " + key.must_be, key.fallback);
    text += "  " + std::string(key.key) + "\n      " + wrapped(rest, kTerminalColumns, 6) + '\n';
  }
  return text;
}

json section_json(const std::string& section, const std::vector<config::RunKey>& keys) {
  json result = json::array();
  for (const config::RunKey& key : keys) {
    result.push_back(
        {{"key", section + key.key}, {"meaning", key.meaning}, {"must_be", key.must_be}});
    if (!key.fallback.empty()) result.back()["default"] = key.fallback;
  }
  return result;
}

}  // namespace

std::string configs_text(const config::SearchFolders& folders, bool colour) {
  constexpr auto kNumber = ColumnKind::number;
  Table table({{"name", ColumnKind::name},
               {"array", kNumber},
               {"MHz", kNumber},
               {"GMAC/s", kNumber},
               {"TOPS", kNumber},
               {"act", kNumber},
               {"wgt", kNumber},
               {"GB/s", kNumber}});
  for (const CatalogueEntry& entry : catalogue(FileKind::hardware_file, folders)) {
    try {
      add_row(table, entry, config::read_hardware_config(entry.path, {}, folders.configs));
    } catch (const base::InputError& error) {
      table.add_refused(entry.name, error);
    }
  }
  return bold("Configs", colour) + " (run with: --hardware NAME; details: npusim show NAME)\n" +
         table.text(colour) +
         "  array: rows x columns; act, wgt: KiB for activations and weights;\n"
         "  TOPS: two operations per MAC; GB/s: of the DRAM\n";
}

void configs_json(json& document, const config::SearchFolders& folders) {
  json& result = document["configs"] = json::array();
  for (const CatalogueEntry& entry : catalogue(FileKind::hardware_file, folders)) {
    json row;
    try {
      row = config_json(config::read_hardware_config(entry.path, {}, folders.configs));
    } catch (const base::InputError& error) {
      row["errors"] = error.messages();
    }
    row["name"] = entry.name;
    row["path"] = entry.path.string();
    result.push_back(row);
  }
}

std::string keys_text(const config::SearchFolders&, bool colour) {
  std::string text =
      bold("Keys of a hardware file", colour) + " (change with: --set hardware.KEY=VALUE)\n";
  for (const config::HardwareField& field : config::hardware_fields()) {
    text += "  " + std::string(field.key) + (field.program_dependent ? " [P]\n" : "\n");
    const std::string rest = with_default(
        std::string(field.meaning) + ": " + config::must_be(field), default_text(field));
    text += "      " + wrapped(rest, kTerminalColumns, 6) + '\n';
  }
  text += "  [P]: a compiled Program depends on it; all else is timing only\n";
  for (const config::RunSection& section : config::run_sections()) {
    const std::string prefix = section.name[0] == 0 ? "" : std::string(section.name) + '.';
    text += bold(std::string(section.title) + " of a run file", colour) + " (change with: --set " +
            prefix + "KEY=VALUE)\n" + section_text(section.keys);
  }
  return text;
}

void keys_json(json& document, const config::SearchFolders&) {
  json& result = document["keys"] = json::array();
  for (const config::HardwareField& field : config::hardware_fields()) {
    json row = {{"key", field.key},
                {"meaning", field.meaning},
                {"must_be", config::must_be(field)},
                {"program_dependent", field.program_dependent}};
    if (field.if_missing) row["default"] = default_text(field);
    if (field.choices.empty()) {
      row["least"] = field.rule.least;
      row["greatest"] = field.rule.greatest;
      row["size_bytes"] = field.rule.is_size_bytes;
    } else {
      row["choices"] = field.choices;
    }
    result.push_back(row);
  }
  for (const config::RunSection& section : config::run_sections()) {
    const bool is_file = section.name[0] == 0;
    document[is_file ? "run_keys" : std::string(section.name) + "_keys"] =
        section_json(is_file ? "" : std::string(section.name) + '.', section.keys);
  }
}

}  // namespace npusim::cli
