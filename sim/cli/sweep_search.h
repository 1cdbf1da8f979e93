// SPDX-License-Identifier: Apache-2.0
// A guided search over worker processes, with the folder of the sweep as its memory.
#pragma once

#include <vector>

#include "sim/cli/point_evaluation.h"
#include "sim/cli/sweep_plan.h"
#include "sim/sweep/store.h"

namespace npusim::cli {

/// Searches; what the folder has is not evaluated again, so that an interrupted search goes on.
/// `points` becomes what was asked for so far, by number; the folder's index has it after every
/// generation. False where Ctrl-C interrupted it.
bool evaluate_searched(SweepPlan& plan, const sweep::Store& store, PointEvaluation& evaluation,
                       std::vector<sweep::IndexEntry>& points);

}  // namespace npusim::cli
