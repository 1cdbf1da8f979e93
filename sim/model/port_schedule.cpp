// SPDX-License-Identifier: Apache-2.0
#include "sim/model/port_schedule.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sim/base/errors.h"

namespace npusim::model {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

std::uint32_t bit(std::size_t level) { return std::uint32_t{1} << level; }
std::size_t lowest(std::uint32_t levels) { return static_cast<std::size_t>(__builtin_ctz(levels)); }
// `next` as a continuation of `last`, if it is one.
bool merge(Reservation& last, const Reservation& next) {
  if (last.accesses != next.accesses) return false;
  const std::int64_t period = last.count == 1 ? next.begin - last.begin : last.period;
  if (next.begin != last.begin + last.count * period) return false;
  if (next.count > 1 && next.period != period) return false;
  last.period = period;
  last.count += next.count;
  return true;
}

}  // namespace

PortSchedule::PortSchedule(int levels, std::int64_t ports) : ports_(ports) {
  if (levels < 1 || levels > kMaxLevels || ports < 1) {
    throw base::InternalError("port: got " + std::to_string(levels) + " levels and " +
                              std::to_string(ports) + " ports, must be 1 to " +
                              std::to_string(kMaxLevels) + " and at least 1");
  }
}

bool PortSchedule::never_refused(std::uint32_t levels) const {
  for (std::int64_t port = 0; levels != 0 && port < ports_; ++port) levels &= levels - 1;
  return levels == 0;
}

void PortSchedule::trim(State& state, std::size_t level) const {
  Reservation& front = state.front[level];
  while ((state.reserved & bit(level)) != 0) {
    const std::int64_t since_end = state.cycle - (front.begin + front.accesses);
    if (since_end < 0) return;
    const std::int64_t over =
        front.count == 1 ? 1 : std::min(front.count, since_end / front.period + 1);
    front.begin += over * front.period;
    front.count -= over;
    if (front.count > 0) return;
    if (state.next[level] == behind_[level].size()) {
      state.reserved &= ~bit(level);
    } else {
      front = behind_[level][state.next[level]++];
    }
  }
}

void PortSchedule::trim_all(State& state) const {
  for (std::uint32_t levels = state.reserved; levels != 0; levels &= levels - 1) {
    trim(state, lowest(levels));
  }
}

void PortSchedule::grant_all(State& state, std::int64_t until) const {
  for (std::uint32_t levels = state.streaming; levels != 0; levels &= levels - 1) {
    std::int64_t& remaining = state.remaining[lowest(levels)];
    remaining -= std::min(remaining, until - state.cycle);
    if (remaining == 0) state.streaming &= ~bit(lowest(levels));
  }
  state.cycle = until;
}

// In each period the first `ports` levels have the cycles in which the reserving level is silent,
// and all but the last of them the others, too. Who wants only the former gets the last one of a
// period at its end: so whoever has had enough after whole periods had it not before.
bool PortSchedule::grant_periods(State& state, std::int64_t until) const {
  const std::size_t level = lowest(state.reserved);
  Reservation& front = state.front[level];
  if ((state.reserved & (state.reserved - 1)) != 0) return false;
  if (front.begin != state.cycle || front.count == 1) return false;
  // The last of them may be followed by something else before its period is over.
  std::int64_t periods = std::min(front.count - 1, (until - state.cycle) / front.period);
  const auto each = [&](auto&& body) {
    std::int64_t place = 1;  // the reserving level has one
    for (std::uint32_t l = state.streaming; l != 0 && place <= ports_; l &= l - 1, ++place) {
      body(lowest(l), place < ports_ ? front.period : front.period - front.accesses);
    }
  };
  each([&](std::size_t l, std::int64_t grants) {
    if (grants > 0) periods = std::min(periods, state.remaining[l] / grants);
  });
  if (periods < 1) return false;
  each([&](std::size_t l, std::int64_t grants) { state.remaining[l] -= periods * grants; });
  for (std::uint32_t l = state.streaming; l != 0; l &= l - 1) {
    if (state.remaining[lowest(l)] == 0) state.streaming &= ~bit(lowest(l));
  }
  state.cycle += periods * front.period;
  front.begin = state.cycle;
  front.count -= periods;
  return true;
}

