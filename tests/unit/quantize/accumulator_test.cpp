// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/accumulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace npusim::quantize {
namespace {

AccumulatorRange range_of(std::int64_t bias, const std::vector<std::int8_t>& codes,
                          graph::Clamps input) {
  return accumulator_range(bias, codes.data(), static_cast<std::int64_t>(codes.size()), input);
}

TEST(AccumulatorTest, BitsOfARange) {
  EXPECT_EQ(signed_bits({0, 0}), 1);
  EXPECT_EQ(signed_bits({-1, 0}), 1);
  EXPECT_EQ(signed_bits({0, 1}), 2);
  EXPECT_EQ(signed_bits({-2, 1}), 2);
  EXPECT_EQ(signed_bits({-128, 127}), 8);
  EXPECT_EQ(signed_bits({-128, 128}), 9);
  EXPECT_EQ(signed_bits({-129, 0}), 9);
  EXPECT_EQ(signed_bits({std::numeric_limits<std::int32_t>::min(),
                         std::numeric_limits<std::int32_t>::max()}),
            32);
  EXPECT_EQ(signed_bits({std::numeric_limits<std::int64_t>::min(), 0}), 64);
}

TEST(AccumulatorTest, PrefixesCountNotOnlyTheEnd) {
  // x in [0, 10]: 5 + 30 = 35 before the negative weight takes it down to at least -25.
  const AccumulatorRange range = range_of(5, {3, -6}, {0, 10});
  EXPECT_EQ(range.least, -55);
  EXPECT_EQ(range.greatest, 35);
  // x in [10, 10]: 5, 35, -25; the end alone would be [-25, -25].
  const AccumulatorRange fixed = range_of(5, {3, -6}, {10, 10});
  EXPECT_EQ(fixed.least, -25);
  EXPECT_EQ(fixed.greatest, 35);
  // The bias is a prefix: here the sum only comes down from it.
  EXPECT_EQ(range_of(1000, {-1}, {5, 6}).greatest, 1000);
  EXPECT_EQ(range_of(-7, {}, {-128, 127}).least, -7);
}

// All inputs of small sums, one by one.
TEST(AccumulatorTest, EqualsExhaustion) {
  const std::array<graph::Clamps, 4> inputs = {{{-2, 2}, {0, 4}, {-4, -1}, {3, 5}}};
  for (int w = 0; w < 7 * 7 * 7; ++w) {
    const std::vector<std::int8_t> codes = {static_cast<std::int8_t>(w % 7 - 3),
                                            static_cast<std::int8_t>(w / 7 % 7 - 3),
                                            static_cast<std::int8_t>(w / 49 - 3)};
    for (const graph::Clamps& input : inputs) {
      std::int64_t least = 11;
      std::int64_t greatest = 11;
      for (int a = input.low; a <= input.high; ++a) {
        for (int b = input.low; b <= input.high; ++b) {
          for (int c = input.low; c <= input.high; ++c) {
            const std::int64_t s1 = 11 + codes[0] * a;
            const std::int64_t s2 = s1 + codes[1] * b;
            const std::int64_t s3 = s2 + codes[2] * c;
            least = std::min({least, s1, s2, s3});
            greatest = std::max({greatest, s1, s2, s3});
          }
        }
      }
      const AccumulatorRange range = range_of(11, codes, input);
      ASSERT_EQ(range.least, least);
      ASSERT_EQ(range.greatest, greatest);
    }
  }
}

}  // namespace
}  // namespace npusim::quantize
