// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/point_evaluation.h"

#include <map>
#include <optional>
#include <utility>

#include "sim/cli/point_worker.h"
#include "sim/sweep/metrics.h"

namespace npusim::cli {
namespace {

/// Records have a cause of stalls only where there was one.
constexpr char kStalls[] = "cycles.stalls.";

bool is_stall(const std::string& name) { return name.rfind(kStalls, 0) == 0; }

std::vector<std::string> names_in(const sweep::SweepConfig& config) {
  std::vector<std::string> names;
  for (const sweep::Objective& objective : config.objectives) names.push_back(objective.metric);
  for (const sweep::Expression& constraint : config.constraints)
    names.insert(names.end(), constraint.names().begin(), constraint.names().end());
  return names;
}

}  // namespace

PointEvaluation::PointEvaluation(const SweepPlan& plan, const sweep::Store& store,
                                 launch::SignalWatch& signals, const Options& options)
    : plan_(plan),
      store_(store),
      signals_(signals),
      options_(options),
      pool_(options.workers, make_point_worker(plan.space())),
      progress_(options.points, options.quiet) {}

bool PointEvaluation::evaluate(const std::vector<sweep::IndexEntry>& points) {
  std::vector<sweep::IndexEntry> open;
  for (const sweep::IndexEntry& point : points) {
    if (is_done(point)) {
      ++counts_.before;
    } else {
      open.push_back(point);
    }
  }
  open = in_working_order(plan_.config(), std::move(open));

  std::map<std::string, const sweep::IndexEntry*> under_way;
  std::size_t next = 0;
  launch::WorkerPool::Callbacks callbacks;
  callbacks.next_item = [&]() -> std::optional<std::string> {
    for (; next < open.size() && is_done(open[next]); ++next) ++counts_.before;  // by others
    if (next == open.size()) return std::nullopt;
    const sweep::IndexEntry& point = open[next++];
    std::string item = std::to_string(point.point);
    under_way[item] = &point;
    return item;
  };
  callbacks.on_outcome = [&](const std::string& item, launch::Outcome outcome) {
    const sweep::IndexEntry& point = *under_way.at(item);
    under_way.erase(item);
    take(point, std::move(outcome));
  };
  callbacks.interrupted = [&] {
    progress_.show(counts_);
    return signals_.take().has_value();
  };
  callbacks.wake_descriptor = signals_.descriptor();
  return pool_.run(callbacks);
}

bool PointEvaluation::is_done(const sweep::IndexEntry& point) const {
  if (store_.has_record(point.hash)) return true;
  const bool again = options_.retry_failed && tried_.count(point.point) == 0;
  return !again && store_.has_failure(point.hash);
}

void PointEvaluation::take(const sweep::IndexEntry& point, launch::Outcome outcome) {
  PointResult result = point_result(std::move(outcome));
  if (result.finished) {
    store_.put_record(point.hash, result.record);
    ++counts_.finished;
    check_names(result.record, store_.record_file(point.hash).string());
    return;
  }
  tried_.insert(point.point);
  const sweep::Space& space = plan_.space();
  store_.put_failure({point.point, point.hash, space.assignments(space.at(point.point)),
                      std::move(result.kind), result.exit_code, std::move(result.messages)});
  ++counts_.failed;
}

void PointEvaluation::check_names(const std::string& record, const std::string& file) {
  if (std::exchange(names_checked_, true)) return;
  std::vector<std::string> known;
  for (auto& [name, value] : sweep::metrics_of(record, file)) known.push_back(name);
  for (const std::string& name : names_in(plan_.config())) {
    if (is_stall(name)) known.push_back(name);
  }
  sweep::check_metric_names(plan_.config(), known);
}

}  // namespace npusim::cli
