// SPDX-License-Identifier: Apache-2.0
// The register-level machine's own parts: when sums arrive, what its checks find, and its lanes
// against the rules.
#include <gtest/gtest.h>

#include <random>

#include "sim/arith/requantize.h"
#include "tests/registers/lane.h"
#include "tests/registers/pe_array.h"

namespace npusim::registers {
namespace {

constexpr std::int64_t kRows = 4, kColumns = 3;

/// An array of 4 x 3 with one fold's weights loaded: weight (row, column) is 10 row + column + 1.
class PeArrayTest : public testing::Test {
 protected:
  PeArrayTest() : context_(program()), array_(context_) {}

  static const isa::Program& program() {
    static const isa::Program kProgram = [] {
      isa::Program program;
      program.hardware.mac_array.rows = kRows;
      program.hardware.mac_array.columns = kColumns;
      program.hardware.mac_array.accumulator_rows = 8;
      return program;
    }();
    return kProgram;
  }

  /// One row of weights in each cycle, from `first` on.
  void load(std::int64_t fold, std::int64_t rows, std::int64_t factor = 1) {
    for (std::int64_t row = 0; row < rows; ++row) {
      load_row(fold, row, factor);
      array_.step();
    }
  }
  void load_row(std::int64_t fold, std::int64_t row, std::int64_t factor) {
    LoadRow load;
    load.valid = true;
    load.fold = fold;
    load.row = row;
    load.to_queue = mode_ == Wave::Mode::output_stationary;
    for (std::int64_t c = 0; c < kColumns; ++c) {
      load.weights.push_back(static_cast<std::int16_t>(factor * (10 * row + c + 1)));
    }
    array_.load(load);
  }
  void enter(std::int64_t fold, std::int64_t acc_row, bool last, std::int64_t line = 0) {
    Wave wave;
    wave.id = waves_++;
    wave.fold = fold;
    wave.mode = mode_;
    wave.acc_row = acc_row;
    wave.columns = kColumns;
    wave.queue_line = line;
    wave.pixels = mode_ == Wave::Mode::output_stationary ? kRows : 1;
    wave.from_bias = mode_ == Wave::Mode::output_stationary && line == 0;
    wave.last_of_fold = wave.last_of_instruction = wave.last_step = last;
    array_.enter(wave, {1, 2, 3, 4});
  }
  /// Steps until the sums of an instruction are there; the edges that took.
  std::int64_t edges_until_left() {
    for (std::int64_t edges = 1; edges < 100; ++edges) {
      const ArrayEvents events = array_.step();
      if (events.rows_left || events.tiles_left) return edges;
    }
    return -1;
  }

  /// Two folds of one pixel each, of which the second one's row enters `cycles` later.
  void fold_behind_another(std::int64_t cycles) {
    load(0, kRows);
    array_.swap(0);
    enter(0, 5, false);
    for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
      load_row(1, cycle, 1);
      array_.step();
    }
    array_.swap(1);
    enter(1, 5, true);
  }

  /// Two tiles of two steps each, of which the second one ends `cycles` later.
  void tile_behind_another(std::int64_t cycles) {
    mode_ = Wave::Mode::output_stationary;
    load(0, 2);
    array_.swap(0);
    enter(0, 0, false, 0);
    array_.step();
    enter(0, 0, true, 1);
    for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
      if (cycle < 2) load_row(1, cycle, 1);
      if (cycle == cycles - 1) {
        array_.swap(1);
        enter(1, 4, false, 0);
      }
      array_.step();
    }
    enter(1, 4, true, 1);
  }

  Context context_;
  PeArray array_;
  Wave::Mode mode_ = Wave::Mode::weight_stationary;
  std::int64_t waves_ = 0;
};

TEST_F(PeArrayTest, SumsArriveOnceTheyHaveTravelled) {
  load(0, kRows);
  array_.swap(0);
  enter(0, 5, true);                                    // in cycle e - 1
  EXPECT_EQ(edges_until_left(), kRows + kColumns - 1);  // in the accumulators from e + R + C - 2
  for (std::int64_t c = 0; c < kColumns; ++c) {
    std::int64_t sum = 0;
    for (std::int64_t row = 0; row < kRows; ++row) sum += (row + 1) * (10 * row + c + 1);
    EXPECT_EQ(array_.accumulator(5, c), sum);
  }
}

