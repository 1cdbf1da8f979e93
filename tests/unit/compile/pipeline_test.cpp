// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/pipeline.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"
#include "sim/isa/program_file.h"
#include "tests/support/support.h"

namespace npusim::compile {
namespace {

constexpr char kScheme[] = "shift_scaler";

config::HardwareConfig shipped_machine(const std::vector<config::Override>& overrides = {}) {
  return config::read_hardware_config(test::source_dir() / "configs/npu_32x32.yaml", overrides);
}

// The same with one key changed, "key=value".
config::HardwareConfig machine(const std::string& change) {
  base::ErrorList errors;
  const config::Override override = config::parse_set_argument(change, errors);
  errors.throw_if_any();
  return shipped_machine({override});
}

// Fully connected layers with synthetic weights.
config::RunConfig small_run(const config::HardwareConfig& hardware) {
  config::RunConfig run = config::read_run_config(
      (test::source_dir() / "workloads/mlperf_tiny_anomaly_detection.yaml").string(), {}, {},
      {{test::source_dir() / "workloads"}, {test::source_dir() / "configs"}});
  run.hardware = hardware;
  return run;
}

std::vector<std::string> stage_names(const Pipeline& pipeline, std::size_t from) {
  std::vector<std::string> names;
  for (std::size_t i = from; i < pipeline.stages().size(); ++i) {
    names.push_back(pipeline.stages()[i].stage);
  }
  return names;
}

// Keys of every section of a hardware file, with another value.
const std::vector<std::string> kKeysBesideQuantization = {"clock_hz=500000000",
                                                          "command_processor.fetch_bytes=128",
                                                          "queue_depths.mac_array=2",
                                                          "dma.burst_bytes=32",
                                                          "dram.bytes=128MiB",
                                                          "dram.read_latency_ns=300",
                                                          "activation_scratchpad.bytes=64KiB",
                                                          "activation_scratchpad.ports=1",
                                                          "weight_scratchpad.bytes=32KiB",
                                                          "feeder.bytes_per_cycle=16",
                                                          "mac_array.rows=8",
                                                          "mac_array.columns=64",
                                                          "mac_array.accumulator_rows=128",
                                                          "mac_array.overlap_weight_load=false",
                                                          "requantization.lanes=8",
                                                          "requantization.pipeline_depth_cycles=9",
                                                          "vector_unit.lanes=8"};
const std::vector<std::string> kKeysOfQuantization = {
    "mac_array.accumulator_bits=30", "mac_array.accumulator=saturate",
    "requantization.field_bits=3", "requantization.placement=pre_multiply",
    "requantization.multiplier_bits=15"};

TEST(Pipeline, TheLimitsOfQuantizationAreFiveKeys) {
  const auto hash = [](const config::HardwareConfig& hardware) {
    return quantize::content_hash(quantization_limits(hardware));
  };
  const config::HardwareConfig shipped = shipped_machine();
  for (const std::string& key : kKeysBesideQuantization) {
    const config::HardwareConfig other = machine(key);
    EXPECT_NE(config::config_hash(other), config::config_hash(shipped)) << key;
    EXPECT_EQ(hash(other), hash(shipped)) << key;
  }
  for (const std::string& key : kKeysOfQuantization) {
    EXPECT_NE(hash(machine(key)), hash(shipped)) << key;
  }
}

// On other hardware the same Program comes out as from a Pipeline that never knew another one, and
// no stage runs that need not.
TEST(Pipeline, OtherHardwareOfTheSameLimitsOnlyCompiles) {
  Pipeline pipeline(small_run(shipped_machine()), 1);
  pipeline.program(kScheme);
  const quantize::Quantization* quantized = &pipeline.quantized(kScheme);
  for (const std::string& key : kKeysBesideQuantization) {
    SCOPED_TRACE(key);
    const std::size_t before = pipeline.stages().size();
    pipeline.set_hardware(machine(key));
    const isa::Program program = pipeline.program(kScheme);
    EXPECT_EQ(stage_names(pipeline, before), std::vector<std::string>{"compile"});
    EXPECT_EQ(&pipeline.quantized(kScheme), quantized);
    EXPECT_EQ(config::config_hash(program.hardware), config::config_hash(machine(key)));
    // Of what is kept nothing but time may be seen.
    EXPECT_EQ(isa::serialize(program),
              isa::serialize(
                  pipeline.program(pipeline.quantized(kScheme).graph, pipeline.choice(kScheme))));
  }
  Pipeline fresh(small_run(pipeline.hardware()), 1);
  EXPECT_EQ(isa::serialize(pipeline.program(kScheme)), isa::serialize(fresh.program(kScheme)));
  EXPECT_EQ(pipeline.stages().back().inputs_hash, fresh.stages().back().inputs_hash);
}

TEST(Pipeline, OtherLimitsQuantizeAgainButDoNotCalibrate) {
  Pipeline pipeline(small_run(shipped_machine()), 1);
  pipeline.program("per_channel");
  for (const std::string& key : kKeysOfQuantization) {
    SCOPED_TRACE(key);
    const std::size_t before = pipeline.stages().size();
    pipeline.set_hardware(machine(key));
    const isa::Program program = pipeline.program("per_channel");
    EXPECT_EQ(stage_names(pipeline, before), (std::vector<std::string>{"quantize", "compile"}));
    Pipeline fresh(small_run(machine(key)), 1);
    EXPECT_EQ(isa::serialize(program), isa::serialize(fresh.program("per_channel")));
  }
}

// Caches are keyed by the stage's hash: equal where the Program is, but for what is timing only.
TEST(Pipeline, TheHashOfCompilingKnowsWhatAProgramDependsOn) {
  Pipeline pipeline(small_run(shipped_machine()), 1);
  const auto hash = [&](const std::string& key) {
    pipeline.set_hardware(machine(key));
    pipeline.program(kScheme);
    return pipeline.stages().back().inputs_hash;
  };
  const std::uint64_t shipped = hash("mac_array.rows=32");
  EXPECT_EQ(hash("dram.read_latency_ns=300"), shipped);
  EXPECT_EQ(hash("vector_unit.lanes=8"), shipped);
  EXPECT_NE(hash("mac_array.rows=8"), shipped);
  EXPECT_NE(hash("weight_scratchpad.bytes=32KiB"), shipped);
}

}  // namespace
}  // namespace npusim::compile
