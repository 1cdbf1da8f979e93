// SPDX-License-Identifier: Apache-2.0
// Time in the oracle.
#pragma once

#include <cstdint>
#include <limits>

namespace npusim::oracle {

/// A cycle of the NPU clock, numbered from 0.
using Cycle = std::int64_t;
inline constexpr Cycle kNever = std::numeric_limits<Cycle>::max();

/// a / b rounded up; a >= 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace npusim::oracle
