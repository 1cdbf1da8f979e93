// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/sweep/influence.h"
#include "sim/sweep/labels.h"
#include "sim/sweep/page.h"

namespace npusim::sweep {
namespace {

constexpr char kSweep[] =
    "run: net.yaml\n"
    "set: {simulation.timing_only: true}\n"
    "axes: {hardware.rows: [8, 16], scheme: [b one, a]}\n"
    "derived: {lanes: 2 * hardware.rows}\n"
    "objectives: {minimise: [cycles.total], maximise: [top1]}\n"
    "constraints: [cycles.total < 400]\n";

/// The grid of kSweep: point 2 has failed, point 3 is outside of the constraints.
struct Example {
  explicit Example(const std::string& text = kSweep)
      : config(parse_sweep_config(text, "dir/s.yaml")) {}

  Results results() const {
    Table table;
    table.axes = {"hardware.rows", "scheme", "lanes"};
    table.derived = 1;
    table.metrics = {"cycles.total", "same", "top1"};
    table.rows = {{0, "0000000000000000", {"8", "b one", "16"}, {300, 7, 0.5}},
                  {1, "0000000000000001", {"8", "a", "16"}, {300, 7, 0.25}},
                  {3, "0000000000000003", {"16", "a", "32"}, {500, 7, kNoMetric}}};
    return results_of(config, size_of(config, 4), table,
                      {{2, "0000000000000002", {"16", "b one", "32"}, "refused", "too </small>"}});
  }