TEST_F(PeArrayTest, TheNextWeightsWaitInTheShadow) {
  load(0, kRows);
  array_.swap(0);
  for (std::int64_t row = 0; row < kRows; ++row) {  // the next tile, from the swap on
    enter(0, row, row + 1 == kRows);
    load_row(1, row, -7);
    array_.step();
  }
  EXPECT_EQ(edges_until_left(), kRows + kColumns - 2);
  EXPECT_EQ(array_.accumulator(0, 0), array_.accumulator(3, 0));
  EXPECT_EQ(array_.accumulator(3, 0), 1 * 1 + 2 * 11 + 3 * 21 + 4 * 31);
}

TEST_F(PeArrayTest, ASwapThatComesTooEarlyIsFound) {
  load(0, kRows - 1);  // the last row is missing
  array_.swap(0);
  enter(0, 5, true);
  EXPECT_THROW(edges_until_left(), HardwareFault);
}

TEST_F(PeArrayTest, WeightsThatComeTooEarlyAreFound) {
  load(0, kRows);
  load_row(1, 0, 1);  // one cycle in front of the swap
  array_.step();
  array_.swap(0);
  enter(0, 5, true);
  EXPECT_THROW(edges_until_left(), HardwareFault);
}

TEST_F(PeArrayTest, AFoldFindsItsSumsOnceTheyAreBack) {
  fold_behind_another(kRows);
  EXPECT_EQ(edges_until_left(), kRows + kColumns - 1);
}

TEST_F(PeArrayTest, AFoldThatAsksForASumTooEarlyIsFound) {
  fold_behind_another(kRows - 1);
  EXPECT_THROW(array_.step(), HardwareFault);
}

TEST_F(PeArrayTest, ATileLeavesDownwardsInFrontOfTheNext) {
  tile_behind_another(kRows);
  EXPECT_EQ(edges_until_left() + kRows, 2 * kRows + kColumns - 1);  // from e + 2R + C - 2
  EXPECT_EQ(array_.accumulator(2, 1), 3 * 2 + 3 * 12);
  EXPECT_EQ(edges_until_left(), kRows);
}

TEST_F(PeArrayTest, ATileThatEndsTooEarlyIsFound) {
  tile_behind_another(kRows - 1);
  const auto both_leave = [&] {
    edges_until_left();
    edges_until_left();
  };
  EXPECT_THROW(both_leave(), HardwareFault);
}

TEST(LanePipelineTest, EqualsTheRulesInBothPlacementsAtEveryDepth) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const int depth = i % 12;
    const bool fused = i % 2 == 0;
    const auto acc = static_cast<std::int32_t>(random()) >> (random() % 32);
    const auto multiplier = static_cast<std::int32_t>(random() >> 33);
    const int channel_shift = static_cast<int>(random() % 16);
    const int shift = 1 + static_cast<int>(random() % 47);
    LaneValue value;
    value.address = i;
    value.multiplier = multiplier;
    value.first_shift = fused ? 0 : channel_shift;
    value.second_shift = shift + (fused ? channel_shift : 0);
    value.zero_point = static_cast<std::int8_t>(random());
    value.low = static_cast<std::int8_t>(-128 + static_cast<int>(random() % 100));
    value.high = static_cast<std::int8_t>(value.low + static_cast<int>(random() % 100));
    value.set(acc);
    LanePipeline pipeline(depth);
    std::vector<LaneValue> out = pipeline.step({value});
    for (int edge = 0; edge < depth; ++edge) {
      ASSERT_TRUE(out.empty());
      out = pipeline.step({});
    }
    ASSERT_EQ(out.size(), 1U);
    const std::int8_t wanted =
        fused ? arith::requantize(acc, multiplier, shift + channel_shift, value.zero_point,
                                  value.low, value.high)
              : arith::requantize_pre_multiply(acc, channel_shift, multiplier, shift,
                                               value.zero_point, value.low, value.high);
    ASSERT_EQ(lane_code(out[0]), wanted) << i;
  }
}

}  // namespace
}  // namespace npusim::registers
