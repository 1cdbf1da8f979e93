// SPDX-License-Identifier: Apache-2.0
// One stream of several images is so many runs of one: the same tensors, bit by bit, no race, the
// same image in DRAM; and what one more image costs lies between the busiest unit and a cold run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/config/run_config.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "sim/report/report.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kCases = 12;
#else
constexpr std::uint64_t kCases = 40;
#endif
constexpr std::int32_t kImages = 3;

graph::QuantizedGraph drawn_graph(std::uint64_t seed) {
  const config::HardwareConfig hardware = test::random_hardware(seed, 1);
  const std::vector<std::string> schemes = {"shift_scaler", "per_layer", "per_channel"};
  test::QuantizedGraphOptions options;
  options.scheme = schemes[seed % schemes.size()];
  options.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  options.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  options.draws_widths = seed % 2 == 1;
  options.gate_may_be_first = false;
  options.channel_factor = static_cast<std::int64_t>(seed / 2 % 3) + 1;
  return test::random_quantized_graph(seed, options);
}

isa::Program compile_images(const graph::QuantizedGraph& graph,
                            const config::HardwareConfig& hardware, std::int32_t images) {
  isa::Metadata metadata;
  metadata.images = images;
  return compile::compile(graph, hardware, metadata);
}

/// The machine of the seed, its scratchpads doubled until the network fits; beyond that larger in
/// every fourth case, so that weights stay from image to image.
config::HardwareConfig drawn_hardware(std::uint64_t seed, const graph::QuantizedGraph& graph) {
  for (std::int64_t scale = 1;; scale *= 2) {
    const config::HardwareConfig hardware = test::random_hardware(seed, scale);
    try {
      compile_images(graph, hardware, 1);
      return seed % 4 == 3 ? test::random_hardware(seed, scale * 64) : hardware;
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

stats::SimulationResult timing(const isa::Program& program) {
  model::SimulationOptions options;
  options.timing_only = true;
  return model::simulate(program, {}, options);
}

/// Each image has codes of its own; they go through the executor one by one, through machine and
/// interpreter as one stream.
void expect_same_values(const graph::QuantizedGraph& graph, const isa::Program& program,
                        std::uint64_t seed) {
  std::int64_t input_bytes = 0;
  for (std::size_t i = 0; i < program.inputs.size() / program.images(); ++i) {
    input_bytes += program.tensors[program.inputs[i]].elements();
  }
  test::CodeTensors wanted;
  std::vector<std::int8_t> inputs;
  for (std::size_t image = 0; image < program.images(); ++image) {
    const std::vector<std::int8_t> input = test::random_codes(seed * 16 + image, input_bytes);
    inputs.insert(inputs.end(), input.begin(), input.end());
    for (std::vector<std::int8_t>& tensor : test::executed_tensors(graph, input)) {
      wanted.push_back(std::move(tensor));
    }
  }
  EXPECT_EQ(test::tensors_that_differ(program, wanted, inputs), std::vector<std::string>{});

  std::vector<std::vector<std::int8_t>> split;
  auto from = inputs.begin();
  for (const std::uint32_t tensor : program.inputs) {
    split.emplace_back(from, from + program.tensors[tensor].elements());
    from += program.tensors[tensor].elements();
  }
  functional::run(program, split, [&](std::uint32_t tensor, const std::vector<std::int8_t>& got) {
    EXPECT_EQ(got, wanted.at(tensor)) << "interpreter: tensor " << tensor;
  });
}

/// Between two streams, of which one has an image more, every unit works for that one.
void expect_bounded(const isa::Program& one, const isa::Program& fewer, const isa::Program& more) {
  const stats::SimulationResult cold = timing(one);
  const stats::SimulationResult shorter = timing(fewer);
  const stats::SimulationResult longer = timing(more);
  const std::int64_t steady = longer.total_cycles - shorter.total_cycles;
  // What runs ahead may hold up what is needed at once, and blocks of instructions begin elsewhere
  // in every image: within a few percent.
  EXPECT_LE(steady, cold.total_cycles + cold.total_cycles / 16);
  for (std::size_t u = 0; u < longer.units.size(); ++u) {
    EXPECT_GE(steady, longer.units[u].cycles.busy() - shorter.units[u].cycles.busy())
        << longer.units[u].name;
  }
  const report::Cycles cycles = report::report_of(more, longer).cycles;
  ASSERT_EQ(cycles.images.size(), more.images());
  std::int64_t sum = 0;
  for (const report::ImageCycles& image : cycles.images) {
    sum += image.cycles;
    EXPECT_EQ(image.end_cycle, sum);
  }
  EXPECT_EQ(sum, longer.total_cycles);
}

class ConsecutiveImages : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ConsecutiveImages, AreSoManyRunsOfOne) {
  const std::uint64_t seed = GetParam();
  const graph::QuantizedGraph graph = drawn_graph(seed);
  const config::HardwareConfig hardware = drawn_hardware(seed, graph);
  const isa::Program one = compile_images(graph, hardware, 1);
  const isa::Program three = compile_images(graph, hardware, kImages);
  EXPECT_EQ(functional::find_races(three), std::vector<std::string>{});
  EXPECT_EQ(three.dram_image, one.dram_image);
  EXPECT_EQ(three.image_layers(), one.layers.size());
  const std::vector<std::uint8_t> bytes = isa::serialize(three);
  const isa::Program read = isa::deserialize(bytes.data(), bytes.size(), "three.npu");
  EXPECT_EQ(isa::serialize(read), bytes);
  expect_same_values(graph, read, seed);
  expect_bounded(one, compile_images(graph, hardware, 2), three);
}

config::RunConfig shipped_run(const char* workload, const std::string& hardware) {
  config::RunFlags flags;
  flags.hardware = (test::source_dir() / "configs" / hardware).string();
  config::RunConfig run = config::read_run_config(
      (test::source_dir() / "workloads" / workload).string(), flags, {/*dataset=*/false},
      {{test::source_dir() / "workloads"}, {test::source_dir() / "configs"}});
  run.calibration.data.images = 1;
  return run;
}

using ShippedCase = std::tuple<const char*, const char*>;
class ShippedImages : public testing::TestWithParam<ShippedCase> {};

// What docs/timing-model.md says: from the fourth image on, one more costs the same.
TEST_P(ShippedImages, CostNoMoreThanAColdOneAndHaveSettled) {
  const auto& [workload, hardware] = GetParam();
  compile::Pipeline pipeline(shipped_run(workload, hardware), 2);
  std::vector<isa::Program> streams;
  std::vector<std::int64_t> totals = {0};
  for (std::int32_t images = 1; images <= 7; ++images) {
    streams.push_back(pipeline.program("shift_scaler", images));
    totals.push_back(timing(streams.back()).total_cycles);
  }
  const std::int64_t steady = totals[4] - totals[3];
  EXPECT_LT(steady, totals[1]);
  for (std::size_t n = 5; n < totals.size(); ++n) {
    EXPECT_LE(std::abs(totals[n] - totals[n - 1] - steady), steady / 1000) << n << " images";
  }
  expect_bounded(streams[0], streams[2], streams[3]);
  EXPECT_EQ(functional::find_races(streams[2]), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ShippedImages,
    testing::Combine(testing::Values("mobilenet.yaml", "mlperf_tiny_image_classification.yaml",
                                     "mlperf_tiny_visual_wake_words.yaml"),
                     testing::Values("npu_32x32.yaml", "npu_16x16_edge.yaml", "npu_64x64.yaml",
                                     "npu_128x128_server.yaml", "npu_64x32_nvdla.yaml")));

TEST(ShippedNetworkImages, AreThoseOfTheExecutor) {
  compile::Pipeline pipeline(shipped_run("mobilenet.yaml", "npu_32x32.yaml"), 2);
  expect_same_values(pipeline.quantized("shift_scaler").graph, pipeline.program("shift_scaler", 3),
                     1);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConsecutiveImages,
                         testing::Range<std::uint64_t>(0, test::draws(kCases)));

}  // namespace
}  // namespace npusim
