// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/rounding.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>
#include <limits>
#include <random>

namespace npusim::arith {
namespace {

TEST(RneTest, TiesGoToTheEvenNeighbour) {
  EXPECT_EQ(rne(0.5), 0);
  EXPECT_EQ(rne(1.5), 2);
  EXPECT_EQ(rne(2.5), 2);
  EXPECT_EQ(rne(-0.5), 0);
  EXPECT_EQ(rne(-1.5), -2);
  EXPECT_EQ(rne(-2.5), -2);
}

TEST(RneTest, ValuesBesideATieGoToTheNearer) {
  for (const double tie : {0.5, 1.5, 2.5, 1048576.5}) {
    EXPECT_EQ(rne(std::nextafter(tie, 1e9)), static_cast<std::int64_t>(std::ceil(tie))) << tie;
    EXPECT_EQ(rne(std::nextafter(tie, 0)), static_cast<std::int64_t>(std::floor(tie))) << tie;
    EXPECT_EQ(rne(std::nextafter(-tie, -1e9)), -static_cast<std::int64_t>(std::ceil(tie))) << tie;
    EXPECT_EQ(rne(std::nextafter(-tie, 0)), -static_cast<std::int64_t>(std::floor(tie))) << tie;
  }
}

TEST(RneTest, LargeValuesAreExactAndBeyondTheRangeRefused) {
  EXPECT_EQ(rne(4503599627370497.5), 4503599627370498);  // 2^52 + 1.5 has a half
  EXPECT_EQ(rne(-9007199254740993.0), -9007199254740992);
  EXPECT_EQ(rne(0x1.fffffffffffffp62), 9223372036854774784);
  for (const double bad : {0x1p63, -0x1p63, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(rne(bad), base::InternalError) << bad;
  }
}

TEST(RneTest, DoesNotDependOnTheRoundingMode) {
  const int before = std::fegetround();
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    ASSERT_EQ(std::fesetround(mode), 0);
    const std::int64_t results[] = {rne(2.5), rne(3.5), rne(0.49999999999999994), rne(-0.1)};
    std::fesetround(before);
    EXPECT_EQ(results[0], 2);
    EXPECT_EQ(results[1], 4);
    EXPECT_EQ(results[2], 0);
    EXPECT_EQ(results[3], 0);
  }
}

TEST(RneTest, AgreesWithNearbyintOnDrawnValues) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-3, 50);
  for (int i = 0; i < 100000; ++i) {
    const auto quarter = static_cast<double>(static_cast<std::int64_t>(random() >> 12));
    const double x =
        std::ldexp((i % 2 != 0 ? 1 : -1) * quarter, -static_cast<int>(exponent(random)));
    if (std::abs(x) >= 0x1p62) continue;
    ASSERT_EQ(static_cast<double>(rne(x)), std::nearbyint(x)) << x;
  }
}

TEST(RneClampedTest, ClampsAfterRoundingWhateverTheSize) {
  EXPECT_EQ(rne_clamped(126.5, -128, 127), 126);
  EXPECT_EQ(rne_clamped(127.5, -128, 127), 127);
  EXPECT_EQ(rne_clamped(-128.5, -128, 127), -128);
  EXPECT_EQ(rne_clamped(-127.5, -128, 127), -128);
  EXPECT_EQ(rne_clamped(1e300, -128, 127), 127);
  EXPECT_EQ(rne_clamped(-std::numeric_limits<double>::infinity(), -128, 127), -128);
  EXPECT_THROW(rne_clamped(std::numeric_limits<double>::quiet_NaN(), -128, 127),
               base::InternalError);
}

TEST(RoundShiftTest, TiesGoAwayFromZero) {
  EXPECT_EQ(round_shift(1, 1), 1);
  EXPECT_EQ(round_shift(-1, 1), -1);
  EXPECT_EQ(round_shift(6, 2), 2);
  EXPECT_EQ(round_shift(5, 2), 1);
  EXPECT_EQ(round_shift(-6, 2), -2);
  EXPECT_EQ(round_shift(-5, 2), -1);
  EXPECT_EQ(round_shift(-7, 0), -7);
  EXPECT_EQ(round_shift(0, 62), 0);
}

TEST(RoundShiftTest, AgreesWithWideIntegersAtTheExtremes) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  std::mt19937_64 random(2);
  for (int i = 0; i < 200000; ++i) {
    std::int64_t value = static_cast<std::int64_t>(random()) >> (random() % 64);
    if (i < 4) value = i % 2 != 0 ? kMax : kMin + i / 2;
    const int n = 1 + static_cast<int>(random() % 62);
    const __int128 magnitude = value < 0 ? -static_cast<__int128>(value) : value;
    const __int128 rounded = (magnitude + (static_cast<__int128>(1) << (n - 1))) >> n;
    ASSERT_EQ(round_shift(value, n), static_cast<std::int64_t>(value < 0 ? -rounded : rounded))
        << value << " >> " << n;
  }
}

}  // namespace
}  // namespace npusim::arith
