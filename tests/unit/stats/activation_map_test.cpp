// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/activation_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace npusim::stats {
namespace {

using testing::ElementsAre;

/// A stream with the cycles of its instructions.
class Stream {
 public:
  Stream() {
    program.hardware.activation_scratchpad.bytes = 1024;
    program.hardware.activation_scratchpad.bank_word_bytes = 16;
    tensor("input", 75, isa::Memory::dram, 0x1000);
  }

  void tensor(const char* name, std::int64_t bytes, isa::Memory memory, std::uint64_t address) {
    isa::TensorInfo info;
    info.name = name;
    info.channels = bytes;
    info.memory = memory;
    info.address = address;
    program.tensors.push_back(info);
  }
  void layer(std::uint32_t output_tensor) {
    isa::LayerInfo info;
    info.output_tensor = output_tensor;
    program.layers.push_back(info);
  }
  template <typename Fields>
  void add(isa::Opcode opcode, Fields fields, isa::InstructionOrigin origin,
           InstructionCycles when) {
    program.instructions.push_back({opcode, 0, 0, fields});
    program.origins.push_back(origin);
    cycles.push_back(when);
  }
  void load(std::uint64_t from, std::uint32_t to, std::uint32_t bytes,
            isa::InstructionOrigin origin, InstructionCycles when) {
    isa::Dma dma;
    dma.dram_address = from;
    dma.local_address = to;
    dma.bytes = bytes;
    add(isa::Opcode::load_activations, dma, origin, when);
  }
  void store(std::uint32_t from, std::uint32_t bytes, isa::InstructionOrigin origin,
             InstructionCycles when) {
    isa::Dma dma;
    dma.local_address = from;
    dma.bytes = bytes;
    add(isa::Opcode::store_activations, dma, origin, when);
  }
  void matmul(std::uint32_t from, std::uint32_t bytes, isa::InstructionOrigin origin,
              InstructionCycles when) {
    isa::Matmul matmul;
    matmul.in_address = from;
    matmul.channels = bytes;
    matmul.pixel_stride_bytes = matmul.row_stride_bytes = bytes;
    add(isa::Opcode::matmul, matmul, origin, when);
  }
  void requantize(std::uint32_t to, std::uint16_t bytes, isa::InstructionOrigin origin,
                  InstructionCycles when) {
    isa::Requantize requantize;
    requantize.out_address = to;
    requantize.pixels = 1;
    requantize.columns = bytes;
    requantize.out_pixel_stride_bytes = bytes;
    add(isa::Opcode::requantize, requantize, origin, when);
  }
  ActivationMap map() {
    add(isa::Opcode::end, isa::End{}, {0xffffffff, 0}, {100, 100});
    return activation_map(program, cycles);
  }

