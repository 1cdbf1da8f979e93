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
  program.hardware.command_processor.fetch_bytes = 256;
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
  EXPECT_EQ(ops.total(), 7);

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
  const MicroOps ops = micro_ops(program_of({{isa::Opcode::load_activations, rows},
                                             {isa::Opcode::load_weights, run},
                                             {isa::Opcode::store_activations, rows},
                                             {isa::Opcode::requantize, isa::Requantize{}},
                                             {isa::Opcode::pool, isa::Pool{}},
                                             {isa::Opcode::elementwise, isa::Elementwise{}},
                                             {isa::Opcode::elementwise, isa::Elementwise{}}}));
  EXPECT_EQ(ops.dma_rows, 35 + 1 + 35);
  EXPECT_EQ(ops.requantizations, 1);
  EXPECT_EQ(ops.vector_instructions, 3);
  EXPECT_EQ(ops.fetch_blocks, 2);  // 8 instructions
  EXPECT_EQ(ops.array_folds + ops.weight_tiles, 0);
  EXPECT_EQ(ops.total(), 71 + 1 + 3 + 2);
}

TEST(MicroOps, ACountOfManyRowsDoesNotOverflow) {
  isa::Dma rows;
  rows.count1 = rows.count2 = 0x10000;
  EXPECT_EQ(micro_ops(program_of({{isa::Opcode::load_weights, rows}})).dma_rows,
            std::int64_t{1} << 32);
}

}  // namespace
}  // namespace npusim::stats
