// SPDX-License-Identifier: Apache-2.0
#include "sim/model/port_schedule.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sim/base/errors.h"

namespace npusim::model {

PortSchedule::PortSchedule(int levels, std::int64_t ports) : levels_(levels), ports_(ports) {
  if (levels < 1 || levels > kMaxLevels || ports < 1) {
    throw base::InternalError("port: got " + std::to_string(levels) + " levels and " +
                              std::to_string(ports) + " ports, must be 1 to " +
                              std::to_string(kMaxLevels) + " and at least 1");
  }
}

void PortSchedule::grant_some(State& state, std::int64_t until) const {
  PerLevel& remaining = state.remaining;
  if (state.next < reservations_.size()) {
    const Reservation& reservation = reservations_[state.next];
    if (reservation.begin > state.cycle) {
      until = std::min(until, reservation.begin);
    } else {
      remaining[0] = reservation.accesses;
      ++state.next;
    }
  }
  std::array<std::size_t, kMaxLevels> chosen;
  std::size_t count = 0;
  std::int64_t cycles = until - state.cycle;
  for (std::size_t l = 0; l < static_cast<std::size_t>(levels_); ++l) {
    if (remaining[l] == 0) continue;
    cycles = std::min(cycles, remaining[l]);
    chosen[count++] = l;
    if (static_cast<std::int64_t>(count) == ports_) break;
  }
  for (std::size_t i = 0; i < count; ++i) remaining[chosen[i]] -= cycles;
  state.cycle += cycles;
}

void PortSchedule::resolve(std::int64_t now) {
  if (now < state_.cycle) {
    throw base::InternalError("port: got cycle " + std::to_string(now) + " after cycle " +
                              std::to_string(state_.cycle) + ", must not decrease");
  }
  if (!active_) {
    state_.cycle = now;
    return;
  }
  while (state_.cycle < now) grant_some(state_, now);
  for (; state_.next > 0; --state_.next) reservations_.pop_front();
  active_ = !reservations_.empty();
  for (std::size_t l = 0; l < static_cast<std::size_t>(levels_); ++l) {
    active_ = active_ || state_.remaining[l] != 0;
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
  active_ = true;
}

void PortSchedule::reserve(std::int64_t begin, std::int64_t now, std::int64_t accesses) {
  resolve(now);
  if (begin < std::max(now, reserved_until_) || accesses < 1) {
    throw base::InternalError("port: " + std::to_string(accesses) +
                              " accesses reserved from cycle " + std::to_string(begin) +
                              ", must be at least 1 from " +
                              std::to_string(std::max(now, reserved_until_)));
  }
  reservations_.push_back({begin, accesses});
  reserved_until_ = begin + accesses;
  requested_[0] += accesses;
  active_ = true;
}

std::int64_t PortSchedule::earliest_end(int level, std::int64_t now) {
  resolve(now);
  const auto l = static_cast<std::size_t>(level);
  if (state_.remaining[l] == 0) return now;
  State state = state_;
  while (state.remaining[l] != 0) {
    grant_some(state, std::numeric_limits<std::int64_t>::max());
  }
  return state.cycle;
}

std::int64_t PortSchedule::granted(int level, std::int64_t now) {
  resolve(now);
  std::int64_t open = state_.remaining[static_cast<std::size_t>(level)];
  for (std::size_t r = 0; level == 0 && r < reservations_.size(); ++r) {
    open += reservations_[r].accesses;
  }
  return requested_[static_cast<std::size_t>(level)] - open;
}

}  // namespace npusim::model
