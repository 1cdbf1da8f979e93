// SPDX-License-Identifier: Apache-2.0
// Small integer functions on sizes and counts.
#pragma once

#include <type_traits>

namespace npusim::base {

/// The least q with q * divisor >= value. value >= 0, divisor >= 1; never overflows.
template <typename T>
constexpr T ceil_div(T value, T divisor) {
  static_assert(std::is_integral_v<T>);
  return static_cast<T>(value / divisor + (value % divisor != 0 ? 1 : 0));
}

/// The least multiple of `multiple` that is >= value. value >= 0, multiple >= 1; the result must
/// fit T (sizes that come from outside go through checked.h first).
template <typename T>
constexpr T round_up(T value, T multiple) {
  return static_cast<T>(ceil_div(value, multiple) * multiple);
}

}  // namespace npusim::base
