// SPDX-License-Identifier: Apache-2.0
// Every opcode on memories filled with drawn values, against sums written out here once more.
#include "sim/functional/execute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "sim/base/errors.h"
#include "sim/isa/records.h"
#include "tests/unit/isa/sample_programs.h"

namespace npusim::functional {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

using isa::Opcode;

class ExecuteTest : public testing::Test {
 protected:
  ExecuteTest() : state_(empty_program()) {
    std::mt19937 random(7);
    for (std::size_t i = 0; i < state_.activations.size(); ++i) {
      state_.activations[i] = static_cast<std::int8_t>(random());
      state_.weights[i] = static_cast<std::uint8_t>(random());
    }
  }

  isa::Program empty_program() {
    isa::Program program;
    program.hardware = test::small_hardware();
    hardware_ = program.hardware;
    return program;
  }
  template <typename Fields>
  void run(Opcode opcode, const Fields& fields) {
    execute({opcode, 0, 0, fields}, hardware_, state_);
  }
  std::int8_t weight(std::size_t address) const {
    return static_cast<std::int8_t>(state_.weights[address]);
  }
  std::int32_t& acc(std::size_t row, std::size_t column) {
    return state_.accumulators[row * 4 + column];
  }
  void put_parameters(std::size_t address, const std::vector<std::uint8_t>& bytes) {
    std::copy(bytes.begin(), bytes.end(), state_.weights.data() + address);
  }

  config::HardwareConfig hardware_;
  MachineState state_;
};

TEST_F(ExecuteTest, ConvolutionWithEverythingOdd) {
  // 5 x 6 x 3 codes, rows 24 apart, pixels 4 apart; kernel 3 x 2, stride 2 x 1, dilation 1 x 3,
  // pads 1 and 2; k from 2 to 17: folds of 4, 4, 4, 3; output pixels 3 to 7 of a region 4 wide.
  isa::Preload preload;
  preload.weights_address = 100;
  preload.bias_address = 300;
  preload.k_begin = 2;
  preload.k_end = 17;
  preload.columns = 3;
  preload.weight_zero_point = -3;
  preload.load_bias = true;
  put_parameters(300, {1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 1, 0, 0});  // 1, -2, 256
  isa::Matmul f;
  f.start_from_bias = true;
  f.acc_row = 6;
  f.pixels = 5;
  f.first_pixel = 3;
  f.out_width = 4;
  f.k_begin = 2;
  f.k_end = 17;
  f.columns = 3;
  f.in_address = 40;
  f.in_height = 5;
  f.in_width = 6;
  f.channels = 3;
  f.pixel_stride_bytes = 4;
  f.row_stride_bytes = 24;
  f.kernel_h = 3;
  f.kernel_w = 2;
  f.stride_h = 2;
  f.dilation_w = 3;
  f.pad_top = 1;
  f.pad_left = 2;
  f.zero_point = 11;
  run(Opcode::preload, preload);
  run(Opcode::matmul, f);
  const int biases[3] = {1, -2, 256};
  for (int i = 0; i < 5; ++i) {
    const int oy = (3 + i) / 4, ox = (3 + i) % 4;
    for (int j = 0; j < 3; ++j) {
      int sum = biases[j];
      int k = 0;
      for (int ky = 0; ky < 3; ++ky) {
        for (int kx = 0; kx < 2; ++kx) {
          for (int c = 0; c < 3; ++c, ++k) {
            if (k < 2 || k >= 17) continue;
            const int y = oy * 2 - 1 + ky, x = ox - 2 + kx * 3;
            const bool real = y >= 0 && y < 5 && x >= 0 && x < 6;
            const int code = real ? state_.activations[at(40 + y * 24 + x * 4 + c)] : 11;
            sum += (weight(at(100 + (k - 2) * 3 + j)) + 3) * code;
          }
        }
      }
      EXPECT_EQ(acc(at(6 + i), at(j)), sum) << "pixel " << i << " column " << j;
    }
  }
  EXPECT_TRUE(state_.shadows.empty());
}

TEST_F(ExecuteTest, DepthwiseAccumulatesOverInstructions) {
  // The 9 taps in two runs: k 0 to 5 from the bias, then 5 to 9 on top.
  isa::Matmul f;
  f.mode = isa::ArrayMode::depthwise;
  f.pixels = 12;
  f.out_width = 4;
  f.columns = 4;
  f.channels = 4;
  f.in_height = 3;
  f.in_width = 4;
  f.pixel_stride_bytes = 4;
  f.row_stride_bytes = 16;
  f.kernel_h = f.kernel_w = 3;
  f.pad_top = f.pad_left = 1;
  f.zero_point = -7;
  isa::Preload preload;
  preload.weights_address = 50;
  preload.bias_address = 400;
  preload.columns = 4;
  for (const bool first : {true, false}) {
    preload.load_bias = f.start_from_bias = first;
    preload.k_begin = f.k_begin = first ? 0 : 5;
    preload.k_end = f.k_end = first ? 5 : 9;
    if (!first) preload.weights_address = 50 + 5 * 4;
    run(Opcode::preload, preload);
    run(Opcode::matmul, f);
  }
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 4; ++j) {
      std::int64_t sum = isa::read_int32(state_.weights.data() + 400 + 4 * j);
      for (int k = 0; k < 9; ++k) {
        const int y = i / 4 - 1 + k / 3, x = i % 4 - 1 + k % 3;
        const bool real = y >= 0 && y < 3 && x >= 0 && x < 4;
        const int code = real ? state_.activations[at(y * 16 + x * 4 + j)] : -7;
        sum += weight(at(50 + k * 4 + j)) * code;
      }
      EXPECT_EQ(acc(at(i), at(j)), sum);
    }
  }
}

