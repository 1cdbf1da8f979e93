// SPDX-License-Identifier: Apache-2.0
#include "sim/report/format.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace npusim::report {

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string si(double value, const std::string& unit) {
  static constexpr std::array<const char*, 6> kPrefixes = {"", "k", "M", "G", "T", "P"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  return fmt::format("{:.3g} {}{}", value, kPrefixes[prefix], unit);
}

std::string bytes_text(std::int64_t bytes) {
  constexpr double kKiB = 1024;
  const auto value = static_cast<double>(bytes);
  if (value < 10 * kKiB) return grouped(bytes) + " bytes";
  if (value < 1000 * kKiB) return fmt::format("{:.1f} KiB", value / kKiB);
  if (value < 1000 * kKiB * kKiB) return fmt::format("{:.2f} MiB", value / (kKiB * kKiB));
  return fmt::format("{:.2f} GiB", value / (kKiB * kKiB * kKiB));
}

std::string percent(double fraction, int digits) {
  return fmt::format("{:.{}f} %", 100 * fraction, digits);
}

std::string time_text(double seconds) {
  if (seconds >= 1) return fmt::format("{:.3f} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.3f} ms", seconds * 1e3);
  return fmt::format("{:.3f} us", seconds * 1e6);
}

std::string joules_text(std::int64_t picojoules) {
  static constexpr std::array<const char*, 4> kUnits = {"nJ", "uJ", "mJ", "J"};
  if (picojoules < 1000) return fmt::format("{} pJ", picojoules);
  double value = static_cast<double>(picojoules) / 1000;
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.3f} {}", value, kUnits[unit]);
}

std::string shortened(const std::string& text, std::size_t width) {
  std::string clean = text;
  for (char& c : clean) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (clean.size() <= width) return clean;
  const std::size_t kept = width - 2;
  const std::size_t head = kept / 2;
  return clean.substr(0, head) + ".." + clean.substr(clean.size() - (kept - head));
}

}  // namespace npusim::report
