// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "sim/cli/data_folders.h"
#include "sim/config/find_file.h"
#include "sim/sweep/points_csv.h"

namespace npusim::cli {
namespace {

sweep::SweepConfig read_file(const std::string& file) {
  std::vector<std::filesystem::path> folders;
  for (const std::filesystem::path& folder : data_folders().configs)
    folders.push_back(folder / "sweeps");
  return sweep::read_sweep_config(config::find_file(file, "SWEEP", folders));
}

/// Keys that leave the quantized network as it is, or as good as: the machine's and the
/// simulation's.
bool is_of_machine(const std::string& key) {
  return key.rfind("hardware", 0) == 0 || key.rfind("simulation.", 0) == 0 || key == "technology";
}

/// The group of each point, numbered as they come.
std::vector<std::size_t> groups_of(const sweep::SweepConfig& config,
                                   const std::vector<sweep::IndexEntry>& points) {
  const std::vector<std::string> keys = sweep::axis_columns(config);
  std::map<std::vector<std::string>, std::size_t> groups;
  std::vector<std::size_t> group_of_point;
  group_of_point.reserve(points.size());
  for (const sweep::IndexEntry& point : points) {
    std::vector<std::string> network;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!is_of_machine(keys[i])) network.push_back(point.values[i]);
    }
    group_of_point.push_back(groups.emplace(std::move(network), groups.size()).first->second);
  }
  return group_of_point;
}

}  // namespace

SweepPlan::SweepPlan(const std::string& file, Progress& progress)
    : config_(read_file(file)),
      space_(config_, sweep::fixed_values(config_, {}, data_folders())),
      reader_(space_, {}, data_folders()) {
  progress.stage("check of all points");
  sweep::check_points(space_, reader_,
                      [this](const sweep::Point& point, const config::RunConfig& run) {
                        sweep::IndexEntry made = entry(point, run);
                        if (!config_.search) points_.push_back(std::move(made));
                      });
}

sweep::IndexEntry SweepPlan::entry(std::int64_t number) {
  const sweep::Point point = space_.at(number);
  return entry(point, reader_.read(point));
}

sweep::IndexEntry SweepPlan::entry(const sweep::Point& point, const config::RunConfig& run) {
  sweep::IndexEntry made = {point.number, space_.hash(identity_.of(run), point), point.values};
  made.values.insert(made.values.end(), point.derived.begin(), point.derived.end());
  return made;
}

std::vector<sweep::IndexEntry> in_working_order(const sweep::SweepConfig& config,
                                                std::vector<sweep::IndexEntry> points) {
  const std::vector<std::size_t> groups = groups_of(config, points);
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups[a] < groups[b]; });
  std::vector<sweep::IndexEntry> ordered;
  ordered.reserve(points.size());
  for (const std::size_t i : order) ordered.push_back(std::move(points[i]));
  return ordered;
}

std::vector<std::int64_t> group_sizes(const sweep::SweepConfig& config,
                                      const std::vector<sweep::IndexEntry>& points) {
  std::vector<std::int64_t> sizes;
  for (const std::size_t group : groups_of(config, points)) {
    if (group == sizes.size()) sizes.push_back(0);
    ++sizes[group];
  }
  return sizes;
}

}  // namespace npusim::cli
