// SPDX-License-Identifier: Apache-2.0
// Points evaluated by worker processes, each result on disk at once.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/cli/sweep_plan.h"
#include "sim/cli/sweep_progress.h"
#include "sim/launch/signal_watch.h"
#include "sim/launch/worker_pool.h"
#include "sim/sweep/store.h"

namespace npusim::cli {

class PointEvaluation {
 public:
  struct Options {
    int workers = 1;
    bool retry_failed = false;  // points that have failed before are evaluated again
    bool quiet = false;
    std::int64_t points = 0;  // of all calls together, for the progress
  };

  /// All must outlive the evaluation.
  PointEvaluation(const SweepPlan& plan, const sweep::Store& store, launch::SignalWatch& signals,
                  const Options& options);

  /// Evaluates those of the points that are not done; false where Ctrl-C interrupted it. The
  /// workers stay for the next call. Throws base::InputError where the first record shows that the
  /// sweep file names a metric that there is not.
  bool evaluate(const std::vector<sweep::IndexEntry>& points);

  /// Of all calls.
  const PointCounts& counts() const { return counts_; }

 private:
  bool is_done(const sweep::IndexEntry& point) const;
  void take(const sweep::IndexEntry& point, launch::Outcome outcome);
  void check_names(const std::string& record, const std::string& file);

  const SweepPlan& plan_;
  const sweep::Store& store_;
  launch::SignalWatch& signals_;
  const Options options_;
  launch::WorkerPool pool_;
  SweepProgress progress_;
  PointCounts counts_;
  std::set<std::int64_t> tried_;  // failed points are retried once
  bool names_checked_ = false;
};

}  // namespace npusim::cli
