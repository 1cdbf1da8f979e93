// SPDX-License-Identifier: Apache-2.0
#include "sim/report/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/config/hardware_fields.h"
#include "sim/report/json_sections.h"

namespace npusim::report {
namespace {

using nlohmann::json;

TEST(ConfigurationTest, TheHardwareIsNestedAsItsFile) {
  Configuration configuration;
  config::HardwareConfig& hardware = configuration.hardware;
  hardware.name = "npu";
  json machine = configuration_json(configuration)["hardware"];
  EXPECT_EQ(machine["name"], "npu");
  EXPECT_EQ(machine["clock_hz"], 1'000'000'000);
  EXPECT_EQ(machine["mac_array"]["rows"], 32);
  EXPECT_EQ(machine["mac_array"]["overlap_weight_load"], true);
  EXPECT_EQ(machine["mac_array"]["dataflow"], "weight_stationary");
  EXPECT_EQ(machine["dram"]["read_latency_ns"], 100);
  EXPECT_FALSE(machine["dram"].contains("timing"));  // out of force
  hardware.dram.model = config::DramModel::banks;
  for (const config::HardwareField& field : config::hardware_fields()) {
    if (field.rule.is_nanoseconds) field.set(hardware, 13'750);
  }
  machine = configuration_json(configuration)["hardware"];
  EXPECT_FALSE(machine["dram"].contains("read_latency_ns"));
  EXPECT_EQ(machine["dram"]["timing"]["rcd_ns"], 13.75);
}

// Every key in force is there, under its own name.
TEST(ConfigurationTest, NoKeyOfTheHardwareIsMissing) {
  Configuration configuration;
  configuration.hardware.dram.other_masters.share_percent = 10;
  configuration.hardware.activation_scratchpad.protection = config::Protection::parity;
  const json machine = configuration_json(configuration)["hardware"].flatten();
  std::size_t keys = 1;  // name
  for (const config::HardwareField& field : config::hardware_fields()) {
    if (!field.is_reported(configuration.hardware)) continue;
    std::string key = '/' + std::string(field.key);
    std::replace(key.begin(), key.end(), '.', '/');
    EXPECT_TRUE(machine.contains(key)) << key;
    ++keys;
  }
  EXPECT_EQ(machine.size(), keys);
  EXPECT_EQ(machine["/activation_scratchpad/protection"], "parity");
  EXPECT_FALSE(machine.contains("/weight_scratchpad/protection"));  // as before there was the key
}

TEST(ConfigurationTest, ARunSaysItsDataWithoutPaths) {
  Configuration configuration;
  configuration.technology = "generic";
  configuration.model = Model{"net.onnx", 0x0123456789abcdefU};
  configuration.dataset =
      config::DatasetConfig{config::DatasetKind::image_folder, 5, "/home/me/pictures", 40};
  configuration.calibration.emplace();
  configuration.calibration->data = {config::DatasetKind::fractal, 3, {}, 64};
  configuration.calibration->method = "percentile";
  configuration.input.size = 64;
  configuration.input.mean = {127.5, 1, 2};
  configuration.simulation.images = 4;
  configuration.simulation.steady_state = true;
  configuration.skip_bad_images = false;
  config::LayerQuantizationConfig entry;
  entry.match = "conv_*";
  entry.weight_bits = 4;
  configuration.quantization.layers = {entry};
  const json document = configuration_json(configuration);
  EXPECT_THAT(document.dump(), testing::Not(testing::HasSubstr("/home")));
  EXPECT_EQ(document["model"], (json{{"name", "net.onnx"}, {"hash", "0123456789abcdef"}}));
  EXPECT_EQ(document["dataset"], (json{{"kind", "image_folder"}, {"images", 40}}));
  EXPECT_EQ(document["calibration"], (json{{"kind", "fractal"},
                                           {"seed", 3},
                                           {"images", 64},
                                           {"method", "percentile"},
                                           {"percentile", 99.99},
                                           {"output_headroom", 1.0}}));
  EXPECT_EQ(document["input"]["mean"], (json{127.5, 1.0, 2.0}));
  EXPECT_EQ(document["simulation"],
            (json{{"images", 4}, {"steady_state", true}, {"timing_only", false}}));
  EXPECT_EQ(document["quantization"]["layers"],
            json::parse(R"([{"match": "conv_*", "weight_bits": 4}])"));
  EXPECT_EQ(document["technology"], "generic");
}

TEST(ConfigurationTest, AProgramSaysWhatItCarries) {
  isa::Program program;
  program.metadata.scheme = "per_layer";
  program.metadata.weight_bits = 5;
  program.metadata.images = 3;
  program.metadata.preprocessing.size = 224;
  program.metadata.preprocessing.scale[2] = 57.5;
  const json document = configuration_json(configuration_of(program));
  EXPECT_EQ(document["quantization"]["scheme"], "per_layer");
  EXPECT_EQ(document["quantization"]["weight_bits"], 5);
  EXPECT_EQ(document["input"]["size"], 224);
  EXPECT_EQ(document["input"]["scale"], (json{1.0, 1.0, 57.5}));
  EXPECT_EQ(document["simulation"], (json{{"consecutive_images", 3}, {"timing_only", false}}));
  for (const char* key : {"model", "dataset", "calibration", "technology", "skip_bad_images"})
    EXPECT_FALSE(document.contains(key)) << key;
}

}  // namespace
}  // namespace npusim::report
