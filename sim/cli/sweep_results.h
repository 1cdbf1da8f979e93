// SPDX-License-Identifier: Apache-2.0
// What a finished sweep amounts to.
#pragma once

#include <vector>

#include "sim/sweep/points_csv.h"

namespace npusim::cli {

/// points.csv and failures.csv; neither is left half written by Ctrl-C.
void write_sweep_tables(const sweep::Store& store, const sweep::SweepConfig& config,
                        const std::vector<sweep::IndexEntry>& index,
                        const sweep::Gathered& gathered);

/// 4 where a point ended in an internal error or a worker crashed, 1 where values of a point were
/// not bit-exact, else 0: points that fail are results.
int sweep_exit_code(const sweep::Gathered& gathered);

}  // namespace npusim::cli
