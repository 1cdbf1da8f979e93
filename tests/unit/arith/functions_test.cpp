// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/functions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace npusim::arith {
namespace {

TEST(FunctionsTest, ExponentialAgreesWithTheLibraryTo2Ulp) {
  for (double x = -690; x < 690; x += 0.37) {
    EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-15) << x;
  }
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(exponential(1e9), exponential(700));
  EXPECT_EQ(exponential(-1e9), exponential(-700));
  EXPECT_TRUE(std::isnan(exponential(std::nan(""))));
}

// The bits are the same on every machine: + - * / in a fixed order.
TEST(FunctionsTest, ExponentialIsPinned) {
  EXPECT_EQ(exponential(1), 0x1.5bf0a8b14576ap+1);
  EXPECT_EQ(exponential(-3.25), 0x1.3da368521902dp-5);
  EXPECT_EQ(exponential(17.125), 0x1.a1a68b58bbd5ap+24);
}

TEST(FunctionsTest, SigmoidFamily) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_NEAR(sigmoid(2), 0.8807970779778823, 1e-15);
  EXPECT_NEAR(silu(-1.5), -1.5 * 0.18242552380635635, 1e-15);
  EXPECT_EQ(hard_sigmoid(1, 0.2, 0.5), 0.7);
  EXPECT_EQ(hard_sigmoid(9, 0.2, 0.5), 1);
  EXPECT_EQ(hard_sigmoid(-9, 0.2, 0.5), 0);
  EXPECT_EQ(hard_swish(-3), 0);
  EXPECT_EQ(hard_swish(3), 3);
  EXPECT_EQ(hard_swish(0), 0);
}

}  // namespace
}  // namespace npusim::arith
