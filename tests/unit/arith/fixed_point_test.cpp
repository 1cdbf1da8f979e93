// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace npusim::arith {
namespace {

TEST(FixedPointTest, WorkedExamples) {
  // 0.75 = 24576 * 2^-15 = 1610612736 * 2^-31
  EXPECT_EQ(to_fixed_point(0.75, 15).multiplier, 24576);
  EXPECT_EQ(to_fixed_point(0.75, 15).shift, 15);
  EXPECT_EQ(to_fixed_point(0.75, 31).multiplier, 1610612736);
  EXPECT_EQ(to_fixed_point(0.75, 31).shift, 31);
  // 2^-20 and 2^10: the least multiplier.
  EXPECT_EQ(to_fixed_point(0x1p-20, 15).multiplier, 16384);
  EXPECT_EQ(to_fixed_point(0x1p-20, 15).shift, 34);
  EXPECT_EQ(to_fixed_point(1024, 31).shift, 20);
  // A tie goes to the even multiplier: 16384.5 and 16385.5.
  EXPECT_EQ(to_fixed_point(16384.5 / 32768, 15).multiplier, 16384);
  EXPECT_EQ(to_fixed_point(16385.5 / 32768, 15).multiplier, 16386);
}

TEST(FixedPointTest, RoundingUpToTheEndOfTheRangeHalves) {
  const FixedPoint m = to_fixed_point(0.999999, 15);  // 32767.97: would be 32768
  EXPECT_EQ(m.multiplier, 16384);
  EXPECT_EQ(m.shift, 14);
}

TEST(FixedPointTest, IsWithinHalfAStepInItsRange) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> fraction(0.5, 1.0);
  for (const int bits : {15, 31}) {
    for (int i = 0; i < 20000; ++i) {
      const double factor = std::ldexp(fraction(random), static_cast<int>(random() % 60) - 45);
      const FixedPoint m = to_fixed_point(factor, bits);
      ASSERT_GE(m.multiplier, std::int64_t{1} << (bits - 1));
      ASSERT_LT(m.multiplier, std::int64_t{1} << bits);
      const double scaled = std::ldexp(factor, m.shift);
      ASSERT_LE(std::abs(scaled - m.multiplier), 0.5) << factor;
    }
  }
}

TEST(FixedPointTest, RefusesWhatHasNoMultiplier) {
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(to_fixed_point(bad, 31), base::InternalError) << bad;
    EXPECT_THROW(to_add_scale(bad, 1), base::InternalError) << bad;
    EXPECT_THROW(to_add_scale(1, bad), base::InternalError) << bad;
  }
  EXPECT_THROW(to_fixed_point(1, 32), base::InternalError);
  EXPECT_THROW(to_fixed_point(1, 1), base::InternalError);
}

TEST(AddScaleTest, WorkedExamples) {
  const AddScale s = to_add_scale(0.5, 0.25);  // 0.5 * 2^20 = 2^19 is below 2^20, 2^21 would not be
  EXPECT_EQ(s.shift, 20);
  EXPECT_EQ(s.multiplier_a, 524288);
  EXPECT_EQ(s.multiplier_b, 262144);
  // 1 - 2^-22 rounds up to 2^20 at n = 20, so n = 19.
  EXPECT_EQ(to_add_scale(1 - 0x1p-22, 0.5).shift, 19);
  EXPECT_EQ(to_add_scale(0.5, 1 - 0x1p-22).multiplier_b, 524288);
}

TEST(AddScaleTest, TheShiftIsTheLargestThatKeepsBothBelow20Bits) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> fraction(0.5, 1.0);
  for (int i = 0; i < 20000; ++i) {
    const double a = std::ldexp(fraction(random), static_cast<int>(random() % 40) - 30);
    const double b = std::ldexp(fraction(random), static_cast<int>(random() % 40) - 30);
    const AddScale s = to_add_scale(a, b);
    ASSERT_EQ(s.multiplier_a, rne(std::ldexp(a, s.shift)));
    ASSERT_EQ(s.multiplier_b, rne(std::ldexp(b, s.shift)));
    const auto larger = [&](int n) {
      return std::max(rne(std::ldexp(a, n)), rne(std::ldexp(b, n)));
    };
    ASSERT_LT(larger(s.shift), 1 << 20);
    ASSERT_GE(larger(s.shift + 1), 1 << 20) << a << " " << b;
  }
  EXPECT_EQ(to_add_scale(0x1p-50, 0x1p-51).shift, 62);
}

}  // namespace
}  // namespace npusim::arith
