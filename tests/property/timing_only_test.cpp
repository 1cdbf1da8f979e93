// SPDX-License-Identifier: Apache-2.0
// Without values a run has the same cycles, stalls and traffic to the last one: every counter of
// every module and every layer, on drawn networks, on the shipped one and on ResNet-18.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "sim/model/simulate.h"
#include "tests/property/networks.h"
#include "tests/support/random_network.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kNetworks = 10;
const std::vector<std::string> kShipped = {"mobilenet.yaml"};
#else
constexpr std::uint64_t kNetworks = 60;
const std::vector<std::string> kShipped = {"mobilenet.yaml", "resnet18_224.yaml"};
#endif

// Values decide it, and nothing else.
constexpr char kOverflows[] = "accumulator_overflows";

void expect_equal_counters(const stats::SimulationResult& with, stats::SimulationResult without) {
  EXPECT_EQ(with.total_cycles, without.total_cycles);
  for (std::size_t u = 0; u < with.units.size(); ++u) {
    EXPECT_EQ(with.units[u].cycles, without.units[u].cycles) << with.units[u].name;
  }
  for (std::size_t l = 0; l < with.layers.size(); ++l) {
    const stats::LayerResult& a = with.layers[l];
    const stats::LayerResult& b = without.layers[l];
    EXPECT_EQ(a.start_cycle, b.start_cycle) << l;
    EXPECT_EQ(a.end_cycle, b.end_cycle) << l;
    EXPECT_EQ(a.cycles, b.cycles) << l;
    EXPECT_EQ(a.span_cycles, b.span_cycles) << l;
    EXPECT_EQ(a.compute_cycles, b.compute_cycles) << l;
    EXPECT_EQ(a.dram_read_bytes, b.dram_read_bytes) << l;
    EXPECT_EQ(a.dram_write_bytes, b.dram_write_bytes) << l;
  }
  const auto others = without.statistics.flatten();
  const auto counters = with.statistics.flatten();
  EXPECT_EQ(counters.size(), others.size());
  EXPECT_GT(counters.size(), 30U);
  for (const auto& [name, counter] : counters) {
    if (name.find(kOverflows) != std::string::npos) continue;
    ASSERT_EQ(others.count(name), 1U) << name;
    EXPECT_EQ(counter.value, others.at(name).value) << name;
  }
}

void expect_the_same_without_values(const isa::Program& program) {
  std::vector<std::vector<std::int8_t>> inputs;
  for (const std::uint32_t input : program.inputs) {
    inputs.emplace_back(static_cast<std::size_t>(program.tensors[input].elements()),
                        std::int8_t{3});
  }
  model::SimulationOptions timing_only;
  timing_only.timing_only = true;
  const stats::SimulationResult without = model::simulate(program, {}, timing_only);
  EXPECT_TRUE(without.outputs.empty());
  expect_equal_counters(model::simulate(program, inputs), without);
}

TEST(TimingOnly, DrawnNetworksHaveTheSameCounters) {
  const std::uint64_t networks = test::draws(kNetworks);
  for (std::uint64_t seed = 0; seed < networks; ++seed) {
    SCOPED_TRACE(seed);
    expect_the_same_without_values(test::drawn_program(seed));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(TimingOnly, ShippedNetworksHaveTheSameCounters) {
  for (const std::string& file : kShipped) {
    const graph::QuantizedGraph network = test::with_drawn_parameters(test::shipped_network(file));
    for (const char* machine : {"npu_32x32.yaml", "npu_16x16_edge.yaml"}) {
      SCOPED_TRACE(file + " on " + machine);
      expect_the_same_without_values(
          compile::compile(network, test::shipped_hardware(machine), {}));
    }
  }
}

}  // namespace
}  // namespace npusim
