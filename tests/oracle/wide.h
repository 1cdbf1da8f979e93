// SPDX-License-Identifier: Apache-2.0
// Products that exceed 64 bits: a clock times a time or a size.
#pragma once

#include <cstdint>

namespace npusim::oracle {

__extension__ using Wide = __int128;

/// a * b / divisor, rounded down or up; all at least 0, divisor > 0.
constexpr std::int64_t scale_down(std::int64_t a, std::int64_t b, std::int64_t divisor) {
  return static_cast<std::int64_t>(Wide{a} * b / divisor);
}
constexpr std::int64_t scale_up(std::int64_t a, std::int64_t b, std::int64_t divisor) {
  return static_cast<std::int64_t>((Wide{a} * b + divisor - 1) / divisor);
}

}  // namespace npusim::oracle
