// SPDX-License-Identifier: Apache-2.0
// A sweep file, read and checked as a whole: what is to be evaluated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/progress.h"
#include "sim/cli/run_identity.h"
#include "sim/sweep/point_reader.h"
#include "sim/sweep/space.h"
#include "sim/sweep/store.h"
#include "sim/sweep/sweep_config.h"

namespace npusim::cli {

class SweepPlan {
 public:
  /// `file`: a path, or a bare name in the current folder or the sweeps that come with npusim.
  /// Reads the run of every point. Throws base::InputError with every error found.
  SweepPlan(const std::string& file, Progress& progress);
  SweepPlan(const SweepPlan&) = delete;
  SweepPlan& operator=(const SweepPlan&) = delete;

  const sweep::SweepConfig& config() const { return config_; }
  const sweep::Space& space() const { return space_; }
  /// Every point that `where` and `sample` keep, by number; none where they are searched for.
  const std::vector<sweep::IndexEntry>& points() const { return points_; }

  /// Of any point, such as one that a search comes to. Throws base::InputError where its run cannot
  /// be read.
  sweep::IndexEntry entry(std::int64_t number);

 private:
  sweep::IndexEntry entry(const sweep::Point& point, const config::RunConfig& run);

  sweep::SweepConfig config_;
  sweep::Space space_;
  sweep::PointReader reader_;
  RunIdentity identity_;
  std::vector<sweep::IndexEntry> points_;
};

/// The order in which points are handed out: those of equal networks and quantizations behind each
/// other, so that a worker goes on with what it has; otherwise by number.
std::vector<sweep::IndexEntry> in_working_order(const sweep::SweepConfig& config,
                                                std::vector<sweep::IndexEntry> points);

/// How many points each group of equal network and quantization has, in the order of
/// in_working_order.
std::vector<std::int64_t> group_sizes(const sweep::SweepConfig& config,
                                      const std::vector<sweep::IndexEntry>& points);

}  // namespace npusim::cli
