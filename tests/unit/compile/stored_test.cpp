// SPDX-License-Identifier: Apache-2.0
// What the cache keeps of the frontend's stages comes back as it was, and saves what it should.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/compile/stored_calibration.h"
#include "frontend/compile/stored_quantization.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "sim/cache/entries.h"
#include "sim/isa/program_file.h"
#include "tests/support/support.h"

namespace npusim::compile {
namespace {

namespace fs = std::filesystem;
using Stages = std::vector<std::string>;

constexpr char kScheme[] = "shift_scaler";

config::RunConfig run_of(const std::string& file, std::vector<std::string> set = {}) {
  config::RunFlags flags;
  flags.set = std::move(set);
  const fs::path workloads = test::source_dir() / "workloads";
  return config::read_run_config((workloads / (file + ".yaml")).string(), flags,
                                 {/*dataset=*/false},
                                 {{workloads}, {test::source_dir() / "configs"}});
}

config::RunConfig small_run(std::vector<std::string> set = {}) {
  return run_of("mlperf_tiny_image_classification", std::move(set));
}

Stages stages_of(const Pipeline& pipeline) {
  Stages names;
  for (const StageRecord& stage : pipeline.stages())
    names.push_back(stage.stage + (stage.from_cache ? " kept" : ""));
  return names;
}

std::vector<std::uint8_t> program_bytes(Pipeline& pipeline) {
  return isa::serialize(pipeline.program(kScheme));
}

class StoredNetwork : public testing::TestWithParam<const char*> {};

TEST_P(StoredNetwork, ComesBackAsItWas) {
  Pipeline pipeline(run_of(GetParam()), 2);
  const Calibrated calibrated{pipeline.calibration(), {{1, 5}, {"a.jpg"}, {"a.jpg: content: no"}}};
  const auto calibration = calibrated_from_bytes(to_bytes(calibrated));
  ASSERT_TRUE(calibration);
  EXPECT_EQ(quantize::content_hash(calibration->result), quantize::content_hash(calibrated.result));
  EXPECT_EQ(calibration->skipped.indices, calibrated.skipped.indices);
  EXPECT_EQ(calibration->skipped.names, calibrated.skipped.names);
  EXPECT_EQ(calibration->skipped.reasons, calibrated.skipped.reasons);
  for (const std::string scheme : {"per_layer", "shift_scaler", "per_channel"}) {
    SCOPED_TRACE(scheme);
    const quantize::Quantization& quantized = pipeline.quantized(scheme);
    const std::string bytes = to_bytes(quantized);
    const auto back = quantization_from_bytes(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(quantize::content_hash(back->graph), quantize::content_hash(quantized.graph));
    EXPECT_EQ(back->graph.accumulator.bits, quantized.graph.accumulator.bits);
    EXPECT_EQ(to_bytes(*back), bytes);  // of what the hash leaves out too: summary, widths of sums
    if (scheme != kScheme) continue;
    EXPECT_EQ(isa::serialize(pipeline.program(back->graph, pipeline.choice(scheme))),
              program_bytes(pipeline));
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, StoredNetwork,
                         testing::Values("mobilenet", "mlperf_tiny_anomaly_detection",
                                         "mlperf_tiny_image_classification",
                                         "mlperf_tiny_keyword_spotting",
                                         "mlperf_tiny_visual_wake_words", "squeezenet_224",
                                         "mobilenet_v3_small_224", "efficientnet_b0_224"),
                         [](const auto& name) { return std::string(name.param); });

TEST(Stored, BytesThatAreCutOffOrTooManyAreNone) {
  Pipeline pipeline(run_of("mlperf_tiny_anomaly_detection"), 1);
  const std::string bytes = to_bytes(Calibrated{pipeline.calibration(), {}});
  EXPECT_TRUE(calibrated_from_bytes(bytes));
  EXPECT_FALSE(calibrated_from_bytes(bytes + 'x'));
  EXPECT_FALSE(calibrated_from_bytes(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(calibrated_from_bytes(""));
}

// Each Pipeline is as one of another process: only the folder is shared.
TEST(StageCache, AStageIsComputedOnceForItsInputs) {
  const test::TempFolder folder;
  struct Case {
    std::string set;
    Stages stages;
  };
  const Stages all = {"import", "calibrate", "quantize", "compile"};
  const Stages compiled = {"import", "calibrate kept", "quantize kept", "compile"};
  const Stages quantized = {"import", "calibrate kept", "quantize", "compile"};
  const std::vector<Case> cases = {
      {"simulation.images=4", all},  // what a run file has anyway
      {"simulation.images=4", compiled},
      {"hardware.dram.read_latency_ns=300", compiled},
      {"hardware.mac_array.rows=8", compiled},
      {"hardware.weight_scratchpad.bytes=32KiB", compiled},
      {"quantization.weight_bits=6", quantized},
      {"quantization.weight_bits=6", compiled},
      {"hardware.mac_array.accumulator_bits=30", quantized},
      {"calibration={kind: random, seed: 1, images: 2}", all},
      {"simulation.images=4", compiled},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.set);
    const config::RunConfig run = small_run({each.set});
    Pipeline cold(run, 1);
    const std::vector<std::uint8_t> expected = program_bytes(cold);
    EXPECT_EQ(stages_of(cold), all);
    const cache::Store store(folder.path());
    Pipeline pipeline(run, 2, {}, &store);
    EXPECT_EQ(program_bytes(pipeline), expected);
    EXPECT_EQ(stages_of(pipeline), each.stages);
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_EQ(pipeline.stages()[i].inputs_hash, cold.stages()[i].inputs_hash);
  }
}

TEST(StageCache, DamagedEntriesAreComputedAgain) {
  const test::TempFolder folder;
  const cache::Store store(folder.path());
  Pipeline first(small_run(), 1, {}, &store);
  const std::vector<std::uint8_t> expected = program_bytes(first);
  for (const cache::Entry& entry : cache::list_entries(folder.path()))
    fs::resize_file(entry.path, static_cast<std::uintmax_t>(entry.bytes) / 2);
  Pipeline again(small_run(), 1, {}, &store);
  EXPECT_EQ(program_bytes(again), expected);
  EXPECT_EQ(stages_of(again), stages_of(first));
  Pipeline warm(small_run(), 1, {}, &store);
  EXPECT_EQ(program_bytes(warm), expected);
  EXPECT_EQ(stages_of(warm)[2], "quantize kept");
}

TEST(StageCache, ARefusalIsNotKept) {
  const test::TempFolder folder;
  const cache::Store store(folder.path());
  for (int i = 0; i < 2; ++i) {
    Pipeline pipeline(small_run({"hardware.mac_array.accumulator_bits=16"}), 1, {}, &store);
    EXPECT_THROW(pipeline.program(kScheme), base::InputError);
  }
  EXPECT_EQ(cache::list_entries(folder.path()).size(), 1u);  // the calibration
}

}  // namespace
}  // namespace npusim::compile
