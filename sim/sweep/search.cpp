// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/sweep/front.h"
#include "sim/sweep/nsga2.h"
#include "sim/sweep/random.h"

namespace npusim::sweep {
namespace {

using Digits = std::vector<std::int64_t>;

// Worse than any objective, and so that all of them still differ by their violations.
constexpr double kPenalty = 1e100;
constexpr double kFailed = 1e3;  // as a violation: worse than any constraint not kept
constexpr std::size_t kLeastPopulation = 16, kMostPopulation = 64;
constexpr std::int64_t kGenerations = 16;  // that the evaluations should be enough for
constexpr int kMostTries = 1000;           // to draw a point that is kept and new
constexpr int kMostSteps = 3;
constexpr int kIdleGenerations = 20;  // without a new point: nothing is left to find

/// What has been evaluated, and the way to evaluate more.
class Archive {
 public:
  Archive(const Space& space, const Evaluate& evaluate)
      : space_(space), evaluate_(evaluate), most_(space.config().search->points) {}

  bool full() const { return left() <= 0; }
  std::int64_t left() const { return most_ - static_cast<std::int64_t>(outcomes_.size()); }
  bool has(std::int64_t point) const { return outcomes_.count(point) != 0; }
  std::size_t size() const { return outcomes_.size(); }

  /// Evaluates those that are new and kept, as far as evaluations are left.
  void evaluate(const std::vector<std::int64_t>& points) {
    std::vector<std::int64_t> fresh;
    for (const std::int64_t point : points) {
      const bool asked = std::find(fresh.begin(), fresh.end(), point) != fresh.end();
      if (static_cast<std::int64_t>(fresh.size()) < left() && !asked && !has(point) &&
          space_.keeps(point)) {
        fresh.push_back(point);
      }
    }
    if (fresh.empty()) return;
    const std::vector<Outcome> outcomes = evaluate_(fresh);
    if (outcomes.size() != fresh.size())
      throw base::InternalError("search: not one outcome a point");
    for (std::size_t i = 0; i < fresh.size(); ++i) outcomes_.emplace(fresh[i], outcomes[i]);
  }

  /// All to be minimised; what `where` drops, what has failed and what breaks a constraint is worse
  /// than all else, and the worse the further off. Of a point that there was no evaluation left for
  /// nothing good is known.
  std::vector<double> fitness(std::int64_t point, std::size_t objectives) const {
    const auto found = outcomes_.find(point);
    double violation = kFailed;
    if (found != outcomes_.end() && !found->second.objectives.empty()) {
      if (found->second.usable()) return padded(found->second.objectives, objectives);
      violation = std::min(found->second.violation, kFailed / 2);
    }
    return std::vector<double>(objectives, kPenalty * (1 + violation));
  }

  /// The best points, ascending; how far a point is from the constraints counts as an objective, so
  /// that both sides of their border are looked at.
  std::vector<std::int64_t> front() const {
    std::vector<std::int64_t> points, best;
    std::vector<std::vector<double>> values;
    for (const auto& [point, outcome] : outcomes_) {
      if (outcome.objectives.empty()) continue;
      points.push_back(point);
      values.push_back(outcome.objectives);
      values.back().push_back(outcome.violation);
    }
    for (const std::size_t each : non_dominated(values)) best.push_back(points[each]);
    return best;
  }

  std::vector<std::int64_t> points() const {
    std::vector<std::int64_t> points;
    for (const auto& [point, outcome] : outcomes_) points.push_back(point);
    return points;
  }

 private:
  /// NSGA-II takes two objectives or more: one counts twice.
  static std::vector<double> padded(std::vector<double> values, std::size_t count) {
    values.resize(count, values.front());
    return values;
  }

  const Space& space_;
  const Evaluate& evaluate_;
  const std::int64_t most_;
  std::map<std::int64_t, Outcome> outcomes_;
};

/// Chromosomes: the value indices of the axes that have more than one value.
class Coding {
 public:
  explicit Coding(const Space& space) : space_(space) {
    const auto& axes = space.config().axes;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      if (axes[axis].values.size() > 1) genes_.push_back(axis);
    }
  }

  const std::vector<std::size_t>& genes() const { return genes_; }
  std::int64_t values_of(std::size_t axis) const {
    return static_cast<std::int64_t>(space_.config().axes[axis].values.size());
  }

