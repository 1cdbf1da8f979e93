// SPDX-License-Identifier: Apache-2.0
// Guided search against the whole space, with a network of MobileNetV1's layers and a machine that
// are computed in a few lines: folds of the array, a memory bound, areas and energies of the right
// order.
#include "sim/sweep/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/sweep/front.h"
#include "sim/sweep/metrics.h"

namespace npusim::sweep {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

using Metrics = std::vector<std::pair<std::string, double>>;

struct Layer {
  double pixels, inputs, outputs;
  bool depthwise;
};

std::vector<Layer> layers() {
  std::vector<Layer> all = {{112.0 * 112, 27, 32, false}};
  double side = 112, channels = 32;
  for (const auto& [outputs, stride] : std::vector<std::pair<double, double>>{{64, 1},
                                                                              {128, 2},
                                                                              {128, 1},
                                                                              {256, 2},
                                                                              {256, 1},
                                                                              {512, 2},
                                                                              {512, 1},
                                                                              {512, 1},
                                                                              {512, 1},
                                                                              {512, 1},
                                                                              {512, 1},
                                                                              {1024, 2},
                                                                              {1024, 1}}) {
    side /= stride;
    all.push_back({side * side, 9, channels, true});
    all.push_back({side * side, channels, outputs, false});
    channels = outputs;
  }
  all.push_back({1, 1024, 1000, false});
  return all;
}

/// The numbers of a point whose axes are all among those that `value` knows.
Metrics numbers_of(const Space& space, std::int64_t number) {
  const Point point = space.at(number);
  const auto value = [&](const std::string& key, double otherwise) {
    const auto& axes = space.config().axes;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (axes[i].key == key) return Value::of_yaml(point.values[i]).number;
    }
    return otherwise;
  };
  const double rows = value("rows", 32), columns = value("columns", 32);
  const double scratchpad = value("scratchpad", 1 << 20), lanes = value("lanes", 32);
  const double bandwidth = value("bandwidth", 12), bits = value("bits", 8);
  double cycles = 0, moved = 0, macs = 0;
  for (const Layer& layer : layers()) {
    const double in_folds = layer.depthwise ? 1 : std::ceil(layer.inputs / rows);
    const double folds = in_folds * std::ceil(layer.outputs / columns);
    const double array = folds * (layer.pixels * (layer.depthwise ? 3 : 1) + rows);
    const double requantize = layer.pixels * layer.outputs / lanes;
    const double weights = layer.inputs * layer.outputs * bits / 8;
    const double activations = layer.pixels * (layer.inputs + layer.outputs);
    const double bytes = weights + (activations > scratchpad ? activations : 0);
    cycles += std::max({array, requantize, bytes / bandwidth});
    moved += bytes;
    macs += layer.pixels * layer.inputs * layer.outputs;
  }
  const double area =
      rows * columns * (200 + 60 * bits) + lanes * 4000 + scratchpad * 1.2 + bandwidth * 30000;
  const double energy = macs * 0.02 * bits + moved * 80 + cycles * area * 1e-4;
  const double loss = std::exp2(-bits) * 3;
  return {{"accuracy", 0.7 - loss}, {"area", area}, {"cycles", cycles}, {"energy", energy}};
}

struct Result {
  std::size_t evaluated = 0;
  double share_of_volume = 0;
};

/// Searches with a fifth of the space's points, and compares with the whole of it.
Result searched(const std::string& text, std::int64_t seed) {
  const SweepConfig whole = parse_sweep_config(text, "s.yaml");
  const Space all(whole);
  const std::size_t most = all.points().size() / 5;
  const SweepConfig config = parse_sweep_config(
      text + "search: {points: " + std::to_string(most) + ", seed: " + std::to_string(seed) + "}",
      "s.yaml");
  const Space space(config);
  const auto outcome = [&](std::int64_t point) {
    return outcome_of(config, space.at(point), numbers_of(space, point));
  };

  std::vector<std::vector<double>> true_values, found_values;
  for (const std::int64_t point : all.points()) {
    if (const Outcome each = outcome(point); each.usable()) true_values.push_back(each.objectives);
  }
  std::set<std::int64_t> asked;
  const auto found = search(space, [&](const std::vector<std::int64_t>& points) {
    std::vector<Outcome> outcomes;
    for (const std::int64_t point : points) {
      EXPECT_TRUE(asked.insert(point).second) << "a second time: " << point;
      EXPECT_TRUE(space.keeps(point));
      outcomes.push_back(outcome(point));
      if (outcomes.back().usable()) found_values.push_back(outcomes.back().objectives);
    }
    return outcomes;
  });
  EXPECT_EQ(std::vector<std::int64_t>(asked.begin(), asked.end()), found);
  EXPECT_LE(found.size(), most);

  // A strict reference: only a tenth worse than the worst of the true front. Of one objective the
  // front is the best value, and the reference a quarter above.
  std::vector<double> best = true_values.front(), worst = best;
  bool first = true;
  for (const std::size_t i : non_dominated(true_values)) {
    for (std::size_t k = 0; k < best.size(); ++k) {
      best[k] = first ? true_values[i][k] : std::min(best[k], true_values[i][k]);
      worst[k] = first ? true_values[i][k] : std::max(worst[k], true_values[i][k]);
    }
    first = false;
  }
  for (std::size_t k = 0; k < best.size(); ++k)
    worst[k] += best.size() == 1 ? best[k] / 4 : (worst[k] - best[k]) / 10;
  return {found.size(), hypervolume(found_values, worst) / hypervolume(true_values, worst)};
}

