// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/accesses.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "sim/isa/windows.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::functional {
namespace {

using isa::Space;
using ByteSet = std::set<std::uint64_t>;

struct Touched {
  std::map<Space, ByteSet> read, written;
};

Touched touched_by(
    const isa::Instruction& instruction,
    const std::vector<std::uint8_t>& weight_scratchpad = std::vector<std::uint8_t>(64)) {
  std::vector<Access> accesses;
  append_accesses(instruction, test::small_hardware(), weight_scratchpad.data(), accesses);
  Touched touched;
  for (const Access& access : accesses) {
    const isa::Region& r = access.region;
    EXPECT_FALSE(r.empty());
    for (std::uint64_t j = 0; j < r.count2; ++j) {
      for (std::uint64_t i = 0; i < r.count1; ++i) {
        for (std::uint64_t b = 0; b < r.bytes; ++b) {
          (access.write ? touched.written : touched.read)[access.space].insert(
              r.address + i * r.stride1 + j * r.stride2 + b);
        }
      }
    }
  }
  return touched;
}

/// The bytes that the taps of a MATMUL really read.
ByteSet tap_bytes(const isa::Matmul& f) {
  ByteSet bytes;
  for (std::int64_t i = 0; i < f.pixels; ++i) {
    for (std::int64_t k = f.k_begin; k < f.k_end; ++k) {
      const isa::Tap tap = isa::tap_of(f, k);
      const isa::Pixel cell = isa::input_pixel(f, isa::output_pixel(f, i), tap);
      if (!isa::is_real(f, cell)) continue;
      const std::int64_t pixel =
          f.in_address + cell.row * f.row_stride_bytes + cell.column * f.pixel_stride_bytes;
      if (f.mode == isa::ArrayMode::weight_stationary) {
        bytes.insert(static_cast<std::uint64_t>(pixel + tap.channel));
      } else {
        for (std::int64_t c = 0; c < f.columns; ++c) {
          bytes.insert(static_cast<std::uint64_t>(pixel + c));
        }
      }
    }
  }
  return bytes;
}

isa::Matmul random_matmul(std::mt19937& random) {
  const auto draw = [&](unsigned least, unsigned greatest) {
    return static_cast<std::uint8_t>(least + random() % (greatest - least + 1));
  };
  isa::Matmul f;
  f.mode = static_cast<isa::ArrayMode>(random() % 2);
  f.columns = draw(1, 4);
  f.channels = f.mode == isa::ArrayMode::depthwise ? f.columns : draw(1, 4);
  f.pixels = draw(1, 16);
  f.first_pixel = draw(0, 20);
  f.out_width = draw(1, 6);
  f.in_address = draw(0, 9);
  f.in_height = draw(1, 6);
  f.in_width = draw(1, 6);
  f.pixel_stride_bytes = f.channels + draw(0, 2);
  f.row_stride_bytes = f.in_width * f.pixel_stride_bytes + draw(0, 3);
  f.kernel_h = draw(1, 3);
  f.kernel_w = draw(1, 3);
  f.stride_h = draw(1, 3);
  f.stride_w = draw(1, 3);
  f.dilation_h = draw(1, 2);
  f.dilation_w = draw(1, 2);
  f.pad_top = static_cast<std::int8_t>(draw(0, 4) - 2);
  f.pad_left = static_cast<std::int8_t>(draw(0, 4) - 2);
  const std::uint32_t channels = f.mode == isa::ArrayMode::depthwise ? 1 : f.channels;
  const std::uint32_t all = f.kernel_h * f.kernel_w * channels;
  f.k_begin = static_cast<std::uint32_t>(random() % all);
  f.k_end = f.k_begin + 1 + static_cast<std::uint32_t>(random() % (all - f.k_begin));
  return f;
}

TEST(AccessesTest, AMatmulsReadsHoldItsTapsAndStayInTheirRowsAndColumns) {
  std::mt19937 random(8);
  std::size_t exact = 0, all = 0;
  for (int i = 0; i < 5000; ++i) {
    const isa::Matmul f = random_matmul(random);
    const Touched touched = touched_by({isa::Opcode::matmul, 0, 0, f});
    const auto found = touched.read.find(Space::activation_scratchpad);
    const ByteSet read = found == touched.read.end() ? ByteSet() : found->second;
    const ByteSet taps = tap_bytes(f);
    ASSERT_TRUE(std::includes(read.begin(), read.end(), taps.begin(), taps.end())) << i;
    for (const std::uint64_t byte : read) {
      const std::uint64_t offset = byte - f.in_address;
      ASSERT_LT(offset / f.row_stride_bytes, f.in_height);
      ASSERT_LT(offset % f.row_stride_bytes / f.pixel_stride_bytes, f.in_width);
      ASSERT_LT(offset % f.row_stride_bytes % f.pixel_stride_bytes, f.channels);
    }
    exact += read == taps ? 1U : 0U;
    all += read.empty() ? 0U : 1U;
  }
  EXPECT_GT(exact * 3, all);  // columns between strided taps are the only surplus
}

TEST(AccessesTest, APointwiseMatmulReadsExactlyItsPixelsAndChannels) {
  isa::Matmul f;
  f.pixels = 5;
  f.first_pixel = 3;
  f.out_width = 4;
  f.in_height = 4;
  f.in_width = 4;
  f.channels = 12;
  f.pixel_stride_bytes = 12;
  f.row_stride_bytes = 48;
  f.k_begin = 4;
  f.k_end = 8;
  f.columns = 4;
  f.acc_row = 2;
  const Touched touched = touched_by({isa::Opcode::matmul, 0, 0, f});
  EXPECT_EQ(touched.read.at(Space::activation_scratchpad), tap_bytes(f));
  EXPECT_EQ(touched.read.at(Space::activation_scratchpad).size(), 20U);
  EXPECT_EQ(touched.written.at(Space::accumulators).size(), 20U);
  EXPECT_EQ(*touched.written.at(Space::accumulators).begin(), 8U);
  EXPECT_EQ(touched.read.at(Space::accumulators), touched.written.at(Space::accumulators));
  f.start_from_bias = true;
  EXPECT_EQ(touched_by({isa::Opcode::matmul, 0, 0, f}).read.count(Space::accumulators), 0U);
}

TEST(AccessesTest, APoolReadsItsWindowsAndItsRecord) {
  isa::Pool f;
  f.operation = isa::PoolOperation::average;
  f.in_height = 5;
  f.in_width = 5;
  f.channels = 2;
  f.pixel_stride_bytes = 2;
  f.row_stride_bytes = 10;
  f.kernel_h = f.kernel_w = 2;
  f.out_width = 4;
  f.first_pixel = 4;  // the second output row: input rows 1 and 2
  f.pixels = 3;       // input columns 0 to 3
  f.out_address = 100;
  f.out_pixel_stride_bytes = 2;
  f.record_address = 9;
  std::vector<std::uint8_t> memory(64);
  memory[9] = 3;
  const Touched touched = touched_by({isa::Opcode::pool, 0, 0, f}, memory);
  ByteSet expected;
  for (const std::uint64_t row : {std::uint64_t{1}, std::uint64_t{2}}) {
    for (std::uint64_t b = 0; b < 8; ++b) expected.insert(row * 10 + b);
  }
  EXPECT_EQ(touched.read.at(Space::activation_scratchpad), expected);
  EXPECT_EQ(touched.read.at(Space::weight_scratchpad).size(), 1U + 3 * 7);
  EXPECT_EQ(touched.written.at(Space::activation_scratchpad).size(), 6U);
}

TEST(AccessesTest, TheOtherOpcodes) {
  const isa::Program program = test::pipeline_program(1);
  const Touched load = touched_by(program.instructions[0]);
  EXPECT_EQ(load.read.at(Space::dram).size(), 64U);
  EXPECT_EQ(load.written.at(Space::activation_scratchpad).size(), 64U);
  const Touched weights = touched_by(program.instructions[1]);
  EXPECT_EQ(weights.written.at(Space::weight_scratchpad).size(), 48U);
  const Touched preload = touched_by(program.instructions[3]);
  EXPECT_EQ(preload.read.at(Space::weight_scratchpad),
            weights.written.at(Space::weight_scratchpad));
  const Touched requantize = touched_by(program.instructions[5]);
  EXPECT_EQ(requantize.read.at(Space::accumulators).size(), 32U);
  EXPECT_EQ(requantize.read.at(Space::weight_scratchpad).size(), 7U);
  EXPECT_EQ(requantize.written.at(Space::activation_scratchpad).size(), 32U);
  const Touched rescale = touched_by(program.instructions[6]);
  EXPECT_EQ(rescale.read.at(Space::activation_scratchpad),
            requantize.written.at(Space::activation_scratchpad));
  EXPECT_EQ(rescale.read.at(Space::weight_scratchpad).size(), 5U);
  const Touched store = touched_by(program.instructions[7]);
  EXPECT_EQ(store.read.at(Space::activation_scratchpad),
            rescale.written.at(Space::activation_scratchpad));
  EXPECT_EQ(store.written.at(Space::dram).size(), 32U);
}

}  // namespace
}  // namespace npusim::functional