  std::int64_t point_of(const double* chromosome) const {
    Digits digits(space_.config().axes.size(), 0);
    for (std::size_t gene = 0; gene < genes_.size(); ++gene) {
      const auto digit = static_cast<std::int64_t>(std::lround(chromosome[gene]));
      digits[genes_[gene]] = std::clamp<std::int64_t>(digit, 0, values_of(genes_[gene]) - 1);
    }
    return space_.number_of(digits);
  }

  std::vector<double> chromosome_of(std::int64_t point) const {
    const Digits digits = space_.digits(point);
    std::vector<double> chromosome;
    for (const std::size_t axis : genes_) chromosome.push_back(static_cast<double>(digits[axis]));
    return chromosome;
  }

 private:
  const Space& space_;
  std::vector<std::size_t> genes_;
};

class Searcher {
 public:
  Searcher(const Space& space, const Evaluate& evaluate)
      : space_(space),
        coding_(space),
        archive_(space, evaluate),
        random_(space.config().search->seed),
        objectives_(std::max<std::size_t>(2, space.config().objectives.size())) {}

  std::vector<std::int64_t> run() {
    if (evaluate_all()) return archive_.points();
    Population population = first_population();
    Generation generation = generation_of();
    for (int idle = 0; idle < kIdleGenerations && !archive_.full();) {
      const std::size_t before = archive_.size();
      generation.seed = static_cast<unsigned>(random_.below(std::numeric_limits<unsigned>::max()));
      population = next_generation(generation, population);
      renew(population);
      idle = archive_.size() == before ? idle + 1 : 0;
    }
    return archive_.points();
  }

 private:
  std::size_t population_size() const {
    const auto wanted =
        static_cast<std::size_t>(space_.config().search->points / kGenerations) / 4 * 4;
    return std::clamp(wanted, kLeastPopulation, kMostPopulation);
  }

  Generation generation_of() {
    Generation generation;
    for (const std::size_t axis : coding_.genes())
      generation.last_values.push_back(static_cast<double>(coding_.values_of(axis) - 1));
    generation.objectives = objectives_;
    generation.fitness = [this](const std::vector<double>& chromosomes) {
      return fitness_of(chromosomes);
    };
    return generation;
  }

  std::vector<double> fitness_of(const std::vector<double>& chromosomes) {
    std::vector<std::int64_t> points;
    for (std::size_t at = 0; at < chromosomes.size(); at += coding_.genes().size())
      points.push_back(coding_.point_of(&chromosomes[at]));
    archive_.evaluate(points);
    std::vector<double> values;
    for (const std::int64_t point : points) {
      const auto fitness = archive_.fitness(point, objectives_);
      values.insert(values.end(), fitness.begin(), fitness.end());
    }
    return values;
  }

  /// Whether there is nothing to search for.
  bool evaluate_all() {
    if (space_.grid_size() > kMostGridPoints) return false;
    std::vector<std::int64_t> kept;
    for (std::int64_t number = 0; number < space_.grid_size(); ++number) {
      if (!space_.keeps(number)) continue;
      kept.push_back(number);
      if (static_cast<std::int64_t>(kept.size()) > archive_.left()) return false;
    }
    archive_.evaluate(kept);
    return true;
  }

  /// Random points, and the corners where every axis has its first or its last value.
  Population first_population() {
    std::vector<std::int64_t> points = {0, space_.grid_size() - 1};
    while (points.size() < population_size()) points.push_back(draw(points));
    archive_.evaluate(points);
    Population population;
    for (const std::int64_t point : points) {
      population.chromosomes.push_back(coding_.chromosome_of(point));
      population.fitness.push_back(archive_.fitness(point, objectives_));
    }
    return population;
  }

  /// A random point that `where` keeps and that is neither evaluated nor in the list; any point
  /// where none is found.
  std::int64_t draw(const std::vector<std::int64_t>& taken) {
    std::int64_t point = 0;
    for (int attempt = 0; attempt < kMostTries; ++attempt) {
      point = random_.below(space_.grid_size());
      if (is_new(point, taken)) break;
    }
    return point;
  }

  bool is_new(std::int64_t point, const std::vector<std::int64_t>& taken) const {
    return !archive_.has(point) && std::find(taken.begin(), taken.end(), point) == taken.end() &&
           space_.keeps(point);
  }

  /// The points that are one value along one axis away.
  std::vector<std::int64_t> beside(std::int64_t point) const {
    std::vector<std::int64_t> found;
    Digits digits = space_.digits(point);
    for (const std::size_t axis : coding_.genes()) {
      const std::int64_t digit = digits[axis];
      for (const std::int64_t other : {digit - 1, digit + 1}) {
        if (other < 0 || other >= coding_.values_of(axis)) continue;
        digits[axis] = other;
        found.push_back(space_.number_of(digits));
      }
      digits[axis] = digit;
    }
    return found;
  }