TEST_F(ExecuteTest, ASumThatLeavesTheAccumulatorIsAnError) {
  hardware_.mac_array.accumulator_bits = 16;
  put_parameters(0, {127, 127, 127, 127});                        // k 0 to 4, one column
  put_parameters(16, {0, 0x7e, 0, 0});                            // bias 32256
  for (std::size_t i = 0; i < 4; ++i) state_.activations[i] = 4;  // 508 each
  isa::Preload preload;
  preload.bias_address = 16;
  preload.k_end = 4;
  preload.columns = 1;
  preload.load_bias = true;
  isa::Matmul f;
  f.start_from_bias = true;
  f.pixels = 1;
  f.k_end = 4;
  f.columns = 1;
  f.channels = 4;
  f.acc_row = 3;
  run(Opcode::preload, preload);
  try {
    run(Opcode::matmul, f);
    FAIL() << "no error";
  } catch (const base::SimulationError& error) {
    EXPECT_STREQ(error.what(),
                 "accumulator row 3, column 0, k 1: sum: got 33272, must be a number of 16 bits");
  }
}

TEST_F(ExecuteTest, RequantizeInAllModes) {
  for (const bool per_channel : {false, true}) {
    for (const bool fused : {false, true}) {
      hardware_.requantization.placement =
          fused ? config::ShifterPlacement::fused : config::ShifterPlacement::pre_multiply;
      isa::Requantize f;
      f.per_channel = per_channel;
      f.acc_row = 2;
      f.pixels = 3;
      f.columns = 4;
      f.out_address = 500;
      f.out_pixel_stride_bytes = 9;
      f.record_address = 100;
      f.shifts_address = 200;
      f.channel_begin = 5;
      f.field_bits = 3;
      f.zero_point = -4;
      f.low = -100;
      f.high = 90;
      std::vector<std::uint8_t> records;
      for (int c = 0; c < 10; ++c) isa::append_scale_record(records, {20'000 + 999 * c, 20});
      put_parameters(100, records);
      const std::vector<std::uint8_t> shifts = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1};
      put_parameters(200, isa::pack_channel_shifts(shifts, 3));
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
          acc(2 + i, j) = static_cast<std::int32_t>(i * 4 + j) * 4001 - 21'000;
        }
      }
      run(Opcode::requantize, f);
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
          const double multiplier =
              20'000 + 999.0 * (per_channel ? 5.0 + static_cast<double>(j) : 0);
          const int shift = shifts[5 + j];
          double value = acc(2 + i, j);
          // std::round rounds half away from zero; every value here is exact in a double.
          if (!fused) value = std::round(std::ldexp(value, -shift));
          value = std::round(std::ldexp(value * multiplier, -(20 + (fused ? shift : 0))));
          const double code = std::min(90.0, std::max(-100.0, value - 4));
          EXPECT_EQ(state_.activations[500 + i * 9 + j], static_cast<int>(code));
        }
      }
    }
  }
}