void PortSchedule::grant_some(State& state, std::int64_t until) const {
  trim_all(state);
  if (state.reserved != 0 && grant_periods(state, until)) return;
  std::int64_t free = ports_;
  for (std::uint32_t levels = state.reserved; levels != 0; levels &= levels - 1) {
    const Reservation& front = state.front[lowest(levels)];
    const bool active = front.begin <= state.cycle;
    if (active) --free;
    until = std::min(until, active ? front.begin + front.accesses : front.begin);
  }
  std::int64_t cycles = until - state.cycle;
  std::uint32_t chosen = 0;
  std::uint32_t left = state.streaming;
  for (; left != 0 && free > 0; left &= left - 1, --free) {
    chosen |= bit(lowest(left));
    cycles = std::min(cycles, state.remaining[lowest(left)]);
  }
  for (; chosen != 0; chosen &= chosen - 1) {
    std::int64_t& remaining = state.remaining[lowest(chosen)];
    remaining -= cycles;
    if (remaining == 0) state.streaming &= ~bit(lowest(chosen));
  }
  state.cycle += cycles;
}

void PortSchedule::resolve(std::int64_t now) {
  if (announcer_ != nullptr) announcer_->announce(now);
  if (now < state_.cycle) {
    throw base::InternalError("port: got cycle " + std::to_string(now) + " after cycle " +
                              std::to_string(state_.cycle) + ", must not decrease");
  }
  const bool any_reserved = state_.reserved != 0;
  if (never_refused(state_.streaming | state_.reserved)) {
    grant_all(state_, now);
  } else {
    while (state_.cycle < now) grant_some(state_, now);
  }
  if (!any_reserved) return;
  trim_all(state_);
  for (std::size_t l = 0; l < behind_.size(); ++l) {
    for (; state_.next[l] > 0; --state_.next[l]) behind_[l].pop_front();
  }
}

void PortSchedule::begin(int level, std::int64_t now, std::int64_t accesses) {
  resolve(now);
  const auto l = static_cast<std::size_t>(level);
  std::int64_t& remaining = state_.remaining[l];
  if (remaining != 0 || accesses < 1) {
    throw base::InternalError("port: level " + std::to_string(level) + " begins " +
                              std::to_string(accesses) + " accesses with " +
                              std::to_string(remaining) + " to go, must be at least 1 and 0");
  }
  remaining = accesses;
  requested_[l] += accesses;
  state_.streaming |= bit(l);
}

void PortSchedule::reserve(int level, const Reservation& reservation) {
  const auto l = static_cast<std::size_t>(level);
  const std::int64_t earliest = std::max(state_.cycle, reserved_until_[l]);
  if (reservation.begin < earliest || reservation.accesses < 1 || level >= ports_) {
    throw base::InternalError("port: level " + std::to_string(level) + " of " +
                              std::to_string(ports_) + " ports reserves " +
                              std::to_string(reservation.accesses) + " accesses from cycle " +
                              std::to_string(reservation.begin) + ", must be at least 1 from " +
                              std::to_string(earliest));
  }
  reserved_until_[l] =
      reservation.begin + (reservation.count - 1) * reservation.period + reservation.accesses;
  requested_[l] += reservation.count * reservation.accesses;
  if ((state_.reserved & bit(l)) == 0) {
    state_.reserved |= bit(l);
    state_.front[l] = reservation;
    return;
  }
  Reservation& last = behind_[l].empty() ? state_.front[l] : behind_[l].back();
  if (!merge(last, reservation)) behind_[l].push_back(reservation);
}

std::int64_t PortSchedule::earliest_end(int level, std::int64_t now) {
  resolve(now);
  const auto l = static_cast<std::size_t>(level);
  if (state_.remaining[l] == 0) return now;
  const std::uint32_t up_to = bit(l + 1) - 1;
  if (never_refused((state_.streaming | state_.reserved) & up_to)) {
    return now + state_.remaining[l];
  }
  State state = state_;
  state.streaming &= up_to;
  while (state.remaining[l] != 0) grant_some(state, kForever);
  return state.cycle;
}

std::int64_t PortSchedule::granted(int level, std::int64_t now) {
  resolve(now);
  const auto l = static_cast<std::size_t>(level);
  std::int64_t open = state_.remaining[l];
  if (level < kReservingLevels && (state_.reserved & bit(l)) != 0) {
    const Reservation& front = state_.front[l];
    open += front.count * front.accesses - std::max<std::int64_t>(0, now - front.begin);
    for (std::size_t r = 0; r < behind_[l].size(); ++r) {
      open += behind_[l][r].count * behind_[l][r].accesses;
    }
  }
  return requested_[l] - open;
}

}  // namespace npusim::model
