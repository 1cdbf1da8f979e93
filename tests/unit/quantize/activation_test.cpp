// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/activation.h"

#include <gtest/gtest.h>

#include <limits>

namespace npusim::quantize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_quantization(double low, double high, double scale, std::int32_t zero_point) {
  const graph::TensorQuantization q = activation_quantization(low, high);
  EXPECT_EQ(q.scale, scale) << low << ' ' << high;
  EXPECT_EQ(q.zero_point, zero_point) << low << ' ' << high;
}

TEST(ActivationTest, Rule10) {
  expect_quantization(0, 6, 6.0 / 255, -128);   // after ReLU6
  expect_quantization(-255, 0, 1, 127);         // -128 + 255
  expect_quantization(-1, 1, 2.0 / 255, 0);     // -128 + 127.5 = -0.5, a tie: even
  expect_quantization(-63.75, 191.25, 1, -64);  // -64.25
  expect_quantization(-64.5, 190.5, 1, -64);    // -63.5, a tie: even
  expect_quantization(-65.5, 189.5, 1, -62);    // -62.5, a tie: even
  expect_quantization(2, 255, 1, -128);         // the range is widened to hold zero
  expect_quantization(-255, -3, 1, 127);
  expect_quantization(0, 0, 1, -128);  // all zero
}

TEST(ActivationTest, Rule9) {
  const graph::TensorQuantization relu = activation_quantization(0, 25.5);  // s = 0.1, z = -128
  const auto clamps = [](double low, double high, const graph::TensorQuantization& q) {
    const graph::Clamps c = activation_clamps({low, high}, q);
    return std::pair(c.low, c.high);
  };
  EXPECT_EQ(clamps(-kInfinity, kInfinity, relu), std::pair(-128, 127));
  EXPECT_EQ(clamps(0, kInfinity, relu), std::pair(-128, 127));
  EXPECT_EQ(clamps(0, 6, relu), std::pair(-128, -68));  // -128 + 60
  const graph::TensorQuantization wide{0.5, 10};
  EXPECT_EQ(clamps(0, kInfinity, wide), std::pair(10, 127));
  EXPECT_EQ(clamps(0, 6, wide), std::pair(10, 22));
  EXPECT_EQ(clamps(-1.25, 1.75, wide), std::pair(8, 14));  // -2.5 -> -2, 3.5 -> 4
  EXPECT_EQ(clamps(-1e300, 1e300, wide), std::pair(-128, 127));
  EXPECT_EQ(clamps(-69, 58.5, wide), std::pair(-128, 127));
  EXPECT_EQ(clamps(-68.5, 58, wide), std::pair(-127, 126));
}

TEST(ActivationTest, NarrowCodes) {
  const auto quantization = [](double low, double high, std::int32_t bits) {
    const graph::TensorQuantization q = activation_quantization(low, high, bits);
    return std::pair(q.scale, q.zero_point);
  };
  EXPECT_EQ(quantization(0, 6, 4), std::pair(6.0 / 15, -8));
  EXPECT_EQ(quantization(-15, 0, 4), std::pair(1.0, 7));
  EXPECT_EQ(quantization(-1, 1, 4), std::pair(2.0 / 15, 0));    // -8 + 7.5, a tie: even
  EXPECT_EQ(quantization(-10.5, 20.5, 5), std::pair(1.0, -6));  // -5.5, a tie: even
  EXPECT_EQ(quantization(0, 0, 6), std::pair(1.0, -32));
  const auto clamps = [](double low, double high, std::int32_t bits) {
    const graph::Clamps c = activation_clamps({low, high}, {0.5, -3}, bits);
    return std::pair(c.low, c.high);
  };
  EXPECT_EQ(clamps(-kInfinity, kInfinity, 4), std::pair(-8, 7));
  EXPECT_EQ(clamps(0, kInfinity, 5), std::pair(-3, 15));
  EXPECT_EQ(clamps(0, 6, 5), std::pair(-3, 9));
  EXPECT_EQ(clamps(0, 6, 4), std::pair(-3, 7));  // 9 is no code
  EXPECT_EQ(clamps(-1e300, 1e300, 7), std::pair(-64, 63));
}

TEST(ActivationTest, PassedOnCodesAreRestricted) {
  const auto restricted = [](graph::Clamps codes, graph::Clamps limits) {
    const graph::Clamps c = restrict_clamps(codes, limits);
    return std::pair(c.low, c.high);
  };
  EXPECT_EQ(restricted({-128, 20}, {-10, 127}), std::pair(-10, 20));
  EXPECT_EQ(restricted({0, 10}, {-128, 127}), std::pair(0, 10));
  EXPECT_EQ(restricted({0, 10}, {20, 30}), std::pair(20, 20));  // every code becomes 20
}

}  // namespace
}  // namespace npusim::quantize