constexpr char kHardware[] = R"(run: r
axes:
  rows: {from: 8, to: 128, times: 2}
  columns: {from: 8, to: 128, times: 2}
  scratchpad: {from: 64KiB, to: 2MiB, times: 2}
  lanes: [8, 16, 32, 64]
  bandwidth: [4, 8, 16]
objectives: {minimise: [cycles, area]}
)";
constexpr char kWithQuantization[] = R"(run: r
axes:
  rows: {from: 8, to: 72, step: 8}
  columns: {from: 8, to: 72, step: 8}
  bits: {from: 3, to: 8, step: 1}
  bandwidth: [4, 8, 16]
where: [rows * columns <= 2304]
objectives: {minimise: [cycles, energy], maximise: accuracy}
)";
constexpr char kConstrained[] = R"(run: r
axes:
  rows: {from: 8, to: 128, step: 8}
  columns: {from: 8, to: 128, step: 8}
  lanes: {from: 8, to: 64, times: 2}
objectives: {minimise: [area, energy]}
constraints: [cycles <= 1200000]
)";
constexpr char kOneObjective[] = R"(run: r
axes:
  rows: {from: 8, to: 128, step: 8}
  columns: {from: 8, to: 128, step: 8}
  lanes: {from: 8, to: 64, times: 2}
objectives: {minimise: area}
constraints: [cycles <= 1200000]
)";

TEST(Search, FindsTheFrontWithAFifthOfThePoints) {
  for (const char* text : {kHardware, kWithQuantization, kConstrained, kOneObjective}) {
    for (std::int64_t seed = 1; seed <= 8; ++seed) {
      const Result result = searched(text, seed);
      EXPECT_GE(result.share_of_volume, 0.9) << text << seed;
    }
  }
}

std::vector<std::int64_t> points_of(const std::string& text,
                                    const std::function<Outcome(const Space&, std::int64_t)>& of) {
  const SweepConfig config = parse_sweep_config(text, "s.yaml");
  const Space space(config);
  return search(space, [&](const std::vector<std::int64_t>& points) {
    std::vector<Outcome> outcomes;
    outcomes.reserve(points.size());
    for (const std::int64_t point : points) outcomes.push_back(of(space, point));
    return outcomes;
  });
}

Outcome by_numbers(const Space& space, std::int64_t point) {
  return outcome_of(space.config(), space.at(point), numbers_of(space, point));
}

TEST(Search, IsReproducible) {
  const std::string text = std::string(kHardware) + "search: {points: 120, seed: ";
  const auto first = points_of(text + "1}", by_numbers);
  EXPECT_THAT(first, SizeIs(120));
  EXPECT_EQ(points_of(text + "1}", by_numbers), first);
  EXPECT_NE(points_of(text + "2}", by_numbers), first);
}

TEST(Search, ASmallSpaceIsEvaluatedWhole) {
  const std::string text =
      "run: r\naxes: {rows: [8, 16, 32], lanes: [8, 16]}\nwhere: [rows + lanes < 48]\n"
      "objectives: {minimise: cycles}\nsearch: {points: 5, seed: 1}";
  EXPECT_THAT(points_of(text, by_numbers), ElementsAre(0, 1, 2, 3, 4));
}

TEST(Search, AHugeSpaceIsNotLookedThrough) {
  std::string text = "run: r\naxes:\n  rows: {from: 1, to: 1000, step: 1}\n";
  for (int axis = 0; axis < 5; ++axis)
    text += "  a" + std::to_string(axis) + ": {from: 1, to: 1000, step: 1}\n";
  text += "objectives: {minimise: [cycles, area]}\nsearch: {points: 200, seed: 3}";
  EXPECT_THAT(points_of(text, by_numbers), SizeIs(200));
}

TEST(Search, FailedPointsAndBrokenConstraintsAreNoAnswer) {
  const auto failing = [](const Space& space, std::int64_t point) {
    return point % 3 == 0 ? Outcome() : by_numbers(space, point);
  };
  const std::string text = std::string(kConstrained) + "search: {points: 200, seed: 4}";
  EXPECT_THAT(points_of(text, failing), SizeIs(200));
  const auto never = [](const Space&, std::int64_t) { return Outcome(); };
  EXPECT_THAT(points_of(text, never), SizeIs(200));
}

TEST(Search, OutcomesOfRecords) {
  const SweepConfig config = parse_sweep_config(R"(run: r
axes: {rows: [8, 16]}
derived: {twice: rows * 2}
objectives: {minimise: [cycles, twice], maximise: rows}
constraints: [cycles <= 100 and area < 4, rows == 8 or cycles < 50]
)",
                                                "s.yaml");
  const Space space(config);
  const Outcome kept = outcome_of(config, space.at(0), {{"area", 3}, {"cycles", 100}});
  EXPECT_THAT(kept.objectives, ElementsAre(100, 16, -8));
  EXPECT_EQ(kept.violation, 0);
  EXPECT_DOUBLE_EQ(outcome_of(config, space.at(0), {{"area", 8}, {"cycles", 200}}).violation,
                   0.25 + 0.25);
  EXPECT_DOUBLE_EQ(outcome_of(config, space.at(1), {{"area", 3}, {"cycles", 100}}).violation, 0.25);
  EXPECT_GT(outcome_of(config, space.at(0), {{"area", 4}, {"cycles", 1}}).violation, 0);
  EXPECT_EQ(outcome_of(config, space.at(0), {{"cycles", 1}}).violation, 1);  // no area
  EXPECT_FALSE(outcome_of(config, space.at(0), {{"area", 3}}).usable());     // no cycles
}

}  // namespace
}  // namespace npusim::sweep
