// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/sweep/metrics.h"
#include "sim/sweep/random.h"

namespace npusim::sweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Vectors = std::vector<std::vector<double>>;

Table sample_table() {
  Table table;
  table.axes = {"m.rows", "q.scheme"};
  table.metrics = {"accuracy.top1", "cycles.total"};
  table.rows = {{0, "a", {"8", "x"}, {0.70, 100}},       {1, "b", {"8", "y"}, {0.75, 120}},
                {2, "c", {"16", "x"}, {0.70, 80}},       {3, "d", {"16", "y"}, {kNoMetric, 10}},
                {4, "e", {"32", "x"}, {0.60, 50}},       {5, "f", {"32", "y"}, {0.70, 80}},
                {6, "g", {"32", "z"}, {0.80, kNoMetric}}};
  return table;
}

std::vector<Expression> constraints_of(const std::string& text) {
  base::ErrorList errors;
  Expression expression = Expression::parse(text, "f:1:2", "constraints[0]", errors);
  errors.throw_if_any();
  return {expression};
}

TEST(Front, RowsThatNothingBeats) {
  const std::vector<Objective> objectives = {{"cycles.total", false, ""},
                                             {"accuracy.top1", true, ""}};
  const Table table = sample_table();
  EXPECT_THAT(pareto_front(table, objectives, {}), ElementsAre(4, 2, 5, 1));
  EXPECT_THAT(pareto_front(table, objectives, constraints_of("accuracy.top1 >= 0.65")),
              ElementsAre(2, 5, 1));
  EXPECT_THAT(pareto_front(table, objectives, constraints_of("m.rows == 8")), ElementsAre(0, 1));
  EXPECT_THAT(pareto_front(table, objectives, constraints_of("q.scheme == y")), ElementsAre(5, 1));
  EXPECT_THAT(pareto_front(table, objectives, constraints_of("cycles.total < 1")), IsEmpty());
  EXPECT_THAT(pareto_front(table, {{"cycles.total", false, ""}}, {}), ElementsAre(3));
  EXPECT_THAT(feasible_rows(table, constraints_of("cycles.total < 100")), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(feasible_rows(table, constraints_of("not accuracy.top1 < 0.7")),
              ElementsAre(0, 1, 2, 5, 6));
}

TEST(Front, UnknownNamesAreRefused) {
  const Table table = sample_table();
  EXPECT_THROW(pareto_front(table, {{"cycles.totl", false, ""}}, {}), base::InputError);
  EXPECT_THROW(feasible_rows(table, constraints_of("area < 1")), base::InputError);
}

/// By definition: all pairs.
std::vector<std::size_t> front_by_definition(const Vectors& values) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bool beaten = false;
    for (const auto& other : values) beaten = beaten || dominates(other, values[i]);
    if (!beaten) front.push_back(i);
  }
  return front;
}

Vectors random_vectors(std::size_t count, std::size_t objectives, std::uint64_t seed) {
  Random random(seed);
  Vectors values(count, std::vector<double>(objectives));
  for (auto& value : values) {
    for (double& each : value) each = static_cast<double>(random.below(12));
  }
  return values;
}

TEST(Front, AgreesWithTheDefinition) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Vectors values = random_vectors(60, 1 + seed % 4, seed);
    EXPECT_EQ(non_dominated(values), front_by_definition(values)) << seed;
  }
}

/// The volume in unit cubes, one by one.
double counted_volume(const Vectors& values, double reference, std::size_t objectives) {
  const auto side = static_cast<std::size_t>(reference);
  std::size_t cubes = 1, covered = 0;
  for (std::size_t i = 0; i < objectives; ++i) cubes *= side;
  for (std::size_t cube = 0; cube < cubes; ++cube) {
    bool inside = false;
    for (const auto& value : values) {
      bool below = true;
      for (std::size_t i = 0, rest = cube; i < objectives; ++i, rest /= side)
        below = below && value[i] <= static_cast<double>(rest % side);
      inside = inside || below;
    }
    covered += inside ? 1 : 0;
  }
  return static_cast<double>(covered);
}

TEST(Hypervolume, AgreesWithCounting) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    const std::size_t objectives = 1 + seed % 4;
    const Vectors values = random_vectors(1 + seed, objectives, seed);
    const std::vector<double> reference(objectives, 11);
    EXPECT_DOUBLE_EQ(hypervolume(values, reference), counted_volume(values, 11, objectives))
        << seed;
  }
  EXPECT_DOUBLE_EQ(hypervolume({{12, 0}, {kNoMetric, 1}}, {11, 11}), 0);
}

TEST(Metrics, AreTheNumbersOfARecord) {
  const auto metrics = metrics_of(R"({"cycles": {"total": 7, "latency_seconds": 7e-9, "by": [1, 2]},
      "schema_version": 3, "bit_exact": true, "name": "x", "layers": [{"macs": 3}],
      "host": {"wall_seconds": 1}, "configuration": {"clock_hz": 5}, "a": 9007199254740992})",
                                  "r.json");
  EXPECT_THAT(metrics, ElementsAre(Pair("a", 9007199254740992.0), Pair("cycles.by.0", 1),
                                   Pair("cycles.by.1", 2), Pair("cycles.latency_seconds", 7e-9),
                                   Pair("cycles.total", 7)));
  EXPECT_EQ(metric_text(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(metric_text(0.1), "0.1");
  EXPECT_EQ(metric_text(1e-9), "1e-09");
  EXPECT_EQ(metric_text(kNoMetric), "");
  EXPECT_THROW(metrics_of("[1", "r.json"), base::InputError);
  EXPECT_THROW(metrics_of("[1]", "r.json"), base::InputError);
}

TEST(Metrics, UnknownNamesAreToldWithNearOnes) {
  const SweepConfig config = parse_sweep_config(R"(run: r
axes: {m.rows: [1]}
objectives: {minimise: [cycles.totl, m.rows], maximise: cycles.total}
constraints: [m.row < 3 and area.x < 2]
)",
                                                "s.yaml");
  try {
    check_metric_names(config, {"area.y", "cycles.total"});
    FAIL();
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.messages(),
                ElementsAre(AllOf(HasSubstr("s.yaml:3:25: objectives.minimise: got cycles.totl"),
                                  HasSubstr("did you mean cycles.total?")),
                            AllOf(HasSubstr("s.yaml:4:15: constraints[0]: got m.row"),
                                  HasSubstr("did you mean m.rows?")),
                            HasSubstr("got area.x")));
  }
}

}  // namespace
}  // namespace npusim::sweep
