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
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace npusim::model {

class PortSchedule {
 public:
  static constexpr int kMaxLevels = 8;

  /// levels: 1 to kMaxLevels; ports: at least 1. Otherwise base::InternalError.
  PortSchedule(int levels, std::int64_t ports);

  /// The level's stream of `accesses` >= 1 begins in cycle `now`; its stream before must have
  /// ended. In all functions `now` never decreases from call to call (base::InternalError).
  void begin(int level, std::int64_t now, std::int64_t accesses);

  /// The same for level 0, of which nothing is ever taken: its stream begins in cycle `begin` >=
  /// now, when its streams before have ended, and ends in begin + accesses. Not to be mixed with
  /// begin(0).
  void reserve(std::int64_t begin, std::int64_t now, std::int64_t accesses);

  /// `now` when the last access of the level's stream is granted in a cycle before `now` (or it has
  /// none); otherwise the end it will have if no other stream begins, never later than the real
  /// one.
  std::int64_t earliest_end(int level, std::int64_t now);

  /// All accesses granted to the level before cycle `now`.
  std::int64_t granted(int level, std::int64_t now);

 private:
  using PerLevel = std::array<std::int64_t, kMaxLevels>;

  struct Reservation {
    std::int64_t begin;
    std::int64_t accesses;
  };
  // The grants of all cycles before `cycle` are taken off `remaining`; reservations before `next`
  // have begun.
  struct State {
    std::int64_t cycle = 0;
    PerLevel remaining{};
    std::size_t next = 0;
  };

  void resolve(std::int64_t now);
  // Grants until cycle `until` at the latest, as long as the same levels are granted.
  void grant_some(State& state, std::int64_t until) const;

  int levels_;
  std::int64_t ports_;
  State state_;
  bool active_ = false;  // some level may have remaining accesses, or a reservation
  std::deque<Reservation> reservations_;
  std::int64_t reserved_until_ = 0;
  PerLevel requested_{};  // accesses of all streams so far
};

}  // namespace npusim::model