isa::Pool pool_of_3x3() {
  isa::Pool f;
  f.in_address = 64;
  f.in_height = 3;
  f.in_width = 4;
  f.channels = 2;
  f.pixel_stride_bytes = 3;
  f.row_stride_bytes = 12;
  f.kernel_h = 2;
  f.kernel_w = 3;
  f.stride_h = 2;
  f.stride_w = 2;
  f.pad_top = 0;
  f.pad_left = 1;
  f.out_address = 600;
  f.out_pixel_stride_bytes = 2;
  f.out_width = 2;
  f.pixels = 4;
  f.record_address = 700;
  f.in_zero_point = 3;
  f.out_zero_point = -6;
  return f;
}

TEST_F(ExecuteTest, MaxPoolLeavesPaddingOut) {
  isa::Pool f = pool_of_3x3();
  f.low = -120;
  f.high = 100;
  run(Opcode::pool, f);
  for (int i = 0; i < 4; ++i) {
    for (int c = 0; c < 2; ++c) {
      int largest = -1000;
      for (int y = i / 2 * 2; y < std::min(3, i / 2 * 2 + 2); ++y) {
        for (int x = std::max(0, i % 2 * 2 - 1); x < std::min(4, i % 2 * 2 + 2); ++x) {
          largest = std::max<int>(largest, state_.activations[at(64 + y * 12 + x * 3 + c)]);
        }
      }
      EXPECT_EQ(state_.activations[at(600 + i * 2 + c)], std::min(100, std::max(-120, largest)));
    }
  }
}

