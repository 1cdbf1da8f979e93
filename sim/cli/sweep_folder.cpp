// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_folder.h"

#include <filesystem>
#include <map>
#include <utility>

#include "sim/base/errors.h"
#include "sim/cli/data_folders.h"
#include "sim/sweep/metrics.h"
#include "sim/sweep/point_reader.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

/// Paths within the current folder and near it stay readable, others stay whole.
fs::path shortest(const fs::path& file) {
  std::error_code error;
  const fs::path near = fs::proximate(file, error);
  return !error && near.native().size() < file.native().size() ? near : file;
}

sweep::SweepSize size_of(const SweepFolder& sweep) {
  sweep::SweepSize size =
      sweep::size_of(sweep.config, static_cast<std::int64_t>(sweep.index.size()));
  if (size.dropped_points || sweep.config.search) return size;
  try {
    const auto fixed = sweep::fixed_values(sweep.config, {false, false}, data_folders());
    size.dropped_points = sweep::Space(sweep.config, fixed).dropped();
  } catch (const base::InputError&) {
    // Inputs that `where` asks for have gone; the results are there all the same.
  }
  return size;
}

}  // namespace

SweepFolder read_sweep_folder(const std::string& folder) {
  const sweep::Store store(folder);
  store.require_sweep();
  SweepFolder sweep;
  sweep.config = store.config();
  sweep.index = store.index(sweep.config);
  sweep.config.file = shortest(sweep.config.file);
  return sweep;
}

sweep::Results read_sweep_results(const std::string& folder, const SweepFolder& sweep) {
  sweep::Gathered gathered = sweep::gather(sweep::Store(folder), sweep.config, sweep.index);
  if (gathered.table.rows.empty() && gathered.failures.empty()) {
    throw base::InputError(base::refusal(folder, "points", "none that is finished",
                                         "at least one; run npusim sweep first"));
  }
  if (!gathered.table.rows.empty()) {
    sweep::check_metric_names(sweep.config, gathered.table.metrics);
  }
  std::map<std::string, const sweep::IndexEntry*> entry_of;
  for (const sweep::IndexEntry& entry : sweep.index) entry_of[entry.hash] = &entry;
  std::vector<sweep::FailedPoint> failures;
  for (const sweep::Failure& failure : gathered.failures) {
    failures.push_back({failure.point, failure.hash, entry_of.at(failure.hash)->values,
                        failure.kind, sweep::failure_text(failure)});
  }
  return sweep::results_of(sweep.config, size_of(sweep), std::move(gathered.table),
                           std::move(failures));
}

}  // namespace npusim::cli