  isa::Program program;
  std::vector<InstructionCycles> cycles;
};

std::vector<std::vector<std::int64_t>> places(const ActivationMap& map) {
  std::vector<std::vector<std::int64_t>> list;
  for (const Allocation& a : map.allocations)
    list.push_back({a.tensor, a.address, a.bytes, a.begin_cycle, a.end_cycle});
  return list;
}

std::vector<std::pair<std::int64_t, std::int64_t>> steps(const ActivationMap& map) {
  std::vector<std::pair<std::int64_t, std::int64_t>> list;
  for (const OccupancyStep& step : map.occupancy) list.emplace_back(step.cycle, step.bytes);
  return list;
}

TEST(ActivationMapTest, ATensorIsHeldFromItsFirstWriteToItsLastRead) {
  Stream stream;
  stream.tensor("a", 32, isa::Memory::activation_scratchpad, 128);
  stream.tensor("out", 32, isa::Memory::dram, 0x2000);
  stream.layer(1);
  stream.layer(2);
  stream.load(0x1000, 0, 75, {0, 0}, {0, 10});
  stream.matmul(0, 75, {0, 0}, {10, 30});
  stream.requantize(128, 32, {0, 0}, {25, 35});
  isa::Pool pool;
  pool.in_address = 128;
  pool.channels = pool.pixel_stride_bytes = pool.row_stride_bytes = 32;
  pool.out_pixel_stride_bytes = 32;
  pool.pixels = 1;
  stream.add(isa::Opcode::pool, pool, {1, 0}, {35, 50});
  stream.store(0, 32, {1, 0}, {45, 60});
  const ActivationMap map = stream.map();
  EXPECT_EQ(map.capacity_bytes, 1024);
  // 75 bytes are five words of 16.
  EXPECT_EQ(places(map), (std::vector<std::vector<std::int64_t>>{
                             {0, 0, 80, 0, 30}, {1, 128, 32, 25, 50}, {2, 0, 32, 35, 60}}));
  EXPECT_TRUE(map.allocations[0].is_loaded);
  EXPECT_FALSE(map.allocations[1].is_loaded);
  EXPECT_EQ(map.allocations[1].layer, 0);
  EXPECT_EQ(map.allocations[1].last_layer, 1);
  using Step = std::pair<std::int64_t, std::int64_t>;
  EXPECT_THAT(steps(map), ElementsAre(Step{0, 80}, Step{25, 112}, Step{30, 32}, Step{35, 64},
                                      Step{50, 32}, Step{60, 0}));
  EXPECT_EQ(map.peak_bytes, 112);
  EXPECT_EQ(map.peak_cycle, 25);
  EXPECT_EQ(map.layer_peak_bytes, 112);
  EXPECT_EQ(map.peak_layer, 0);
}

/// Three tiles of an operand in two places, of a result that stays on chip.
Stream three_tiles() {
  Stream stream;
  stream.tensor("whole", 48, isa::Memory::activation_scratchpad, 512);
  stream.layer(1);
  for (std::uint32_t tile = 0; tile < 3; ++tile) {
    const std::int64_t at = 20 * std::int64_t{tile};
    const std::uint32_t place = tile % 2 * 64;
    stream.load(0x1000 + 25 * tile, place, 40, {0, tile}, {at, at + 10});
    stream.matmul(place, 40, {0, tile}, {at + 10, at + 30});
    stream.requantize(512 + 16 * tile, 16, {0, tile}, {at + 30, at + 35});
  }
  return stream;
}

TEST(ActivationMapTest, TilesThatAreAWholeTensorAreOneAllocation) {
  Stream stream = three_tiles();
  const ActivationMap map = stream.map();
  EXPECT_EQ(places(map),
            (std::vector<std::vector<std::int64_t>>{
                {0, 0, 48, 0, 30}, {0, 64, 48, 20, 50}, {1, 512, 48, 30, 75}, {0, 0, 48, 40, 70}}));
  EXPECT_EQ(map.allocations[2].tiles, 3);
  EXPECT_EQ(map.allocations[3].tile, 2);
  // Both places of the operand and the result.
  EXPECT_EQ(map.layer_peak_bytes, 144);
}

TEST(ActivationMapTest, TilesOfOnePlaceAreJoinedWhereThereAreMany) {
  Stream stream = three_tiles();
  ActivationMap map = stream.map();
  join_tiles(map, 4);
  EXPECT_EQ(map.allocations.size(), 4U);
  join_tiles(map, 3);
  EXPECT_EQ(places(map), (std::vector<std::vector<std::int64_t>>{
                             {0, 0, 48, 0, 70}, {0, 64, 48, 20, 50}, {1, 512, 48, 30, 75}}));
  EXPECT_EQ(map.allocations[0].tiles, 2);
}

TEST(ActivationMapTest, WantsTheCyclesOfEveryInstruction) {
  Stream stream = three_tiles();
  stream.cycles.pop_back();
  stream.cycles.pop_back();
  EXPECT_THROW(stream.map(), base::InternalError);
}

}  // namespace
}  // namespace npusim::stats
