// SPDX-License-Identifier: Apache-2.0
// What docs/timing-model.md promises of every run, on drawn networks, each on machines whose timing
// is drawn too: bounds, shares that add up, and no dependence on the order in which the kernel runs
// units.
#include <gtest/gtest.h>

#include <random>

#include "sim/model/simulate.h"
#include "sim/stats/bounds.h"
#include "tests/support/drawn_programs.h"

namespace npusim {
namespace {

constexpr std::uint64_t kNetworks = 40;
constexpr int kMachines = 6;

void check_result(const isa::Program& program, const stats::SimulationResult& result) {
  const std::vector<stats::LayerBounds> bounds = stats::layer_bounds(program);
  std::int64_t cycles = 0;
  stats::DramResult sums;
  for (std::size_t l = 0; l < bounds.size(); ++l) {
    const stats::LayerResult& layer = result.layers[l];
    EXPECT_GE(layer.span_cycles, bounds[l].compute_bound_cycles) << program.layers[l].name;
    EXPECT_LE(layer.compute_cycles.total(), layer.span_cycles) << program.layers[l].name;
    EXPECT_LE(layer.end_cycle, result.total_cycles);
    cycles += layer.cycles;
    sums.read_bytes += layer.dram_read_bytes;
    sums.write_bytes += layer.dram_write_bytes;
  }
  EXPECT_EQ(cycles, result.total_cycles);
  EXPECT_EQ(sums.read_bytes + program.instructions_bytes(), result.dram.read_bytes);
  EXPECT_EQ(sums.write_bytes, result.dram.write_bytes);
  EXPECT_GE(result.total_cycles, stats::memory_bound_cycles(program));
  EXPECT_GE(result.total_cycles, result.dram.bus_busy_cycles);
  for (const stats::UnitResult& unit : result.units) {
    EXPECT_EQ(unit.cycles.total(), result.total_cycles) << unit.name;
  }
}

class DrawnTiming : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DrawnTiming, KeepsThePromisesOfThePage) {
  isa::Program program = test::drawn_program(GetParam());
  std::mt19937 random(static_cast<std::uint32_t>(GetParam()));
  for (int machine = 0; machine < kMachines; ++machine) {
    model::SimulationOptions options;
    options.timing_only = true;
    const stats::SimulationResult result = model::simulate(program, {}, options);
    check_result(program, result);
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
      options.construction_seed = static_cast<std::uint32_t>(random());
      const stats::SimulationResult other = model::simulate(program, {}, options);
      EXPECT_EQ(other.total_cycles, result.total_cycles);
      for (std::size_t u = 0; u < result.units.size(); ++u) {
        EXPECT_TRUE(other.units[u].cycles == result.units[u].cycles) << result.units[u].name;
      }
      for (std::size_t l = 0; l < result.layers.size(); ++l) {
        EXPECT_EQ(other.layers[l].end_cycle, result.layers[l].end_cycle);
        EXPECT_EQ(other.layers[l].span_cycles, result.layers[l].span_cycles);
      }
    }
    if (HasFailure()) FAIL() << "machine " << machine;
    test::draw_timing(program.hardware, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DrawnTiming, testing::Range<std::uint64_t>(0, kNetworks));

}  // namespace
}  // namespace npusim
