// SPDX-License-Identifier: Apache-2.0
// Cycles and the kernel's time. One cycle is one unit of the time resolution, unless an external
// memory sits in the kernel, for which time is real (kernel.h).
#pragma once

#include <cstdint>
#include <limits>
#include <systemc>

namespace npusim::model {

/// Later than every cycle.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

namespace detail {
// Of the kernel that runs; set by KernelScope alone.
inline std::int64_t units_per_cycle = 1;
// Of the process that runs; set by enter_cycle alone.
inline std::int64_t current_cycle = 0;
}  // namespace detail

/// The cycle that the kernel has got to.
inline std::int64_t kernel_cycle() {
  const auto units = static_cast<std::int64_t>(sc_core::sc_time_stamp().value());
  return detail::units_per_cycle == 1 ? units : units / detail::units_per_cycle;
}

/// Begins a process body (guarded() in unit.h does): time stands still in it, so the kernel is
/// asked once.
inline void enter_cycle() { detail::current_cycle = kernel_cycle(); }

/// The current cycle, in a process; 0 before the run.
inline std::int64_t now() { return detail::current_cycle; }

/// The first cycle that does not begin before the current time: now() but between two cycles.
inline std::int64_t next_cycle() {
  const auto units = static_cast<std::int64_t>(sc_core::sc_time_stamp().value());
  return (units + detail::units_per_cycle - 1) / detail::units_per_cycle;
}

/// A time span; cycles >= 0.
inline sc_core::sc_time cycles(std::int64_t count) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(count * detail::units_per_cycle));
}

}  // namespace npusim::model
