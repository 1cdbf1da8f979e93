// SPDX-License-Identifier: Apache-2.0
// What docs/timing-model.md promises of every run, on drawn networks, each on machines whose timing
// is drawn too: bounds, shares that add up, and no dependence on the order in which the kernel runs
// units.
#include <gtest/gtest.h>

#include <random>

#include "frontend/compile/compile.h"
#include "frontend/graph/verify.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "sim/model/simulate.h"
#include "sim/stats/bounds.h"
#include "tests/support/random_network.h"

namespace npusim {
namespace {

constexpr std::uint64_t kNetworks = 40;
constexpr int kMachines = 6;

isa::Program compile_drawn(std::uint64_t seed) {
  const graph::Graph network = test::random_network(seed);
  graph::verify(network);
  const std::int64_t elements = network.nodes[0].shape.elements();
  const auto calibrator = quantize::make_calibrator("min_max");
  const quantize::Calibration calibration = quantize::calibrate(
      network,
      [&](std::int64_t image) {
        return test::random_input(seed + static_cast<std::uint64_t>(image), elements);
      },
      2, *calibrator, 1);
  const graph::QuantizedGraph quantized =
      quantize::quantize_graph(network, calibration, {}, {}).graph;
  for (std::int64_t scale = 1;; scale *= 2) {
    config::HardwareConfig hardware = test::random_hardware(seed, scale);
    hardware.requantization.multiplier_bits = 31;  // what the network was quantized for
    hardware.requantization.placement = config::ShifterPlacement::fused;
    try {
      return compile::compile(quantized, hardware, {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

// Draws everything that only timing depends on.
void draw_timing(config::HardwareConfig& h, std::mt19937& random) {
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  h.clock_hz = draw(1, 20) * 100'000'000;
  h.command_processor.fetch_bytes = 64 * draw(1, 8);
  for (std::int64_t* depth :
       {&h.queue_depths.dma_in, &h.queue_depths.dma_weights, &h.queue_depths.dma_out,
        &h.queue_depths.weight_loader, &h.queue_depths.mac_array, &h.queue_depths.requantization,
        &h.queue_depths.vector}) {
    *depth = draw(1, 8);
  }
  h.dma.burst_bytes = std::int64_t{16} << draw(0, 4);
  h.dma.outstanding_requests = draw(1, 20);
  h.dram.bandwidth_bytes_per_second = draw(1, 300) * 100'000'000;
  h.dram.read_latency_ns = draw(0, 3) == 0 ? 0 : draw(0, 200);
  h.dram.write_latency_ns = draw(0, 3) == 0 ? 0 : draw(0, 100);
  h.activation_scratchpad.banks = draw(1, 16);
  h.activation_scratchpad.ports = draw(1, 3);
  h.weight_scratchpad.ports = draw(1, 2);
  h.feeder.bytes_per_cycle = draw(1, 64);
  h.feeder.line_buffer_bytes = draw(0, 1) * 65536;
  h.mac_array.overlap_weight_load = draw(0, 2) != 0;
  h.requantization.lanes = draw(1, 40);
  h.requantization.pipeline_depth_cycles = draw(0, 9);
  h.vector_unit.lanes = draw(1, 40);
  h.vector_unit.pipeline_depth_cycles = draw(0, 9);
}

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
  isa::Program program = compile_drawn(GetParam());
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
    draw_timing(program.hardware, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DrawnTiming, testing::Range<std::uint64_t>(0, kNetworks));

}  // namespace
}  // namespace npusim
