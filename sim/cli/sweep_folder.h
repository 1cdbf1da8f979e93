// SPDX-License-Identifier: Apache-2.0
// The folder of a sweep, read for who reports about it.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/points_csv.h"
#include "sim/sweep/results.h"
#include "sim/sweep/store.h"

namespace npusim::cli {

struct SweepFolder {
  sweep::SweepConfig config;  // its file by the path from the current folder, if that is shorter
  std::vector<sweep::IndexEntry> index;
};

/// Throws base::InputError where no sweep was begun in the folder or a file is damaged.
SweepFolder read_sweep_folder(const std::string& folder);

/// The records, judged. What `where` dropped from a sample stays open where the inputs of the sweep
/// are gone. Throws base::InputError for damaged files and for unknown metrics.
sweep::Results read_sweep_results(const std::string& folder, const SweepFolder& sweep);

}  // namespace npusim::cli
