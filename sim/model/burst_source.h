// SPDX-License-Identifier: Apache-2.0
// Bursts that wait to be asked for: what the flat DRAM grants from.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/model/cycle.h"

namespace npusim::model {

/// What one call of grant() took.
struct GrantedBursts {
  std::int64_t last_cycle = 0;  // of the last grant
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

/// When bursts of a source may be granted without asking anybody else: before `before`, and from
/// `rival` on, when somebody of lower priority is there, only as long as they leave the bus no free
/// cycle.
struct GrantWindow {
  std::int64_t before = 0;
  std::int64_t rival = kNever;

  bool allows(std::int64_t bus_free, std::int64_t visible) const {
    return std::max(bus_free, visible) < before && visible <= std::max(bus_free, rival);
  }
  /// How many more grants are allowed behind one in `cycle`, each `period` >= bus_cycles after the
  /// one before. Where it is longer, a burst is granted when it becomes visible.
  std::int64_t more(std::int64_t cycle, std::int64_t period, std::int64_t bus_cycles) const {
    const bool leaves_gaps = period > bus_cycles;
    const std::int64_t last = leaves_gaps ? std::min(before - 1, rival) : before - 1;
    return (std::max(last, cycle) - cycle) / period;
  }
};

/// One requester's bursts, in order. When the next one becomes visible is known as soon as those
/// before it are granted; so nobody has to announce it.
class BurstSource {
 public:
  virtual ~BurstSource() = default;
  /// The cycle from which the next burst is visible; kNever where there is none.
  virtual std::int64_t visible() const = 0;
  /// Grants the next burst in `cycle` >= visible() and, where it likes, more of them, each in the
  /// first cycle in which it is visible and the bus, taken bus_cycles by the one before, is free,
  /// as long as `window` allows it. `window.before` is no later than the deadline.
  virtual GrantedBursts grant(std::int64_t cycle, const GrantWindow& window) = 0;
  /// The cycle in which all grants before it must have been made, for something has to happen in it
  /// that depends on them; a later one may be answered the next time. kNever where there is none.
  /// No burst will be granted before `earliest`.
  virtual std::int64_t deadline(std::int64_t earliest) const = 0;
  /// Cycles for which a burst takes the bus.
  virtual std::int64_t bus_cycles() const = 0;
};

}  // namespace npusim::model
