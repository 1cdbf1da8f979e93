// SPDX-License-Identifier: Apache-2.0
// A linear axis with round ticks, and what text takes in a picture.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace npusim::report {

/// Maps [low, high] to pixels [from, to]; values outside are shown at the end they lie beyond.
struct Axis {
  double low = 0, high = 1;
  double from = 0, to = 1;

  double at(double value) const {
    const double inside = std::clamp(value, low, high);
    return from + (inside - low) / (high - low) * (to - from);
  }
};

/// The smallest of 1, 2 and 5 times a power of ten that divides `length`, above 0, into at most
/// `most` steps.
inline double tick_step(double length, int most) {
  double step = 1;
  while (length > step * most) step *= 10;
  while (length <= step / 10 * most) step /= 10;
  if (length <= step / 5 * most) return step / 5;
  return length <= step / 2 * most ? step / 2 : step;
}

/// The multiples of step within [low, high].
inline std::vector<double> ticks(double low, double high, double step) {
  std::vector<double> values;
  auto n = static_cast<long>(low / step) - 1;
  for (; static_cast<double>(n) * step <= high + step * 1e-9; ++n) {
    const double value = static_cast<double>(n) * step;
    if (value >= low - step * 1e-9) values.push_back(value);
  }
  return values;
}

/// What text of this size takes at most in the usual sans-serif fonts, px: names are mostly digits
/// and small letters.
inline double text_width(const std::string& text, double size) {
  return 0.64 * size * static_cast<double>(text.size());
}

}  // namespace npusim::report
