// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/labels.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace npusim::sweep {
namespace {

struct Known {
  std::string_view key, text, unit;
};
constexpr std::array kKnown = {
    Known{"cycles.total", "cycles of one inference", ""},
    Known{"cycles.latency_seconds", "latency", "s"},
    Known{"cycles.steady_state_total", "cycles of one more image", ""},
    Known{"cycles.utilization", "utilization", "fraction"},
    Known{"accuracy.quantized_top1", "top-1 accuracy", "fraction"},
    Known{"accuracy.quantized_top5", "top-5 accuracy", "fraction"},
    Known{"accuracy.float_top1", "float top-1 accuracy", "fraction"},
    Known{"accuracy.float_top5", "float top-5 accuracy", "fraction"},
    Known{"accuracy.agreement_top1", "agreement with float", "fraction"},
    Known{"energy.total_picojoules", "energy of one inference", "pJ"},
    Known{"area.total_square_micrometres", "area", "µm²"},
    Known{"quantization.scheme", "scheme", ""},
};

/// Endings of keys, longest first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kUnits = {{
    {"_bytes_per_second", "B/s"},
    {"_bytes_per_cycle", "B/cycle"},
    {"_square_micrometres", "µm²"},
    {"_picojoules", "pJ"},
    {"_milliwatts", "mW"},
    {"_seconds", "s"},
    {"_cycles", "cycles"},
    {"_watts", "W"},
    {"_bytes", "B"},
    {"_bits", "bits"},
    {"_macs", "MACs"},
    {"_mm2", "mm²"},
    {"_hz", "Hz"},
}};

bool ends_with(const std::string& text, std::string_view ending) {
  return text.size() > ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

std::string unit_of(std::string& key) {
  // The last part alone may be the unit: hardware.weight_scratchpad.bytes.
  for (const auto& [ending, unit] : kUnits) {
    const bool is_part = ends_with(key, '.' + std::string(ending.substr(1)));
    if (!ends_with(key, ending) && !is_part) continue;
    key.resize(key.size() - ending.size());
    return std::string(unit);
  }
  for (const std::string_view part : {"_square_micrometres.", "_picojoules.", "_cycles."}) {
    const std::size_t at = key.find(part);
    if (at == std::string::npos) continue;
    key.erase(at, part.size() - 1);
    return part == "_picojoules." ? "pJ" : part == "_cycles." ? "cycles" : "µm²";
  }
  return key.compare(0, 7, "cycles.") == 0 ? "cycles" : "";
}

}  // namespace

Label label_of(const std::string& key) {
  for (const Known& known : kKnown) {
    if (known.key == key) return {std::string(known.text), std::string(known.unit)};
  }
  std::string text = key;
  Label label;
  label.unit = unit_of(text);
  for (const std::string_view front : {"hardware.", "quantization.", "simulation."}) {
    if (text.compare(0, front.size(), front) == 0) text.erase(0, front.size());
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '.' || c == '_'; }, ' ');
  label.text = text;
  return label;
}

std::vector<std::string> short_names(const std::vector<std::string>& keys) {
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    std::size_t from = key.size();
    bool is_unique = false;
    while (!is_unique && from > 0) {
      from = key.rfind('.', from - 1);
      from = from == std::string::npos ? 0 : from;
      const std::string tail = from == 0 ? key : key.substr(from);
      is_unique = std::none_of(keys.begin(), keys.end(), [&](const std::string& other) {
        return other != key && ends_with('.' + other, tail[0] == '.' ? tail : '.' + tail);
      });
    }
    names.push_back(from == 0 ? key : key.substr(from + 1));
  }
  return names;
}

}  // namespace npusim::sweep
