// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/micro_ops.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace npusim::stats {
namespace {

using Fields = decltype(isa::Instruction::fields);

isa::Program program_of(const std::vector<std::pair<isa::Opcode, Fields>>& list) {
  isa::Program program;
  program.hardware.mac_array.rows = 8;
  program.hardware.mac_array.columns = 8;
  program.hardware.activation_scratchpad.banks = 2;
  program.hardware.activation_scratchpad.bank_word_bytes = 8;
  program.hardware.requantization.lanes = 8;
  program.hardware.vector_unit.lanes = 8;
  program.hardware.command_processor.fetch_bytes = 256;
  program.hardware.clock_hz = 1'000'000'000;
  program.hardware.dram.bandwidth_bytes_per_second = 12'800'000'000;
  program.hardware.dma.burst_bytes = 64;  // 5 cycles
  for (const auto& [opcode, fields] : list) program.instructions.push_back({opcode, 0, 0, fields});
  program.instructions.push_back({isa::Opcode::end, 0, 0, isa::End{}});
  return program;
}

TEST(MicroOps, FoldsOfTheArrayAndTilesOfTheLoader) {
  isa::Matmul m;
  m.pixels = 20;
  m.k_begin = 3;
  m.k_end = 20;  // 17 k are 3 folds of 8 rows at most
  isa::Preload p;
  p.k_begin = 3;
  p.k_end = 20;
  MicroOps ops = micro_ops(program_of({{isa::Opcode::preload, p}, {isa::Opcode::matmul, m}}));
  EXPECT_EQ(ops.array_folds, 3);
  EXPECT_EQ(ops.weight_tiles, 3);
  EXPECT_EQ(ops.fetch_blocks, 1);  // 3 instructions of 64 bytes
  EXPECT_EQ(ops.issues, 3);
  EXPECT_EQ(ops.total(), 10);

  // Output stationary: the folds pass for each of 3 tiles of 8 pixels at most.
  m.mode = isa::ArrayMode::output_stationary;
  p.pixels = 20;
  ops = micro_ops(program_of({{isa::Opcode::preload, p}, {isa::Opcode::matmul, m}}));
  EXPECT_EQ(ops.array_folds, 9);
  EXPECT_EQ(ops.weight_tiles, 9);
}

TEST(MicroOps, RowsOfTransfersAndBlocksOfTheStream) {
  isa::Dma rows;
  rows.bytes = 32;
  rows.count1 = 7;
  rows.count2 = 5;
  const isa::Dma run;
  isa::Requantize requantize;
  requantize.pixels = requantize.columns = 8;
  const MicroOps ops = micro_ops(program_of({{isa::Opcode::load_activations, rows},
                                             {isa::Opcode::load_weights, run},
                                             {isa::Opcode::store_activations, rows},
                                             {isa::Opcode::requantize, requantize},
                                             {isa::Opcode::pool, isa::Pool{}},
                                             {isa::Opcode::elementwise, isa::Elementwise{}},
                                             {isa::Opcode::elementwise, isa::Elementwise{}}}));
  EXPECT_EQ(ops.dma_rows, 35 + 1 + 35);
  EXPECT_EQ(ops.requantizations, 1);
  EXPECT_EQ(ops.vector_instructions, 3);
  EXPECT_EQ(ops.fetch_blocks, 2);  // 8 instructions
  EXPECT_EQ(ops.array_folds + ops.weight_tiles, 0);
  EXPECT_EQ(ops.issues, 8);
  EXPECT_EQ(ops.total(), 71 + 1 + 3 + 2 + 8);
}

TEST(MicroOps, LongOnesCountAsSeveral) {
  isa::Matmul m;
  m.k_end = 16;  // 2 folds
  for (const auto& [pixels, folds] : {std::pair{256, 2}, {257, 4}, {513, 6}}) {
    m.pixels = static_cast<std::uint16_t>(pixels);
    EXPECT_EQ(micro_ops(program_of({{isa::Opcode::matmul, m}})).array_folds, folds) << pixels;
  }
  isa::Dma run;
  for (const auto& [bytes, rows] : {std::pair{51 * 64, 1}, {51 * 64 + 1, 2}, {103 * 64, 3}}) {
    run.bytes = static_cast<std::uint32_t>(bytes);
    EXPECT_EQ(micro_ops(program_of({{isa::Opcode::load_weights, run}})).dma_rows, rows) << bytes;
  }
  isa::Elementwise add;
  add.pixels = 1000;
  add.channels = 64;
  EXPECT_GT(micro_ops(program_of({{isa::Opcode::elementwise, add}})).vector_instructions, 4);
}

TEST(MicroOps, ACountOfManyRowsDoesNotOverflow) {
  isa::Dma rows;
  rows.count1 = rows.count2 = 0x10000;
  EXPECT_EQ(micro_ops(program_of({{isa::Opcode::load_weights, rows}})).dma_rows,
            std::int64_t{1} << 32);
}

}  // namespace
}  // namespace npusim::stats
