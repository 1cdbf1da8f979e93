// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_yaml.h"

#include <array>
#include <vector>

#include "sim/config/yaml_writer.h"

namespace npusim::config {
namespace {

constexpr std::size_t kCommentColumn = 28;

/// The mappings that a key lies in: {"dram", "timing"} of "dram.timing.banks".
std::vector<std::string> units_of(const std::string& key) {
  std::vector<std::string> units;
  std::size_t begin = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', begin)) {
    units.push_back(key.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return units;
}

std::string last_key(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The headlines of the mappings that begin with this key.
std::string headlines(const std::vector<std::string>& before, const std::vector<std::string>& units,
                      const std::string& margin) {
  std::string text;
  std::size_t level = 0;
  while (level < units.size() && level < before.size() && before[level] == units[level]) ++level;
  for (; level < units.size(); ++level) {
    if (level == 0) text += '\n';
    text += margin + std::string(2 * level, ' ') + units[level] + ":\n";
  }
  return text;
}

std::string line(std::string text, const std::string& comment) {
  if (text.size() < kCommentColumn) text.resize(kCommentColumn, ' ');
  text += "  # ";
  text += comment;
  text += '\n';
  return text;
}

}  // namespace

std::string field_yaml(const HardwareField& field, const HardwareConfig& hardware) {
  if (!field.rule.is_size_bytes) return field_text(field, hardware);
  struct Unit {
    const char* name;
    std::int64_t bytes;
  };
  static constexpr std::array<Unit, 3> kUnits = {{{"GiB", std::int64_t{1} << 30},
                                                  {"MiB", std::int64_t{1} << 20},
                                                  {"KiB", std::int64_t{1} << 10}}};
  const std::int64_t value = field.get(hardware);
  for (const Unit& unit : kUnits) {
    if (value >= unit.bytes && value % unit.bytes == 0)
      return std::to_string(value / unit.bytes) + unit.name;
  }
  return std::to_string(value);
}

std::string hardware_yaml(const HardwareConfig& hardware, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text = margin + "name: " + yaml_scalar(hardware.name) + '\n';
  std::vector<std::string> before;
  for (const HardwareField& field : hardware_fields()) {
    if (!field.applies(hardware)) continue;
    const std::vector<std::string> units = units_of(field.key);
    text += headlines(before, units, margin);
    before = units;
    std::string value = margin + std::string(2 * units.size(), ' ');
    value.append(last_key(field.key)).append(": ").append(field_yaml(field, hardware));
    text += line(std::move(value), field.meaning);
  }
  return text;
}

HardwarePeaks hardware_peaks(const HardwareConfig& hardware) {
  HardwarePeaks peaks;
  const auto clock = static_cast<double>(hardware.clock_hz);
  peaks.macs_per_cycle = hardware.mac_array.rows * hardware.mac_array.columns;
  peaks.macs_per_second = static_cast<double>(peaks.macs_per_cycle) * clock;
  peaks.operations_per_second = 2 * peaks.macs_per_second;
  peaks.dram_bytes_per_second = dram_peak(hardware.dram).bytes_per_second();
  peaks.dram_bytes_per_cycle = peaks.dram_bytes_per_second / clock;
  peaks.balance_macs_per_dram_byte = peaks.macs_per_second / peaks.dram_bytes_per_second;
  return peaks;
}

}  // namespace npusim::config
