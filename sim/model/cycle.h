// SPDX-License-Identifier: Apache-2.0
// Cycles and the kernel's time: one cycle is one unit of the time resolution (1 ns, see kernel.h).
#pragma once

#include <cstdint>
#include <systemc>

namespace npusim::model {

/// The current cycle.
inline std::int64_t now() { return static_cast<std::int64_t>(sc_core::sc_time_stamp().value()); }

/// A time span; cycles >= 0.
inline sc_core::sc_time cycles(std::int64_t count) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(count));
}

}  // namespace npusim::model
