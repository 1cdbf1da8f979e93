// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace npusim::quantize {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OperatorsTest, AddHasOneCommonShift) {
  base::ErrorList errors;
  // Factors 2 and 0.75: 2 * 2^n below 2^20 leaves n = 18.
  const graph::QuantizedAdd add = quantize_add("sum", 0.5, 0.1875, 0.25, errors);
  EXPECT_EQ(add.shift, 18);
  EXPECT_EQ(add.multiplier_a, 2 << 18);
  EXPECT_EQ(add.multiplier_b, 3 << 16);
  EXPECT_TRUE(errors.empty());
}

TEST(OperatorsTest, AddWithoutAShiftIsRefused) {
  base::ErrorList errors;
  quantize_add("sum", 0x1p18, 1, 1, errors);
  EXPECT_TRUE(errors.empty());  // 2^18 * 2^1 is below 2^20
  quantize_add("sum", 0x1p19, 1, 1, errors);
  EXPECT_THAT(errors.messages(),
              ElementsAre("layer 'sum': requantization shift: got 0, must be 1 to 62 (ratio of "
                          "input and output scales)"));
}

TEST(OperatorsTest, Mul) {
  base::ErrorList errors;
  const graph::QuantizedMul mul = quantize_mul("gate", 0.5, 0.25, 0.375, 15, errors);
  // 1/3 * 2^16 = 21845.33
  EXPECT_EQ(mul.scale.multiplier, 21845);
  EXPECT_EQ(mul.scale.shift, 16);
  quantize_mul("gate", 0x1p-40, 0x1p-20, 1, 31, errors);
  EXPECT_THAT(errors.messages(), ElementsAre(HasSubstr("layer 'gate'")));
}

TEST(OperatorsTest, ConcatRequantizesEachInput) {
  base::ErrorList errors;
  const graph::QuantizedConcat concat = quantize_concat("cat", {0.5, 1.5}, 1, errors);
  ASSERT_EQ(concat.scales.size(), 2U);
  EXPECT_EQ(concat.scales[0].multiplier, 1 << 19);
  EXPECT_EQ(concat.scales[0].shift, 20);
  EXPECT_EQ(concat.scales[1].multiplier, 3 << 18);
  EXPECT_EQ(concat.scales[1].shift, 19);
  EXPECT_TRUE(errors.empty());
}

graph::Pool average(std::int64_t kernel, std::int64_t stride, std::int64_t pad, bool include_pad) {
  graph::Pool pool;
  pool.kind = graph::PoolKind::average;
  pool.window.kernel_h = pool.window.kernel_w = kernel;
  pool.window.stride_h = pool.window.stride_w = stride;
  pool.window.pad_top = pool.window.pad_left = pad;
  pool.window.pad_bottom = pool.window.pad_right = pad;
  pool.count_include_pad = include_pad;
  return pool;
}

TEST(OperatorsTest, DivisorsOfAveragePooling) {
  EXPECT_THAT(average_divisors(average(3, 1, 1, false), {5, 5, 1}, {5, 5, 1}),
              ElementsAre(4, 6, 9));
  EXPECT_THAT(average_divisors(average(3, 1, 1, true), {5, 5, 1}, {5, 5, 1}), ElementsAre(9));
  EXPECT_THAT(average_divisors(average(7, 1, 0, false), {7, 7, 8}, {1, 1, 8}), ElementsAre(49));
  // Rows: 2 of 3, then all; one column of width 1 seen through a kernel of 3.
  EXPECT_THAT(average_divisors(average(3, 2, 1, false), {4, 1, 1}, {2, 1, 1}), ElementsAre(2, 3));
  graph::Pool dilated = average(2, 1, 1, false);
  dilated.window.dilation_h = 2;
  // Rows at o - 1 and o + 1 of 4, o = 0..3: 1, 2, 2, 1. Columns at o - 1 and o of 4, o = 0..4.
  EXPECT_THAT(average_divisors(dilated, {4, 4, 1}, {4, 5, 1}), ElementsAre(1, 2, 4));
}

TEST(OperatorsTest, AveragePoolHasOneScalePerDivisor) {
  base::ErrorList errors;
  const graph::QuantizedPool pool =
      quantize_pool("pool", average(3, 1, 1, false), {5, 5, 1}, {5, 5, 1}, 0.5, 0.25, 15, errors);
  ASSERT_EQ(pool.scales.size(), 3U);
  EXPECT_EQ(pool.scales[0].divisor, 4);  // 2 / 4 = 2^14 * 2^-15
  EXPECT_EQ(pool.scales[0].scale.multiplier, 1 << 14);
  EXPECT_EQ(pool.scales[0].scale.shift, 15);
  EXPECT_EQ(pool.scales[1].divisor, 6);  // 1/3
  EXPECT_EQ(pool.scales[1].scale.multiplier, 21845);
  EXPECT_EQ(pool.scales[1].scale.shift, 16);
  EXPECT_EQ(pool.scales[2].divisor, 9);  // 2/9 * 2^17 = 29127.11
  EXPECT_EQ(pool.scales[2].scale.multiplier, 29127);
  EXPECT_EQ(pool.scales[2].scale.shift, 17);
  EXPECT_TRUE(errors.empty());
}

TEST(OperatorsTest, WindowOfPaddingOnlyIsRefused) {
  base::ErrorList errors;
  quantize_pool("pool", average(2, 1, 2, false), {2, 2, 1}, {5, 5, 1}, 1, 1, 31, errors);
  EXPECT_THAT(errors.messages(),
              ElementsAre("layer 'pool': cells of an average pooling window: got 0, must be 1 to "
                          "4194303"));
}

TEST(OperatorsTest, MaxPoolHasNoScales) {
  base::ErrorList errors;
  graph::Pool pool = average(2, 2, 0, false);
  pool.kind = graph::PoolKind::max;
  EXPECT_TRUE(quantize_pool("pool", pool, {4, 4, 1}, {2, 2, 1}, 1, 1, 31, errors).scales.empty());
}

TEST(OperatorsTest, LookupTable) {
  const graph::Lookup hard_sigmoid{graph::Function::hard_sigmoid, 0.25, 0.5};
  // x = (code - 10) / 2; y = 128 steps of 1/128 from -128; clamped to [-100, 0].
  const graph::QuantizedLookup lookup =
      quantize_lookup(hard_sigmoid, {0.5, 10}, {0x1p-7, -128}, {-100, 0});
  ASSERT_EQ(lookup.table.size(), 256U);
  const auto at = [&](int code) {
    return static_cast<int>(lookup.table.at(static_cast<std::size_t>(code) + 128));
  };
  EXPECT_EQ(at(10), -64);  // f(0) = 0.5
  EXPECT_EQ(at(11), -48);  // f(0.5) = 0.625
  EXPECT_EQ(at(9), -80);   // f(-0.5) = 0.375
  EXPECT_EQ(at(-128), -100);
  EXPECT_EQ(at(127), 0);
}

}  // namespace
}  // namespace npusim::quantize
