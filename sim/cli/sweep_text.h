// SPDX-License-Identifier: Apache-2.0
// What a sweep says at its end, and what one that is only tried would do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/sweep_plan.h"
#include "sim/cli/sweep_progress.h"
#include "sim/sweep/points_csv.h"

namespace npusim::cli {

/// How it went; what is 0 is not told.
struct SweepOutcome {
  PointCounts counts;
  double seconds = 0;
  std::int64_t grid_points = 0, dropped_points = 0;
  std::string shard;  // "2/8": only a part; it has no front
};

/// Points, what was dropped, done before and now, the most frequent reasons of failures, the first
/// rows of the front. At most 80 columns.
std::string sweep_summary(const sweep::SweepConfig& config, const sweep::Gathered& gathered,
                          const SweepOutcome& outcome, const std::string& folder);

/// A metric's value for people, whole numbers with grouped digits; "-" where there is none.
std::string metric_cell(double value);

/// The most frequent reasons of failures, one a line behind its count; empty without any.
std::string failure_reasons(const std::vector<sweep::Failure>& failures);

/// Axes with their values, `where`, and the first and last points.
std::string sweep_outline(const sweep::Space& space, const std::vector<sweep::IndexEntry>& points);

}  // namespace npusim::cli
