// SPDX-License-Identifier: Apache-2.0
#include "sim/base/checked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/base/math.h"

namespace npusim::base {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(CheckedTest, ResultsThatFitAreExact) {
  EXPECT_EQ(checked_multiply(std::int64_t{3037000499}, 3037000499, "x"), 9223372030926249001);
  EXPECT_EQ(checked_add(kMax - 1, 1, "x"), kMax);
  EXPECT_EQ(checked_subtract(kMin + 1, 1, "x"), kMin);
  EXPECT_EQ(checked_subtract(std::uint32_t{7}, 7, "x"), 0U);
}

TEST(CheckedTest, ResultsThatDoNotFitAreRefused) {
  EXPECT_THROW(checked_multiply(std::int64_t{3037000500}, 3037000500, "x"), InternalError);
  EXPECT_THROW(checked_multiply(kMin, -1, "x"), InternalError);
  EXPECT_THROW(checked_add(kMax, 1, "x"), InternalError);
  EXPECT_THROW(checked_subtract(kMin, 1, "x"), InternalError);
  EXPECT_THROW(checked_subtract(std::uint32_t{7}, 8, "x"), InternalError);
  EXPECT_THROW(checked_add(std::uint8_t{255}, 1, "x"), InternalError);
}

TEST(CheckedTest, RefusalNamesQuantityAndOperands) {
  try {
    checked_multiply<InputError>(kMax, 2, "conv_3: weights_bytes");
    FAIL() << "must throw";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "conv_3: weights_bytes: got 9223372036854775807 * 2, must be a result that fits "
                 "the type of the quantity");
  }
}

TEST(CheckedTest, NarrowsAtTheEdges) {
  EXPECT_EQ(checked_narrow<std::int8_t>(-128, "x"), -128);
  EXPECT_EQ(checked_narrow<std::uint32_t>(std::int64_t{4294967295}, "x"), 4294967295U);
  EXPECT_THROW(checked_narrow<std::int8_t>(128, "x"), InternalError);
  EXPECT_THROW(checked_narrow<std::uint32_t>(std::int64_t{4294967296}, "x"), InternalError);
  EXPECT_THROW(checked_narrow<std::uint64_t>(-1, "x"), InternalError);
  EXPECT_THROW(checked_narrow<std::int64_t>(std::numeric_limits<std::uint64_t>::max(), "x"),
               InternalError);
}

TEST(CheckedTest, ProductOfAShape) {
  EXPECT_EQ(checked_product(std::array<std::int64_t, 4>{1, 224, 224, 3}, "x"), 150528);
  EXPECT_EQ(checked_product(std::vector<std::int64_t>{}, "x"), 1);
  EXPECT_THROW(
      checked_product<InputError>(std::vector<std::int64_t>{1 << 30, 1 << 30, 1 << 30}, "x"),
      InputError);
}

TEST(MathTest, CeilDiv) {
  EXPECT_EQ(ceil_div(0, 4), 0);
  EXPECT_EQ(ceil_div(1, 4), 1);
  EXPECT_EQ(ceil_div(4, 4), 1);
  EXPECT_EQ(ceil_div(5, 4), 2);
  EXPECT_EQ(ceil_div(kMax, std::int64_t{1}), kMax);
  EXPECT_EQ(ceil_div(kMax, std::int64_t{2}), kMax / 2 + 1);
}

TEST(MathTest, RoundUp) {
  EXPECT_EQ(round_up(0, 16), 0);
  EXPECT_EQ(round_up(1, 16), 16);
  EXPECT_EQ(round_up(16, 16), 16);
  EXPECT_EQ(round_up(17, 16), 32);
}

}  // namespace
}  // namespace npusim::base
