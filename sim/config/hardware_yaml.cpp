// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_yaml.h"

#include <array>

#include "sim/config/yaml_writer.h"

namespace npusim::config {
namespace {

constexpr std::size_t kCommentColumn = 28;

std::string unit_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}

std::string name_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  return dot == std::string::npos ? key : key.substr(dot + 1);
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
  std::string unit;
  for (const HardwareField& field : hardware_fields()) {
    if (unit_of(field.key) != unit) {
      unit = unit_of(field.key);
      text.append("\n").append(margin).append(unit).append(":\n");
    }
    std::string value = margin + (unit.empty() ? "" : "  ");
    value.append(name_of(field.key)).append(": ").append(field_yaml(field, hardware));
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
  peaks.dram_bytes_per_second = static_cast<double>(hardware.dram.bandwidth_bytes_per_second);
  peaks.dram_bytes_per_cycle = peaks.dram_bytes_per_second / clock;
  peaks.balance_macs_per_dram_byte = peaks.macs_per_second / peaks.dram_bytes_per_second;
  return peaks;
}

}  // namespace npusim::config
