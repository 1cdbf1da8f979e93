// SPDX-License-Identifier: Apache-2.0
#include "sim/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/unit/report/example.h"

namespace npusim::report {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

TEST(JsonTest, HasExactlyTheKeysOfTheContract) {
  const json document = json::parse(to_json(example_report()));
  EXPECT_THAT(keys(document),
              ElementsAre("accuracy", "cycles", "hardware", "host", "layers", "memory",
                          "quantization", "schema_version", "simulation", "workload"));
  EXPECT_THAT(keys(document["workload"]), ElementsAre("images", "name"));
  EXPECT_THAT(keys(document["hardware"]),
              ElementsAre("accumulator", "accumulator_bits", "config_hash", "name"));
  EXPECT_THAT(keys(document["quantization"]),
              ElementsAre("activation_bits", "bias_correction", "equalization", "field_bits",
                          "rule", "scheme", "symmetric", "weight_bits"));
  EXPECT_THAT(keys(document["accuracy"]),
              ElementsAre("agreement_top1", "float_top1", "float_top5", "images", "quantized_top1",
                          "quantized_top5", "schemes"));
  EXPECT_THAT(keys(document["accuracy"]["schemes"]),
              ElementsAre("per_channel", "per_layer", "shift_scaler"));
  EXPECT_THAT(keys(document["accuracy"]["schemes"]["per_layer"]),
              ElementsAre("parameter_bytes", "quantized_top1"));
  EXPECT_THAT(keys(document["simulation"]),
              ElementsAre("bit_exact", "images", "mismatched_values", "output_sha256"));
  EXPECT_THAT(keys(document["cycles"]),
              ElementsAre("latency_seconds", "stalls", "total", "utilization"));
  EXPECT_THAT(keys(document["layers"][0]),
              ElementsAre("bound_by", "busy_cycles", "compute_bound_cycles", "cycles", "dataflow",
                          "dram_read_bytes", "dram_write_bytes", "kind", "macs",
                          "memory_bound_cycles", "name", "span_cycles", "spilled", "stall_cycles",
                          "stalls", "utilization", "weights_bytes"));
  EXPECT_THAT(keys(document["memory"]),
              ElementsAre("activation_peak_bytes", "bias_bytes", "channel_shift_bytes",
                          "dram_read_bytes", "dram_write_bytes", "instructions_bytes",
                          "requant_bytes", "spilled_activation_bytes", "weights_bytes"));
  EXPECT_THAT(keys(document["host"]),
              ElementsAre("cpu_seconds", "threads", "versions", "wall_seconds"));
}

TEST(JsonTest, ADramOfBanksSaysWhatItDid) {
  Report report = example_report();
  report.dram = Dram{true, 100, 20, 30, 4, 5, 60};
  const json banks = json::parse(to_json(report))["dram"];
  EXPECT_EQ(banks, (json{{"model", "banks"},
                         {"row_hits", 100},
                         {"row_misses", 20},
                         {"row_conflicts", 30},
                         {"refreshes", 4},
                         {"read_write_turnarounds", 5},
                         {"other_masters_requests", 60}}));
  report.dram->has_banks = false;
  EXPECT_EQ(json::parse(to_json(report))["dram"],
            (json{{"model", "flat"}, {"other_masters_requests", 60}}));
}

TEST(JsonTest, SaysWhatOneMoreImageCosts) {
  Report report = example_report();
  report.cycles.steady_state_total = 1'000'000;
  report.cycles.steady_state_utilization = 0.5;
  const json cycles = json::parse(to_json(report))["cycles"];
  EXPECT_EQ(cycles["steady_state_total"], 1'000'000);
  EXPECT_EQ(cycles["steady_state_utilization"], 0.5);
  EXPECT_FALSE(cycles.contains("images"));
}

TEST(JsonTest, ConsecutiveImagesEndOneBehindTheOther) {
  Report report = example_report();
  report.cycles.images = {{1'200'000, 1'200'000}, {1'234'567, 34'567}};
  report.layers[1].image = 1;
  const json document = json::parse(to_json(report));
  EXPECT_EQ(document["cycles"]["images"], json::parse(R"([{"end_cycle": 1200000, "cycles": 1200000},
                            {"end_cycle": 1234567, "cycles": 34567}])"));
  EXPECT_EQ(document["layers"][0]["image"], 0);
  EXPECT_EQ(document["layers"][1]["image"], 1);
}

// A layer says what differs from the network's quantization, and nothing else.
TEST(JsonTest, LayersNameTheirOwnQuantization) {
  Report report = example_report();
  report.quantization.weight_bits = 4;
  report.quantization.activation_bits = 6;
  report.layers[0].quantization = isa::LayerQuantization{
      report.quantization.scheme, static_cast<std::int32_t>(report.quantization.field_bits),
      "octave", true, 8};
  report.layers[1].activation_bits = 5;
  const json document = json::parse(to_json(report));
  EXPECT_EQ(document["quantization"]["weight_bits"], 4);
  EXPECT_EQ(document["quantization"]["activation_bits"], 6);
  const json& first = document["layers"][0];
  EXPECT_EQ(first["weight_bits"], 8);
  EXPECT_EQ(first["rule"], "octave");
  EXPECT_EQ(first.count("scheme") + first.count("symmetric") + first.count("activation_bits"), 0U);
  EXPECT_EQ(document["layers"][1]["activation_bits"], 5);
  EXPECT_EQ(document["layers"][1].count("weight_bits"), 0U);
}

TEST(JsonTest, HoldsTheValues) {
  const json document = json::parse(to_json(example_report()));
  EXPECT_EQ(document["schema_version"], 1);
  EXPECT_EQ(document["workload"]["images"], 2000);
  EXPECT_EQ(document["accuracy"]["float_top1"], 0.95);
  EXPECT_EQ(document["accuracy"]["quantized_top1"], 0.945);
  EXPECT_EQ(document["accuracy"]["quantized_top5"], 0.999);
  EXPECT_EQ(document["accuracy"]["agreement_top1"], 0.975);
  EXPECT_EQ(document["accuracy"]["schemes"]["per_layer"]["quantized_top1"], 0.5);
  EXPECT_EQ(document["accuracy"]["schemes"]["per_channel"]["parameter_bytes"], 320);
  EXPECT_EQ(document["simulation"]["bit_exact"], true);
  EXPECT_EQ(document["simulation"]["output_sha256"], json({"aa", "bb"}));
  EXPECT_EQ(document["cycles"]["total"], 1'234'567);
  EXPECT_EQ(document["cycles"]["stalls"]["mac_array"],
            json({{"port", 150'000}, {"wait_dma_in", 50'000}}));
  EXPECT_EQ(document["cycles"]["stalls"]["vector"], json::object());
  EXPECT_EQ(document["layers"][0]["bound_by"], "compute");
  EXPECT_EQ(document["layers"][1]["bound_by"], "memory");
  EXPECT_EQ(document["layers"][0]["dataflow"], "output_stationary");
  EXPECT_FALSE(document["layers"][1].contains("dataflow"));
  EXPECT_EQ(document["memory"]["dram_read_bytes"], 12345678);
}

TEST(JsonTest, LeavesOutWhatIsNotKnown) {
  Report report = example_report();
  report.accuracy.reset();
  report.simulation.mismatched_values.reset();
  report.simulation.output_sha256.clear();
  const json document = json::parse(to_json(report));
  EXPECT_FALSE(document.contains("accuracy"));
  EXPECT_THAT(keys(document["simulation"]), ElementsAre("images"));
}

TEST(JsonTest, AccumulatorsThatOverflowSayHowOften) {
  Report report = example_report();
  json document = json::parse(to_json(report));
  EXPECT_FALSE(document["memory"].contains("protection"));
  EXPECT_EQ(document["hardware"]["accumulator"], "guaranteed");
  EXPECT_FALSE(document["accuracy"].contains("accumulator_overflows"));
  EXPECT_FALSE(document["layers"][0].contains("accumulator_overflows"));
  EXPECT_FALSE(document["quantization"].contains("safe_accumulator_bits"));
  report.hardware.accumulator = "wrap";
  report.hardware.accumulator_bits = 14;
  report.quantization.safe_accumulator_bits = 21;
  report.layers[0].safe_accumulator_bits = 21;
  report.simulation.overflows.emplace().add("conv_1", 7);
  report.accuracy->schemes[1].overflows.emplace().add("conv_1", 7000);
  report.accuracy->schemes[0].overflows.emplace();
  document = json::parse(to_json(report));
  EXPECT_EQ(document["hardware"]["accumulator"], "wrap");
  EXPECT_EQ(document["hardware"]["accumulator_bits"], 14);
  EXPECT_EQ(document["quantization"]["safe_accumulator_bits"], 21);
  EXPECT_EQ(document["accuracy"]["accumulator_overflows"], 7000);
  EXPECT_EQ(document["accuracy"]["accumulator_overflows_by_layer"], json({{"conv_1", 7000}}));
  EXPECT_EQ(document["accuracy"]["schemes"]["per_layer"]["accumulator_overflows"], 0);
  EXPECT_EQ(document["simulation"]["accumulator_overflows"], 7);
  EXPECT_EQ(document["layers"][0]["accumulator_overflows"], 7);
  EXPECT_EQ(document["layers"][0]["safe_accumulator_bits"], 21);
  EXPECT_EQ(document["layers"][1]["accumulator_overflows"], 0);
  EXPECT_FALSE(document["layers"][1].contains("safe_accumulator_bits"));
}

TEST(JsonTest, SkippedImagesAreCountedWhereTheyMayBeSkipped) {
  Report report = example_report();
  report.accuracy->skipped = SkippedImages{12, {"a.jpg", "b.jpg"}};
  report.calibration = Calibration{60, {4, {"c.jpg"}}};
  const json document = json::parse(to_json(report));
  EXPECT_EQ(document["accuracy"]["skipped_images"], 12);
  EXPECT_EQ(document["accuracy"]["skipped_names"], (json{"a.jpg", "b.jpg"}));
  EXPECT_EQ(document["accuracy"]["images"], 2000);
  EXPECT_EQ(document["calibration"],
            (json{{"images", 60}, {"skipped_images", 4}, {"skipped_names", {"c.jpg"}}}));
}

TEST(JsonTest, MismatchesShow) {
  Report report = example_report();
  report.simulation.mismatched_values = 3;
  const json document = json::parse(to_json(report));
  EXPECT_EQ(document["simulation"]["bit_exact"], false);
  EXPECT_EQ(document["simulation"]["mismatched_values"], 3);
}

TEST(JsonTest, OnlyHostDependsOnTheHost) {
  Report report = example_report();
  json first = json::parse(to_json(report));
  report.host = {99, 98, 16, {{"npusim", "9.9.9"}}};
  json second = json::parse(to_json(report));
  EXPECT_NE(first, second);
  first.erase("host");
  second.erase("host");
  EXPECT_EQ(first, second);
}

TEST(JsonTest, NamesThatAreNoUtf8DoNotEndTheRun) {
  Report report = example_report();
  report.layers[0].name = "conv\xff";
  EXPECT_EQ(json::parse(to_json(report))["layers"][0]["name"], "conv\xef\xbf\xbd");
}

TEST(JsonTest, TheRunsOwnSchemeMustBeAmongTheMeasured) {
  Report report = example_report();
  report.quantization.scheme = "other";
  EXPECT_THROW(to_json(report), base::InternalError);
}

}  // namespace
}  // namespace npusim::report
