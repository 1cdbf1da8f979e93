// SPDX-License-Identifier: Apache-2.0
#include "sim/report/layers_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/base/csv.h"
#include "sim/report/json.h"
#include "tests/unit/report/example.h"

namespace npusim::report {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::Not;
using Row = std::map<std::string, std::string>;

std::vector<std::string> header(const std::string& text) {
  std::size_t position = 0;
  std::vector<std::string> columns;
  base::read_csv_line(text, position, columns);
  return columns;
}

std::vector<Row> rows(const std::string& text) {
  std::size_t position = 0;
  std::vector<std::string> columns, fields;
  base::read_csv_line(text, position, columns);
  std::vector<Row> result;
  while (base::read_csv_line(text, position, fields)) {
    EXPECT_EQ(fields.size(), columns.size());
    Row row;
    for (std::size_t c = 0; c < columns.size(); ++c) row[columns[c]] = fields[c];
    result.push_back(row);
  }
  return result;
}

TEST(LayersCsv, HasTheNumbersOfTheJson) {
  const Report report = example_report();
  const json layers = json::parse(to_json(report)).at("layers");
  const std::vector<Row> table = rows(layers_csv(report));
  ASSERT_EQ(table.size(), layers.size());
  for (std::size_t l = 0; l < table.size(); ++l) {
    EXPECT_EQ(table[l].at("layer"), layers[l].at("name").get<std::string>());
    EXPECT_EQ(table[l].at("kind"), layers[l].at("kind").get<std::string>());
    EXPECT_EQ(table[l].at("bound_by"), layers[l].at("bound_by").get<std::string>());
    EXPECT_EQ(std::stod(table[l].at("utilization_fraction")),
              layers[l].at("utilization").get<double>());
    for (const char* key :
         {"macs", "cycles", "span_cycles", "compute_bound_cycles", "memory_bound_cycles",
          "stall_cycles", "dram_read_bytes", "dram_write_bytes", "weights_bytes"})
      EXPECT_EQ(std::stoll(table[l].at(key)), layers[l].at(key).get<std::int64_t>()) << key;
    EXPECT_EQ(table[l].at("image"), "0");
  }
}

TEST(LayersCsv, NamesAreQuotedWhereTheyMustBe) {
  Report report = example_report();
  report.layers[0].name = "conv, \"first\"\nof two";
  EXPECT_EQ(rows(layers_csv(report))[0].at("layer"), report.layers[0].name);
}

TEST(LayersCsv, WhatNoLayerHasIsNoColumnAndWhatOneHasIsEmptyInTheOthers) {
  Report report = example_report();
  EXPECT_THAT(header(layers_csv(report)), Not(Contains("safe_accumulator_bits")));
  report.layers[1].safe_accumulator_bits = 23;
  const std::vector<Row> table = rows(layers_csv(report));
  EXPECT_EQ(table[0].at("safe_accumulator_bits"), "");
  EXPECT_EQ(table[1].at("safe_accumulator_bits"), "23");
  EXPECT_EQ(table[0].at("dataflow"), "output_stationary");
  EXPECT_EQ(table[1].at("dataflow"), "");
}

TEST(LayersCsv, EnergyIsSplitByUnit) {
  Report report = example_report();
  energy::Estimate estimate;
  estimate.technology = "test";
  estimate.layers.resize(2);
  estimate.layers[1][0] = {3, 4};
  estimate.layers[1][1] = {10, 0};
  report.energy = estimate;
  const std::vector<Row> table = rows(layers_csv(report));
  EXPECT_EQ(table[0].at("energy_picojoules"), "0");
  EXPECT_EQ(table[1].at("energy_picojoules"), "17");
  const std::string unit = energy::unit_name(static_cast<energy::Unit>(0));
  EXPECT_EQ(table[1].at("energy_by_unit_picojoules." + unit), "7");
}

TEST(LayersCsv, ImagesFollowOneAnother) {
  Report report = example_report();
  report.cycles.images = {{10, 10}, {20, 10}};
  report.layers[1].image = 1;
  const std::vector<Row> table = rows(layers_csv(report));
  EXPECT_EQ(table[0].at("image"), "0");
  EXPECT_EQ(table[1].at("image"), "1");
}

TEST(LayersCsv, AReportWithoutLayersIsAHeader) {
  Report report = example_report();
  report.layers.clear();
  EXPECT_THAT(header(layers_csv(report)), Contains("cycles"));
  EXPECT_TRUE(rows(layers_csv(report)).empty());
}

}  // namespace
}  // namespace npusim::report