  /// New points near the front, the nearest first, else in random order: one step away, and two and
  /// three where there are not enough.
  std::vector<std::int64_t> near_front(std::size_t wanted) {
    std::vector<std::int64_t> ring = archive_.front(), found;
    std::set<std::int64_t> seen(ring.begin(), ring.end());
    for (int steps = 0; steps < kMostSteps && found.size() < wanted; ++steps) {
      std::vector<std::int64_t> next;
      for (const std::int64_t point : ring) {
        for (const std::int64_t other : beside(point)) {
          if (seen.insert(other).second) next.push_back(other);
        }
      }
      const std::size_t nearer = found.size();
      for (const std::int64_t point : next) {
        if (!archive_.has(point) && space_.keeps(point)) found.push_back(point);
      }
      for (std::size_t i = found.size(); i > nearer + 1; --i) {
        const auto other =
            static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(i - nearer)));
        std::swap(found[i - 1], found[nearer + other]);
      }
      ring = std::move(next);
    }
    return found;
  }

  /// Evaluates half a population of new points, and gives the places of what the population has
  /// twice to the best points that it lacks, then to the new ones.
  void renew(Population& population) {
    std::vector<std::size_t> places;
    std::set<std::int64_t> members;
    for (std::size_t i = 0; i < population.size(); ++i) {
      const std::int64_t point = coding_.point_of(population.chromosomes[i].data());
      if (!members.insert(point).second) places.push_back(i);
    }
    const std::vector<std::int64_t> fresh =
        new_points(std::max(places.size(), population.size() / 2));
    archive_.evaluate(fresh);
    std::vector<std::int64_t> entering = archive_.front();
    entering.insert(entering.end(), fresh.begin(), fresh.end());
    std::size_t place = 0;
    for (std::size_t i = 0; i < entering.size() && place < places.size(); ++i) {
      if (!members.insert(entering[i]).second) continue;
      population.chromosomes[places[place]] = coding_.chromosome_of(entering[i]);
      population.fitness[places[place++]] = archive_.fitness(entering[i], objectives_);
    }
  }

  /// So many points that were never evaluated: three of four near the front, the others random.
  std::vector<std::int64_t> new_points(std::size_t count) {
    const std::vector<std::int64_t> near = near_front(count);
    std::vector<std::int64_t> fresh;
    for (std::size_t i = 0, next = 0; i < count; ++i) {
      const bool take_near = i % 4 != 3 && next < near.size();
      const std::int64_t point = take_near ? near[next++] : draw(fresh);
      fresh.push_back(point);
    }
    return fresh;
  }

  const Space& space_;
  const Coding coding_;
  Archive archive_;
  Random random_;
  const std::size_t objectives_;
};

}  // namespace

Outcome outcome_of(const SweepConfig& config, const Point& point,
                   const std::vector<std::pair<std::string, double>>& metrics) {
  const auto value_of = [&](const std::string& name) -> Value {
    for (std::size_t i = 0; i < config.axes.size(); ++i) {
      if (config.axes[i].key == name) return Value::of_yaml(point.values[i]);
    }
    for (std::size_t i = 0; i < config.derived.size(); ++i) {
      if (config.derived[i].key == name) return Value::of_yaml(point.derived[i]);
    }
    const auto found = std::lower_bound(
        metrics.begin(), metrics.end(), name,
        [](const auto& metric, const std::string& wanted) { return metric.first < wanted; });
    const bool known = found != metrics.end() && found->first == name;
    return known ? Value::of_number(found->second) : Value();
  };
  Outcome outcome;
  for (const Objective& objective : config.objectives) {
    const Value value = value_of(objective.metric);
    if (value.kind != Value::Kind::number) return {};
    outcome.objectives.push_back(objective.maximise ? -value.number : value.number);
  }
  for (const Expression& constraint : config.constraints) {
    outcome.violation +=
        constraint.violation([&](std::size_t name) { return value_of(constraint.names()[name]); });
  }
  return outcome;
}

std::vector<std::int64_t> search(const Space& space, const Evaluate& evaluate) {
  if (!space.config().search || space.config().objectives.empty())
    throw base::InternalError("search: the sweep has no search or no objectives");
  return Searcher(space, evaluate).run();
}

}  // namespace npusim::sweep
