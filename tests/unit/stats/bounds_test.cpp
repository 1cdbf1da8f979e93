// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/bounds.h"

#include <gtest/gtest.h>

namespace npusim::stats {
namespace {

isa::Program program_with(const std::vector<std::pair<std::uint32_t, isa::Instruction>>& list,
                          const std::vector<std::string>& kinds) {
  isa::Program program;
  program.hardware.mac_array.rows = 8;
  program.hardware.mac_array.columns = 4;
  for (const std::string& kind : kinds) {
    isa::LayerInfo layer;
    layer.kind = kind;
    program.layers.push_back(layer);
  }
  for (const auto& [layer, instruction] : list) {
    program.instructions.push_back(instruction);
    program.origins.push_back({layer, 0});
  }
  return program;
}

isa::Instruction matmul(std::uint16_t pixels, std::uint32_t k_end) {
  isa::Matmul m;
  m.pixels = pixels;
  m.k_end = k_end;
  return {isa::Opcode::matmul, 0, 0, m};
}

TEST(Bounds, FoldsOverlapButForTheirLoads) {
  // Folds of 20, 20, 3, 3 rows, R = 8: 20 + 20 + max(3, 8) + 3.
  isa::Program program = program_with({{0, matmul(20, 16)}, {0, matmul(3, 9)}}, {"conv"});
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 20 + 20 + 8 + 3);
  // Without overlap m + 2R + C - 2 = m + 18 from start to start.
  program.hardware.mac_array.overlap_weight_load = false;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 38 + 38 + 21 + 3);
}

// Two registers more on the way from one fold's swap to the next one's.
TEST(Bounds, FoldsWaitForDecodedWeights) {
  isa::Program program = program_with({{0, matmul(20, 16)}, {0, matmul(3, 9)}}, {"conv"});
  program.hardware.weight_scratchpad.protection = config::Protection::secded;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 20 + 20 + 9 + 3);
  program.hardware.activation_scratchpad.protection = config::Protection::secded;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 20 + 20 + 10 + 3);
  program.hardware.mac_array.overlap_weight_load = false;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 40 + 40 + 23 + 3);
  program.hardware.activation_scratchpad.protection = config::Protection::parity;
  program.hardware.weight_scratchpad.protection = config::Protection::parity;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 38 + 38 + 21 + 3);
}

TEST(Bounds, TilesWaitForDecodedOperands) {
  isa::Instruction tiles = matmul(20, 20);  // as below
  std::get<isa::Matmul>(tiles.fields).mode = isa::ArrayMode::output_stationary;
  isa::Program program = program_with({{0, tiles}, {0, tiles}}, {"conv"});
  program.hardware.activation_scratchpad.protection = config::Protection::secded;
  program.hardware.weight_scratchpad.protection = config::Protection::secded;
  // Chunks of 8, 8 and 4: the second starts 8 + 2 behind the first, the third max(8, 4 + 2).
  const std::int64_t tile = 10 + 8 + 4;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * (10 + 8 + 10) + tile);
  program.hardware.mac_array.overlap_drain = false;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * (tile + 18 + 1) + tile);
  program.hardware.mac_array.overlap_weight_load = false;
  const std::int64_t behind = 8 + (12 + 8) + 8 + (12 + 4) + 4;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * (behind + 18 + 2 + 8) + behind);
}

TEST(Bounds, OutputStationaryTilesOverlapTheirDrain) {
  // 20 pixels are tiles of 8, 8 and 4; 20 k are chunks of 8, 8 and 4. The operands of the next
  // tile's first chunk take 8 cycles from the last chunk's swap: 24 from tile to tile.
  isa::Instruction tiles = matmul(20, 20);
  std::get<isa::Matmul>(tiles.fields).mode = isa::ArrayMode::output_stationary;
  isa::Program program = program_with({{0, tiles}, {0, tiles}}, {"conv"});
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * 24 + 20);
  // All sums of a tile are there 2R + C - 2 = 18 cycles behind it.
  program.hardware.mac_array.overlap_drain = false;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * (20 + 18) + 20);
  // Each chunk is loaded 10 cycles behind the one before, or 18 behind the tile.
  program.hardware.mac_array.overlap_weight_load = false;
  const std::int64_t tile = 8 + (10 + 8) + 8 + (10 + 4) + 4;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 5 * (tile + 18 + 8) + tile);
}

