// SPDX-License-Identifier: Apache-2.0
// What instructions do, counted by hand on a 4 x 4 array.
#include "sim/energy/work.h"

#include <gtest/gtest.h>

#include <utility>

namespace npusim::energy {
namespace {

isa::Program program_of(std::vector<isa::Instruction> instructions) {
  isa::Program program;
  program.hardware.mac_array.rows = 4;
  program.hardware.mac_array.columns = 4;
  program.hardware.feeder.line_buffer_bytes = 1024;
  program.layers.resize(1);
  program.instructions = std::move(instructions);
  program.origins.resize(program.instructions.size());
  return program;
}

Work work_of_one(std::vector<isa::Instruction> instructions) {
  return work_of(program_of(std::move(instructions))).at(0);
}

isa::Instruction preload(const isa::Preload& p) { return {isa::Opcode::preload, 0, 0, p}; }
isa::Instruction matmul(const isa::Matmul& m) { return {isa::Opcode::matmul, 0, 0, m}; }

TEST(Work, TransfersCountWhereTheyEnd) {
  isa::Dma d;
  d.bytes = 6;
  d.count1 = 2;
  d.count2 = 3;
  const Work work = work_of_one({{isa::Opcode::load_activations, 0, 0, d},
                                 {isa::Opcode::store_activations, 0, 0, d},
                                 {isa::Opcode::load_weights, 0, 0, d}});
  EXPECT_EQ(work.activation_scratchpad_bytes, 2 * 36);
  EXPECT_EQ(work.weight_scratchpad_bytes, 36);
  EXPECT_EQ(work.instruction_bytes, 3 * 64);
}

// Bursts end where the DRAM's do: 20 bytes from 60 to 2 are 4 to byte 2 and 16 to byte 6.
TEST(Work, WordsWrittenInPartAreReadFirst) {
  isa::Dma d;
  d.dram_address = 60;
  d.local_address = 2;
  d.bytes = 20;
  d.count1 = 2;
  d.dram_stride1 = 64;
  d.local_stride1 = 64;
  isa::Program program = program_of({{isa::Opcode::load_activations, 0, 0, d},
                                     {isa::Opcode::store_activations, 0, 0, d},
                                     {isa::Opcode::load_weights, 0, 0, d}});
  EXPECT_EQ(work_of(program).at(0).activation_bytes_read_to_write, 0);
  program.hardware.activation_scratchpad.protection = config::Protection::parity;
  program.hardware.weight_scratchpad.protection = config::Protection::secded;
  program.hardware.weight_scratchpad.protected_word_bits = 32;
  const Work work = work_of(program).at(0);
  EXPECT_EQ(work.activation_bytes_read_to_write, 2 * (1 + 2) * 8);  // byte 6 is in word 0 as well
  EXPECT_EQ(work.weight_bytes_read_to_write, 2 * (2 + 2) * 4);
  EXPECT_EQ(work.activation_scratchpad_bytes, 2 * 40);
}

TEST(Work, ResultsAreWrittenInPiecesOfTheLanes) {
  isa::Elementwise e;
  e.pixels = 3;
  e.channels = 12;
  e.out_pixel_stride_bytes = 16;
  isa::Program program = program_of({{isa::Opcode::elementwise, 0, 0, e}});
  program.hardware.activation_scratchpad.protection = config::Protection::secded;
  program.hardware.vector_unit.lanes = 8;
  EXPECT_EQ(work_of(program).at(0).activation_bytes_read_to_write, 3 * 8);  // of the last 4
  program.hardware.vector_unit.lanes = 6;
  EXPECT_EQ(work_of(program).at(0).activation_bytes_read_to_write, 3 * (1 + 2) * 8);
}

// Two pixels, six input channels (folds of 4 and 2), three output channels.
TEST(Work, WeightStationarySumsPassThroughTheAccumulators) {
  isa::Preload p;
  p.k_end = 6;
  p.columns = 3;
  p.load_bias = true;
  isa::Matmul m;
  m.start_from_bias = true;
  m.pixels = 2;
  m.out_width = 2;
  m.in_width = 2;
  m.k_end = 6;
  m.columns = 3;
  m.channels = 6;
  Work work = work_of_one({preload(p), matmul(m)});
  EXPECT_EQ(work.macs[8], 2 * 3 * 6);
  EXPECT_EQ(work.loaded_weight_bits, 6 * 3 * 8);
  EXPECT_EQ(work.weight_scratchpad_bytes, 6 * 3 + 3 * 4);
  EXPECT_EQ(work.accumulator_accesses, 6 * 3);  // out, back, out: the first fold begins at the bias
  EXPECT_EQ(work.activation_scratchpad_bytes, 2 * 6);
  m.start_from_bias = false;
  p.weight_bits = 3;  // three of them lie in two bytes
  work = work_of_one({preload(p), matmul(m)});
  EXPECT_EQ(work.accumulator_accesses, 6 * 4);
  EXPECT_EQ(work.macs[3], 36);
  EXPECT_EQ(work.weight_scratchpad_bytes, 6 * 2 + 3 * 4);
}

// 3 x 3, padding 1, over 3 x 4 pixels of two channels: nine taps in folds of 4, 4 and 1.
isa::Matmul depthwise() {
  isa::Matmul m;
  m.mode = isa::ArrayMode::depthwise;
  m.start_from_bias = true;
  m.pixels = 12;
  m.out_width = 4;
  m.k_end = 9;
  m.columns = 2;
  m.channels = 2;
  m.in_height = 3;
  m.in_width = 4;
  m.kernel_h = 3;
  m.kernel_w = 3;
  m.pad_top = 1;
  m.pad_left = 1;
  return m;
}

TEST(Work, DepthwiseFetchesWhatTheLineBufferDoesNotHold) {
  isa::Preload p;
  p.k_end = 9;
  p.columns = 2;
  // Taps: of three kernel rows 2, 3 and 2 lines are real, of three columns 3, 4 and 3 pixels.
  constexpr std::int64_t kReal = 7 * 10 * 2;
  // Pixels by line: 3 + 4 + 4, 8 + 4 + 0 and 3 + 3 + 0; with nothing held 3 + 7 + 7, 8 + 8 + 4, 6.
  const Work work = work_of_one({preload(p), matmul(depthwise())});
  EXPECT_EQ(work.macs[8], 12 * 9 * 2);
  EXPECT_EQ(work.activation_scratchpad_bytes, (11 + 12 + 6) * 2);
  EXPECT_EQ(work.line_buffer_bytes, (11 + 12 + 6) * 2 + kReal);
  EXPECT_EQ(work.accumulator_accesses, 24 * 5);
  isa::Program program = program_of({preload(p), matmul(depthwise())});
  program.hardware.feeder.line_buffer_bytes = 47;  // 3 x 4 x 4 columns are 48
  EXPECT_EQ(work_of(program)[0].activation_scratchpad_bytes, (17 + 20 + 6) * 2);
}

TEST(Work, PaddingIsNotRead) {
  isa::Preload p;
  p.k_end = 18;
  p.columns = 1;
  isa::Matmul m = depthwise();
  m.mode = isa::ArrayMode::weight_stationary;
  m.k_end = 18;
  m.columns = 1;
  EXPECT_EQ(work_of_one({preload(p), matmul(m)}).activation_scratchpad_bytes, 70 * 2);
  m.first_pixel = 4;  // the middle line alone: columns 3, 4 and 3 in each kernel row
  m.pixels = 4;
  EXPECT_EQ(work_of_one({preload(p), matmul(m)}).activation_scratchpad_bytes, 3 * 10 * 2);
}

// Six pixels are two tiles; eight channels, two columns of 4-bit weights.
TEST(Work, OutputStationaryLoadsWeightsForEveryTile) {
  isa::Preload p;
  p.k_end = 8;
  p.columns = 2;
  p.weight_bits = 4;
  p.pixels = 6;
  p.load_bias = true;
  isa::Matmul m;
  m.mode = isa::ArrayMode::output_stationary;
  m.start_from_bias = true;
  m.pixels = 6;
  m.out_width = 6;
  m.in_width = 6;
  m.k_end = 8;
  m.columns = 2;
  m.channels = 8;
  const Work work = work_of_one({preload(p), matmul(m)});
  EXPECT_EQ(work.macs[4], 6 * 8 * 2);
  EXPECT_EQ(work.weight_scratchpad_bytes, 2 * 8 * 1 + 2 * 4);
  EXPECT_EQ(work.loaded_weight_bits, 2 * 8 * 2 * 4);
  EXPECT_EQ(work.accumulator_accesses, 12);
  EXPECT_EQ(work.activation_scratchpad_bytes, 6 * 8);
}

TEST(Work, RequantizationReadsItsParameters) {
  isa::Requantize r;
  r.pixels = 2;
  r.columns = 3;
  r.field_bits = 4;
  Work work = work_of_one({{isa::Opcode::requantize, 0, 0, r}});
  EXPECT_EQ(work.requantizations, 6);
  EXPECT_EQ(work.accumulator_accesses, 6);
  EXPECT_EQ(work.activation_scratchpad_bytes, 6);
  EXPECT_EQ(work.weight_scratchpad_bytes, 5 + 2);
  r.per_channel = true;
  r.channel_clamps = true;
  r.field_bits = 0;
  work = work_of_one({{isa::Opcode::requantize, 0, 0, r}});
  EXPECT_EQ(work.weight_scratchpad_bytes, 3 * 5 + 3 * 2);
}

// Windows of 2 x 2 over 3 x 3 pixels of three channels hold 4, 2, 2 and 1 cells.
TEST(Work, PoolingCountsRealCells) {
  isa::Pool p;
  p.in_height = 3;
  p.in_width = 3;
  p.channels = 3;
  p.kernel_h = 2;
  p.kernel_w = 2;
  p.stride_h = 2;
  p.stride_w = 2;
  p.out_width = 2;
  p.pixels = 4;
  Work work = work_of_one({{isa::Opcode::pool, 0, 0, p}});
  EXPECT_EQ(work.comparisons, 27);
  EXPECT_EQ(work.activation_scratchpad_bytes, 27 + 12);
  EXPECT_EQ(work.weight_scratchpad_bytes, 0);
  p.operation = isa::PoolOperation::average;
  work = work_of_one({{isa::Opcode::pool, 0, 0, p}});
  EXPECT_EQ(work.comparisons, 0);
  EXPECT_EQ(work.cell_additions, 27);
  EXPECT_EQ(work.averages, 12);
  EXPECT_EQ(work.weight_scratchpad_bytes, 1 + 3 * 7);
}

TEST(Work, ElementwiseReadsItsOperands) {
  using Operation = isa::ElementwiseOperation;
  const auto work_for = [](Operation operation, bool broadcast) {
    isa::Elementwise e;
    e.operation = operation;
    e.broadcast_b = broadcast;
    e.pixels = 5;
    e.channels = 2;
    return work_of_one({{isa::Opcode::elementwise, 0, 0, e}});
  };
  EXPECT_EQ(work_for(Operation::add, false).additions, 10);
  EXPECT_EQ(work_for(Operation::add, false).activation_scratchpad_bytes, 30);
  EXPECT_EQ(work_for(Operation::add, false).weight_scratchpad_bytes, 9);
  EXPECT_EQ(work_for(Operation::mul, true).multiplications, 10);
  EXPECT_EQ(work_for(Operation::mul, true).activation_scratchpad_bytes, 22);
  EXPECT_EQ(work_for(Operation::rescale, false).rescalings, 10);
  EXPECT_EQ(work_for(Operation::rescale, false).activation_scratchpad_bytes, 20);
  EXPECT_EQ(work_for(Operation::lookup, false).lookups, 10);
  EXPECT_EQ(work_for(Operation::lookup, false).weight_scratchpad_bytes, 256);
}

}  // namespace
}  // namespace npusim::energy
