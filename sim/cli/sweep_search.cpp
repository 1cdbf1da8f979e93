// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_search.h"

#include <algorithm>

#include "sim/cli/command.h"
#include "sim/sweep/metrics.h"
#include "sim/sweep/search.h"

namespace npusim::cli {
namespace {

struct Interrupted {};

class Generations {
 public:
  Generations(SweepPlan& plan, const sweep::Store& store, PointEvaluation& evaluation,
              std::vector<sweep::IndexEntry>& points)
      : plan_(plan), store_(store), evaluation_(evaluation), points_(points) {}

  std::vector<sweep::Outcome> evaluate(const std::vector<std::int64_t>& numbers) {
    std::vector<sweep::IndexEntry> entries;
    entries.reserve(numbers.size());
    for (const std::int64_t number : numbers) entries.push_back(entry(number));
    points_.insert(points_.end(), entries.begin(), entries.end());
    std::sort(points_.begin(), points_.end(),
              [](const auto& a, const auto& b) { return a.point < b.point; });
    store_.write_index(plan_.config(), points_);
    if (!evaluation_.evaluate(entries)) throw Interrupted();
    std::vector<sweep::Outcome> outcomes;
    outcomes.reserve(entries.size());
    for (const sweep::IndexEntry& point : entries) outcomes.push_back(outcome(point));
    return outcomes;
  }

 private:
  /// A point whose run cannot be read has failed; not all of a large space are read beforehand.
  sweep::IndexEntry entry(std::int64_t number) {
    try {
      return plan_.entry(number);
    } catch (const base::InputError& error) {
      const sweep::Space& space = plan_.space();
      const sweep::Point point = space.at(number);
      sweep::IndexEntry made = {number, space.hash(0, point), point.values};
      made.values.insert(made.values.end(), point.derived.begin(), point.derived.end());
      store_.put_failure(
          {number, made.hash, space.assignments(point), "bad_input", kBadInput, error.messages()});
      return made;
    }
  }

  sweep::Outcome outcome(const sweep::IndexEntry& point) const {
    if (!store_.has_record(point.hash)) return {};
    return sweep::outcome_of(
        plan_.config(), plan_.space().at(point.point),
        sweep::metrics_of(store_.record(point.hash), store_.record_file(point.hash).string()));
  }

  SweepPlan& plan_;
  const sweep::Store& store_;
  PointEvaluation& evaluation_;
  std::vector<sweep::IndexEntry>& points_;
};

}  // namespace

bool evaluate_searched(SweepPlan& plan, const sweep::Store& store, PointEvaluation& evaluation,
                       std::vector<sweep::IndexEntry>& points) {
  Generations generations(plan, store, evaluation, points);
  try {
    sweep::search(plan.space(), [&](const std::vector<std::int64_t>& numbers) {
      return generations.evaluate(numbers);
    });
  } catch (const Interrupted&) {
    return false;
  }
  return true;
}

}  // namespace npusim::cli