TEST(Bounds, AShortReductionWaitsForTheDrainRegisters) {
  isa::Instruction tiles = matmul(20, 3);
  std::get<isa::Matmul>(tiles.fields).mode = isa::ArrayMode::output_stationary;
  const isa::Program program = program_with({{0, tiles}}, {"conv"});
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 2 * 8 + 3);
}

TEST(Bounds, DepthwiseLinesOfGroups) {
  isa::Instruction fold = matmul(17, 2);
  auto& m = std::get<isa::Matmul>(fold.fields);
  m.mode = isa::ArrayMode::depthwise;
  m.out_width = 7;
  m.first_pixel = 5;
  m.column_pixels = 3;
  // Lines of 2, 7, 7 and 1 pixels.
  const isa::Program program = program_with({{0, fold}, {0, fold}}, {"depthwise_conv"});
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 8 + 8);
}

TEST(Bounds, LayersDoNotMix) {
  const isa::Program program = program_with(
      {{0, matmul(20, 16)}, {1, matmul(3, 8)}, {0, matmul(5, 8)}}, {"conv", "depthwise_conv"});
  const std::vector<LayerBounds> bounds = layer_bounds(program);
  EXPECT_EQ(bounds[0].compute_bound_cycles, 20 + 20 + 5);
  EXPECT_EQ(bounds[1].compute_bound_cycles, 3);
}

TEST(Bounds, VectorLayersSumTheirStreamsAndPipelines) {
  isa::Pool pool;  // 4 cells + result for each of 2 pixels
  pool.kernel_h = pool.kernel_w = 2;
  pool.in_height = pool.in_width = 3;
  pool.out_width = 2;
  pool.pixels = 2;
  isa::Program program = program_with({{0, {isa::Opcode::pool, 0, 0, pool}},
                                       {0, {isa::Opcode::pool, 0, 0, pool}},
                                       {0, matmul(9, 9)}},
                                      {"pool"});
  program.hardware.vector_unit.pipeline_depth_cycles = 4;
  EXPECT_EQ(layer_bounds(program)[0].compute_bound_cycles, 2 * (10 + 4));
}

TEST(Bounds, DramBytesByDirection) {
  isa::Dma dma;
  dma.bytes = 10;
  dma.count1 = 3;
  dma.count2 = 2;
  isa::Program program = program_with({{0, {isa::Opcode::load_activations, 0, 0, dma}},
                                       {0, {isa::Opcode::load_weights, 0, 0, dma}},
                                       {1, {isa::Opcode::store_activations, 0, 0, dma}}},
                                      {"conv", "conv"});
  program.hardware.clock_hz = 1'000'000'000;
  program.hardware.dram.bandwidth_bytes_per_second = 7'000'000'000;
  const std::vector<LayerBounds> bounds = layer_bounds(program);
  EXPECT_EQ(bounds[0].dram_read_bytes, 120);
  EXPECT_EQ(bounds[0].dram_write_bytes, 0);
  EXPECT_EQ(bounds[1].dram_write_bytes, 60);
  EXPECT_EQ(bounds[0].memory_bound_cycles, 18);  // 120 / 7 = 17.1
  EXPECT_EQ(bounds[1].memory_bound_cycles, 9);
  EXPECT_EQ(memory_bound_cycles(program), (180 + 3 * 64 + 6) / 7);
}

TEST(Bounds, LargeTrafficDoesNotOverflow) {
  config::HardwareConfig h;
  h.clock_hz = 10'000'000'000;
  h.dram.bandwidth_bytes_per_second = 1'000'000;
  EXPECT_EQ(memory_bound_cycles(std::int64_t{1} << 40, h), (std::int64_t{1} << 40) * 10'000);
}

TEST(Bounds, KindsOfTheArray) {
  isa::LayerInfo layer;
  for (const char* kind : {"conv", "depthwise_conv", "gemm"}) {
    layer.kind = kind;
    EXPECT_TRUE(runs_on_array(layer)) << kind;
  }
  for (const char* kind : {"add", "mul", "pool", "lookup", "concat"}) {
    layer.kind = kind;
    EXPECT_FALSE(runs_on_array(layer)) << kind;
  }
}

}  // namespace
}  // namespace npusim::stats
