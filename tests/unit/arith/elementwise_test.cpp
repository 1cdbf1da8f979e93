// SPDX-License-Identifier: Apache-2.0
// Worked examples, computed by hand, of the scalar rules.
#include "sim/arith/elementwise.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "sim/arith/fixed_point.h"

namespace npusim::arith {
namespace {

TEST(RequantizeTest, OneRoundingHalfAwayFromZero) {
  // M = 3/4 * 2^-1 = 24576 * 2^-16. 100 -> 37.5 -> 38; -100 -> -38; 98 -> 36.75 -> 37.
  EXPECT_EQ(requantize(100, 24576, 16, 0, -128, 127), 38);
  EXPECT_EQ(requantize(-100, 24576, 16, 0, -128, 127), -38);
  EXPECT_EQ(requantize(98, 24576, 16, 0, -128, 127), 37);
  // The zero point is added after rounding, then the clamp.
  EXPECT_EQ(requantize(100, 24576, 16, -128, -128, 127), -90);
  EXPECT_EQ(requantize(100, 24576, 16, 100, -128, 127), 127);
  EXPECT_EQ(requantize(100, 24576, 16, 0, -128, 20), 20);
  EXPECT_EQ(requantize(-100, 24576, 16, 0, 3, 20), 3);
}

TEST(RequantizeTest, ExtremesDoNotOverflow) {
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(requantize(kMin, kMax, 1, 127, -128, 127), -128);
  EXPECT_EQ(requantize(kMax, kMax, 1, -128, -128, 127), 127);
  // 2^31 * (2^31 - 1) * 2^-62 = 1 - 2^-31 -> 1
  EXPECT_EQ(requantize(kMin, kMax, 62, 0, -128, 127), -1);
}

TEST(RequantizeTest, PreMultiplyRoundsTwice) {
  // fused: 5 * 24576 * 2^-(15 + 1) = 1.875 -> 2; pre: round(5 / 2) = 3, 3 * 0.75 = 2.25 -> 2.
  EXPECT_EQ(requantize_pre_multiply(5, 1, 24576, 15, 0, -128, 127), 2);
  // fused: 3 * 0.375 = 1.125 -> 1; pre: round(1.5) = 2, 2 * 0.75 = 1.5 -> 2.
  EXPECT_EQ(requantize(3, 24576, 16, 0, -128, 127), 1);
  EXPECT_EQ(requantize_pre_multiply(3, 1, 24576, 15, 0, -128, 127), 2);
  EXPECT_EQ(requantize_pre_multiply(-3, 1, 24576, 15, 0, -128, 127), -2);
  // Without a channel shift the placements agree.
  EXPECT_EQ(requantize_pre_multiply(100, 0, 24576, 16, 7, -128, 127),
            requantize(100, 24576, 16, 7, -128, 127));
}

TEST(QuantizeTest, RoundsHalfToEvenThenClamps) {
  EXPECT_EQ(quantize(1.25, 0.5, 0, -128, 127), 2);  // 2.5 -> 2
  EXPECT_EQ(quantize(1.75, 0.5, 0, -128, 127), 4);  // 3.5 -> 4
  EXPECT_EQ(quantize(0, 0.5, -128, -128, 127), -128);
  EXPECT_EQ(quantize(1e30, 0.5, -128, -128, 127), 127);
  EXPECT_EQ(quantize(-1e30, 0.5, 100, -128, 127), -128);
}

TEST(AverageTest, SubtractsTheZeroPointOfTheRealCellsOnly) {
  // Codes 10, 20, 30 with z_x = 4: real sum 48; divisor 3: multiplier 2^14 / 3 rounded, shift 14.
  EXPECT_EQ(average_code(60, 3, 4, 5461, 14, 0, -128, 127), 16);
  EXPECT_EQ(average_code(60, 3, 4, 5461, 14, -16, -128, 127), 0);
  // Half away from zero: -3 / 2.
  EXPECT_EQ(average_code(-3, 2, 0, 16384, 15, 0, -128, 127), -2);
}

TEST(AddTest, OneRoundingForTheSum) {
  // (5 - 1) * 0.5 + (3 - 2) * 0.5 = 2.5 -> 3, where two roundings would give 2 + 1 = 3 or 2 + 0.
  EXPECT_EQ(add_code(5, 1, 1 << 19, 3, 2, 1 << 19, 20, 0, -128, 127), 3);
  EXPECT_EQ(add_code(-5, -1, 1 << 19, -3, -2, 1 << 19, 20, 0, -128, 127), -3);
  EXPECT_EQ(add_code(-128, 127, 1048575, -128, 127, 1048575, 1, 0, -128, 127), -128);
}

TEST(MulTest, MultipliesDifferencesFromTheZeroPoints) {
  EXPECT_EQ(mul_code(7, 1, -3, 1, 16384, 15, 0, -128, 127), -12);  // 6 * -4 / 2
  EXPECT_EQ(mul_code(4, 1, 2, 1, 16384, 15, 10, -128, 127), 12);   // 3 * 1 / 2 -> 2
  EXPECT_EQ(mul_code(-128, 127, -128, 127, 2147483647, 1, 0, -128, 127), 127);
}

TEST(RescaleTest, IsAddWithOneOperand) {
  for (int code = -128; code < 128; ++code) {
    const auto q = static_cast<std::int8_t>(code);
    EXPECT_EQ(rescale_code(q, 3, 700000, 19, -5, -100, 90),
              add_code(q, 3, 700000, 0, 0, 0, 19, -5, -100, 90));
  }
  EXPECT_EQ(table_index(-128), 0);
  EXPECT_EQ(table_index(127), 255);
}

}  // namespace
}  // namespace npusim::arith
