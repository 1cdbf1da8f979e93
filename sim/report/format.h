// SPDX-License-Identifier: Apache-2.0
// Numbers for people: thousands separators, units, fixed width.
#pragma once

#include <cstdint>
#include <string>

namespace npusim::report {

/// 1234567 -> "1,234,567".
std::string grouped(std::int64_t value);
/// Three significant digits with the unit's decimal prefix: si(1.024e12, "MAC/s") -> "1.02 TMAC/s".
std::string si(double value, const std::string& unit);
/// "1,024 bytes" below 10 KiB, else "12.5 KiB", "3.4 MiB".
std::string bytes_text(std::int64_t bytes);
/// Of a fraction: percent(0.1234, 1) -> "12.3 %".
std::string percent(double fraction, int digits);
/// A time in the largest unit in which it is at least 1: "123.456 us".
std::string time_text(double seconds);
/// In the largest unit in which it is at least 1: "12 pJ", "1.234 uJ".
std::string joules_text(std::int64_t picojoules);
/// At most `width` columns: the middle of a longer text gives way to "..". Printable ASCII; any
/// other byte reads '?'.
std::string shortened(const std::string& text, std::size_t width);

}  // namespace npusim::report