  SweepConfig config;
};

nlohmann::json document(const std::string& page) {
  const std::string begin = "id=\"page-data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(Results, JudgesRows) {
  const Results results = Example().results();
  EXPECT_EQ(results.front, std::vector<std::size_t>{0});
  EXPECT_EQ(results.infeasible, std::vector<std::size_t>{2});
  EXPECT_EQ(results.best, (std::vector<std::optional<std::size_t>>{0, 0}));
  EXPECT_EQ(results.missing_points(), 0);
  EXPECT_EQ(summary_of(results),
            "4 points: 3 finished, 1 failed, 1 outside of the constraints, 1 on the front");
}

TEST(Results, ColumnsKeepTheOrderOfTheFile) {
  const Results results = Example().results();
  ASSERT_EQ(results.columns.size(), 3U);
  EXPECT_EQ(results.columns[1].values, (std::vector<std::string>{"b one", "a"}));
  EXPECT_EQ(results.columns[1].value_of_row, (std::vector<std::size_t>{0, 1, 1, 0}));
  EXPECT_TRUE(results.columns[1].numbers.empty());
  EXPECT_EQ(results.columns[2].numbers, (std::vector<double>{16, 32}));
  EXPECT_EQ(results.columns[1].flags[0], "--set 'scheme=b one'");
}

TEST(Results, CommandsAreQuoted) {
  EXPECT_EQ(command_of(Example().config, {"16", "b one", "32"}),
            "npusim run net.yaml --set simulation.timing_only=true --set hardware.rows=16 --set "
            "'scheme=b one' --set lanes=32");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a'b"), "'a'\\''b'");
  EXPECT_EQ(shell_quoted("~x"), "'~x'");
}

TEST(Results, TakesTheUsualObjectivesWhereNoneAreNamed) {
  std::string text = kSweep;
  text.erase(text.find("objectives"));
  const Results results = Example(text).results();
  EXPECT_TRUE(results.objectives_are_assumed);
  ASSERT_EQ(results.objectives.size(), 1U);
  EXPECT_EQ(results.objectives[0].metric, "cycles.total");
  EXPECT_EQ(results.front, (std::vector<std::size_t>{0, 1}));
}

TEST(Influence, IsTheShareOfTheVariance) {
  // y = x: everything; the second axis: nothing.
  const std::vector<double> y = {1, 1, 3, 3};
  EXPECT_DOUBLE_EQ(influence(2, {0, 0, 1, 1}, y).share.value(), 1);
  EXPECT_DOUBLE_EQ(influence(2, {0, 1, 0, 1}, y).share.value(), 0);
  // y = 2a + b: variances 1 and 0.25.
  EXPECT_DOUBLE_EQ(influence(2, {0, 0, 1, 1}, {0, 1, 2, 3}).share.value(), 0.8);
  EXPECT_FALSE(influence(2, {0, 1}, {5, 5}).share.has_value());
}

TEST(Influence, SummarizesEachValue) {
  const AxisInfluence found = influence(3, {0, 0, 0, 1, 1, 0}, {1, 9, 2, 4, 8, kNoMetric});
  ASSERT_EQ(found.values.size(), 3U);
  EXPECT_EQ(found.values[0].points, 3);
  EXPECT_DOUBLE_EQ(found.values[0].median, 2);
  EXPECT_DOUBLE_EQ(found.values[0].mean, 4);
  EXPECT_DOUBLE_EQ(found.values[1].median, 6);
  EXPECT_DOUBLE_EQ(found.values[1].least, 4);
  EXPECT_DOUBLE_EQ(found.values[1].greatest, 8);
  EXPECT_EQ(found.values[2].points, 0);
}

TEST(Labels, TakeTheUnitFromTheKey) {
  const auto text = [](const char* key) {
    const Label label = label_of(key);
    return label.text + '|' + label.unit;
  };
  EXPECT_EQ(text("hardware.dram.bandwidth_bytes_per_second"), "dram bandwidth|B/s");
  EXPECT_EQ(text("hardware.weight_scratchpad.bytes"), "weight scratchpad|B");
  EXPECT_EQ(text("energy.total_picojoules"), "energy of one inference|pJ");
  EXPECT_EQ(text("area.by_unit_square_micrometres.dram"), "area by unit dram|µm²");
  EXPECT_EQ(text("cycles.stalls.dma_in.dram"), "cycles stalls dma in dram|cycles");
  EXPECT_EQ(text("hardware.mac_array.rows"), "mac array rows|");
}

TEST(Labels, ShortNamesTellKeysApart) {
  EXPECT_EQ(short_names({"hardware.mac_array.rows", "hardware.weight_scratchpad.bytes",
                         "hardware.activation_scratchpad.bytes", "run"}),
            (std::vector<std::string>{"rows", "weight_scratchpad.bytes",
                                      "activation_scratchpad.bytes", "run"}));
}

TEST(Page, HoldsTheTable) {
  const std::string page = results_page(Example().results(), "0");
  EXPECT_EQ(page.find("too </small>"), std::string::npos);
  const nlohmann::json data = document(page);
  EXPECT_EQ(data["points"]["numbers"]["v"], nlohmann::json({0, 1, 3}));
  EXPECT_EQ(data["points"]["front"], nlohmann::json::array({0}));
  EXPECT_EQ(data["points"]["infeasible"], nlohmann::json::array({2}));
  EXPECT_EQ(data["constants"], nlohmann::json::parse(R"([["same", 7.0]])"));
  EXPECT_EQ(data["metrics"][0]["key"], "cycles.total");
  EXPECT_EQ(data["metrics"][0]["column"]["v"], nlohmann::json({300, 300, 500}));
  EXPECT_EQ(data["metrics"][1]["column"]["v"], nlohmann::json({0.5, 0.25, nullptr}));
  EXPECT_EQ(data["failures"][0]["message"], "too </small>");
  EXPECT_EQ(data["failures"][0]["axes"], nlohmann::json({1, 0, 1}));
  EXPECT_DOUBLE_EQ(data["influence"][0]["axes"][0]["share"].get<double>(), 1);
}

TEST(Page, StaysSmall) {
  Results results = Example().results();
  results.table.metrics = {"cycles.total", "top1"};
  for (int i = 100; i < 180; ++i) results.table.metrics.push_back("x.y" + std::to_string(i));
  const Row sample = results.table.rows[0];
  results.table.rows.clear();
  results.columns.clear();
  results.front = results.infeasible = {};
  results.failures.clear();
  for (std::int64_t i = 0; i < 4'000; ++i) {
    Row row = sample;
    row.point = i;
    for (std::size_t m = 0; m < results.table.metrics.size(); ++m) {
      row.metrics.resize(m + 1, std::sqrt(static_cast<double>(i)) + static_cast<double>(m));
    }
    results.table.rows.push_back(row);
  }
  const std::string page = results_page(results, "0");
  EXPECT_LT(page.size(), 4'500'000U);
  const nlohmann::json data = document(page);
  EXPECT_GT(data["leftOut"], 0);
  EXPECT_EQ(data["metrics"].size() + data["leftOut"].get<std::size_t>(), 82U);
  EXPECT_EQ(data["metrics"][0]["key"], "cycles.total");
}

}  // namespace
}  // namespace npusim::sweep