TEST_F(ExecuteTest, AveragePoolTakesTheDivisorOfItsWindow) {
  // Real cells: 2 x 2, 2 x 3, 1 x 2, 1 x 3. Multiplier 2^20 / divisor, shift 20.
  for (const bool include_pad : {false, true}) {
    isa::Pool f = pool_of_3x3();
    f.operation = isa::PoolOperation::average;
    f.count_include_pad = include_pad;
    std::vector<std::uint8_t> record;
    if (include_pad) {
      isa::append_pool_record(record, {{6, {174'763, 20}}});
    } else {
      isa::append_pool_record(
          record, {{2, {524'288, 20}}, {3, {349'525, 20}}, {4, {262'144, 20}}, {6, {174'763, 20}}});
    }
    put_parameters(700, record);
    run(Opcode::pool, f);
    for (int i = 0; i < 4; ++i) {
      for (int c = 0; c < 2; ++c) {
        int sum = 0, cells = 0;
        for (int y = i / 2 * 2; y < std::min(3, i / 2 * 2 + 2); ++y) {
          for (int x = std::max(0, i % 2 * 2 - 1); x < std::min(4, i % 2 * 2 + 2); ++x, ++cells) {
            sum += state_.activations[at(64 + y * 12 + x * 3 + c)] - 3;
          }
        }
        const int divisor = include_pad ? 6 : cells;
        const double multiplier = divisor == 2   ? 524'288
                                  : divisor == 3 ? 349'525
                                  : divisor == 4 ? 262'144
                                                 : 174'763;
        const int code = static_cast<int>(std::round(std::ldexp(sum * multiplier, -20))) - 6;
        EXPECT_EQ(state_.activations[at(600 + i * 2 + c)], std::min(127, std::max(-128, code)))
            << "pixel " << i << " include_pad " << include_pad;
      }
    }
  }
}

isa::Elementwise elementwise(isa::ElementwiseOperation operation) {
  isa::Elementwise f;
  f.operation = operation;
  f.pixels = 5;
  f.channels = 3;
  f.a_address = 10;
  f.b_address = 110;
  f.out_address = 810;
  f.a_pixel_stride_bytes = 4;
  f.b_pixel_stride_bytes = 5;
  f.out_pixel_stride_bytes = 6;
  f.record_address = 300;
  f.a_zero_point = 2;
  f.b_zero_point = -3;
  f.out_zero_point = 4;
  f.low = -90;
  f.high = 95;
  return f;
}

TEST_F(ExecuteTest, ElementwiseOperations) {
  using Operation = isa::ElementwiseOperation;
  for (const Operation operation :
       {Operation::add, Operation::mul, Operation::rescale, Operation::lookup}) {
    for (const bool broadcast : {false, true}) {
      isa::Elementwise f = elementwise(operation);
      f.broadcast_b = broadcast;
      std::vector<std::uint8_t> record;
      if (operation == Operation::add) {
        isa::append_add_record(record, {300'001, 500'003, 19});
      } else if (operation == Operation::lookup) {
        for (int code = 0; code < 256; ++code)
          record.push_back(static_cast<std::uint8_t>(7 * code));
      } else {
        isa::append_scale_record(
            record, {25'001, static_cast<std::uint8_t>(operation == Operation::mul ? 21 : 15)});
      }
      put_parameters(300, record);
      run(Opcode::elementwise, f);
      for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
          const double a = state_.activations[10 + i * 4 + c] - 2;
          const double b = state_.activations[110 + (broadcast ? 0 : i) * 5 + c] + 3;
          double value = 0;
          switch (operation) {
            case Operation::add:
              value = std::ldexp(a * 300'001 + b * 500'003, -19);
              break;
            case Operation::mul:
              value = std::ldexp(a * b * 25'001, -21);
              break;
            case Operation::rescale:
              value = std::ldexp(a * 25'001, -15);
              break;
            case Operation::lookup:
              EXPECT_EQ(state_.activations[810 + i * 6 + c],
                        static_cast<std::int8_t>(7 * (static_cast<int>(a) + 2 + 128)));
              continue;
          }
          const double code = std::min(95.0, std::max(-90.0, std::round(value) + 4));
          EXPECT_EQ(state_.activations[810 + i * 6 + c], static_cast<int>(code));
        }
      }
    }
  }
}

TEST_F(ExecuteTest, TransfersInThreeDimensions) {
  isa::Dma f;
  f.dram_address = 65'530;  // over a page of the DRAM's memory
  f.local_address = 8;
  f.bytes = 3;
  f.count1 = 4;
  f.dram_stride1 = 5;
  f.local_stride1 = 3;
  f.count2 = 2;
  f.dram_stride2 = 40;
  f.local_stride2 = 100;
  run(Opcode::store_activations, f);
  isa::Dma back = f;
  back.local_address = 300;
  run(Opcode::load_activations, back);
  run(Opcode::load_weights, back);
  for (std::size_t j = 0; j < 2; ++j) {
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t b = 0; b < 3; ++b) {
        const std::size_t offset = j * 100 + i * 3 + b;
        std::uint8_t in_dram = 0;
        state_.dram.read(65'530 + j * 40 + i * 5 + b, &in_dram, 1);
        EXPECT_EQ(static_cast<std::int8_t>(in_dram), state_.activations[8 + offset]);
        EXPECT_EQ(state_.activations[300 + offset], state_.activations[8 + offset]);
        EXPECT_EQ(weight(300 + offset), state_.activations[8 + offset]);
      }
    }
  }
  std::uint8_t between[2] = {1, 1};
  state_.dram.read(65'533, between, 2);
  EXPECT_THAT(between, testing::ElementsAre(0, 0));
}

}  // namespace
}  // namespace npusim::functional
