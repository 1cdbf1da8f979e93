// SPDX-License-Identifier: Apache-2.0
// How long a sweep will take, from a few of its points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/sweep_plan.h"

namespace npusim::cli {

/// Evaluates a few of the points, for ten seconds at most, and says in a line or two how long
/// `count` points like them take with so many workers. Writes nothing but the cache. At least one
/// point.
std::string estimate_text(const SweepPlan& plan, const std::vector<sweep::IndexEntry>& points,
                          std::int64_t count, int workers);

/// Seconds of `count` points in `groups` of equal quantization. `first_seconds`: of the first point
/// of a group, which includes what the others of the group are spared; `next_seconds`: of those.
double estimated_seconds(std::int64_t count, std::int64_t groups, int workers, double first_seconds,
                         const std::vector<double>& next_seconds);

}  // namespace npusim::cli
