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

std::int64_t PortSchedule::grant_some(PerLevel& remaining, std::int64_t from,
                                      std::int64_t until) const {
  std::array<std::size_t, kMaxLevels> chosen;
  std::size_t count = 0;
  std::int64_t cycles = until - from;
  for (std::size_t l = 0; l < static_cast<std::size_t>(levels_); ++l) {
    if (remaining[l] == 0) continue;
    cycles = std::min(cycles, remaining[l]);
    chosen[count++] = l;
    if (static_cast<std::int64_t>(count) == ports_) break;
  }
  for (std::size_t i = 0; i < count; ++i) remaining[chosen[i]] -= cycles;
  return from + cycles;
}

void PortSchedule::resolve(std::int64_t now) {
  if (now < resolved_) {
    throw base::InternalError("port: got cycle " + std::to_string(now) + " after cycle " +
                              std::to_string(resolved_) + ", must not decrease");
  }
  if (active_ == 0) {
    resolved_ = now;
    return;
  }
  const PerLevel before = remaining_;
  while (resolved_ < now) resolved_ = grant_some(remaining_, resolved_, now);
  active_ = 0;
  for (std::size_t l = 0; l < static_cast<std::size_t>(levels_); ++l) {
    granted_[l] += before[l] - remaining_[l];
    if (remaining_[l] != 0) ++active_;
  }
}

void PortSchedule::begin(int level, std::int64_t now, std::int64_t accesses) {
  resolve(now);
  std::int64_t& remaining = remaining_[static_cast<std::size_t>(level)];
  if (remaining != 0 || accesses < 1) {
    throw base::InternalError("port: level " + std::to_string(level) + " begins " +
                              std::to_string(accesses) + " accesses with " +
                              std::to_string(remaining) + " to go, must be at least 1 and 0");
  }
  remaining = accesses;
  ++active_;
}

std::int64_t PortSchedule::earliest_end(int level, std::int64_t now) {
  resolve(now);
  const auto l = static_cast<std::size_t>(level);
  if (remaining_[l] == 0) return now;
  if (active_ == 1) return now + remaining_[l];
  PerLevel remaining = remaining_;
  std::int64_t end = now;
  while (remaining[l] != 0) {
    end = grant_some(remaining, end, std::numeric_limits<std::int64_t>::max());
  }
  return end;
}

}  // namespace npusim::model
