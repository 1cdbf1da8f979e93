// SPDX-License-Identifier: Apache-2.0
// The port of a scratchpad: rule 6 of docs/timing-model.md, resolved lazily.
//
// `ports` accesses are served per cycle, to the levels of highest priority (0 first) that want one.
// A level has at most one stream at a time: n accesses, at most one per cycle, from a cycle on. Who
// is granted in cycles before t depends only on streams that began before t; every stream is
// announced in the cycle in which it begins; so nothing has to be decided before somebody asks, and
// the answer is the same in whatever order the units run within a cycle. A unit that streams waits
// until earliest_end(), asks again, and goes on until that is now:
//
//     port.begin(level, now, accesses);
//     for (t = port.earliest_end(level, now); t != now; t = ...) wait until t;
//
// It is fast because nothing is walked cycle by cycle: what n levels do between two changes of who
// is granted is one step, levels that are too few to get in each other's way are not compared at
// all, and streams that repeat with a period (a DMA unit's bursts) pass as whole periods.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/model/fifo.h"

namespace npusim::model {

/// `count` streams of `accesses`, one every `period` >= accesses cycles, the first from `begin` on.
struct Reservation {
  std::int64_t begin = 0;
  std::int64_t accesses = 0;
  std::int64_t period = 0;  // any where count is 1
  std::int64_t count = 1;
};

/// Who reserves, and may do so late.
class Announcer {
 public:
  virtual ~Announcer() = default;
  /// Makes all reservations that begin before cycle `now`.
  virtual void announce(std::int64_t now) = 0;
};

class PortSchedule {
 public:
  static constexpr int kMaxLevels = 8;
  /// The levels that may reserve.
  static constexpr int kReservingLevels = 2;

  /// levels: 1 to kMaxLevels; ports: at least 1. Otherwise base::InternalError.
  PortSchedule(int levels, std::int64_t ports);

  /// Is asked from now on before anything is decided.
  void set_announcer(Announcer* announcer) { announcer_ = announcer; }

  /// The level's stream of `accesses` >= 1 begins in cycle `now`; its stream before must have
  /// ended. In all functions `now` never decreases from call to call (base::InternalError).
  void begin(int level, std::int64_t now, std::int64_t accesses);

  /// Streams of a level of which nothing is ever taken, there being as many ports as levels up to
  /// it: they end as they would alone. They begin when the level's streams before have ended, and
  /// not in a cycle before the last `now`. Not to be mixed with begin() for the same level.
  void reserve(int level, const Reservation& reservation);

  /// `now` when the last access of the level's stream is granted in a cycle before `now` (or it has
  /// none); otherwise the end it will have if no other stream begins, never later than the real
  /// one.
  std::int64_t earliest_end(int level, std::int64_t now);

  /// All accesses granted to the level before cycle `now`.
  std::int64_t granted(int level, std::int64_t now);

 private:
  using PerLevel = std::array<std::int64_t, kMaxLevels>;

  // The grants of all cycles before `cycle` are taken off `remaining` and `front`.
  struct State {
    std::int64_t cycle = 0;
    std::uint32_t streaming = 0;  // the levels with remaining accesses
    std::uint32_t reserved = 0;   // the levels with a front
    PerLevel remaining{};
    std::array<Reservation, kReservingLevels> front{};  // what is left of the oldest reservations
    std::array<std::size_t, kReservingLevels> next{};   // in behind_: those after it
  };

  void resolve(std::int64_t now);
  // Takes what has ended by state.cycle off the level's reservations.
  void trim(State& state, std::size_t level) const;
  void trim_all(State& state) const;
  // As many levels as there are ports, or fewer: everyone is granted whenever it wants.
  bool never_refused(std::uint32_t levels) const;
  void grant_all(State& state, std::int64_t until) const;
  // Grants until cycle `until` at the latest, as long as the same levels are granted.
  void grant_some(State& state, std::int64_t until) const;
  // Whole periods of the reservation that begins now; false where not one fits.
  bool grant_periods(State& state, std::int64_t until) const;

  std::int64_t ports_;
  Announcer* announcer_ = nullptr;
  State state_;
  std::array<Fifo<Reservation>, kReservingLevels> behind_;  // what follows each front
  std::array<std::int64_t, kReservingLevels> reserved_until_{};
  PerLevel requested_{};  // accesses of all streams so far
};

}  // namespace npusim::model
