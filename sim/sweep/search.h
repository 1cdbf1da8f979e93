// SPDX-License-Identifier: Apache-2.0
// Guided search for spaces too large to enumerate: NSGA-II (Deb et al., 2002) as pagmo has it, over
// the indices of the axes' values.
//
// Between two generations what the population has twice gives way to points that were never
// evaluated: three of four are neighbours of the best ones, a few steps of one value along one axis
// away, the others random; without that a genetic algorithm on a grid soon asks for what it knows
// already.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/space.h"

namespace npusim::sweep {

/// What a search must know of a point.
struct Outcome {
  std::vector<double> objectives;  // all to be minimised; empty where the point has failed
  double violation = 0;            // 0: it keeps all constraints

  bool usable() const { return !objectives.empty() && violation == 0; }
};

/// Of a finished point; `metrics` as metrics_of gives them. A record without one of the objectives
/// counts as failed. Throws base::InputError where a constraint cannot be evaluated.
Outcome outcome_of(const SweepConfig& config, const Point& point,
                   const std::vector<std::pair<std::string, double>>& metrics);

/// Asked for the points of a generation at once, each at most once in a search; one outcome a
/// point, in their order. Outcome() stands for a point that has failed.
using Evaluate = std::function<std::vector<Outcome>(const std::vector<std::int64_t>& points)>;

/// Looks for the front of a space whose configuration has `search`, with at most search->points
/// evaluations; points that `where` drops are never asked for. Where the space has no more points
/// than that, all are. Returns the points evaluated, ascending. The same seed and outcomes give the
/// same points, on any machine with the same pagmo.
std::vector<std::int64_t> search(const Space& space, const Evaluate& evaluate);

}  // namespace npusim::sweep
