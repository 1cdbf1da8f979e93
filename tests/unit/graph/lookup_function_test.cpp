// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/lookup_function.h"

#include <gtest/gtest.h>

#include <cmath>

namespace npusim::graph {
namespace {

TEST(LookupFunctionTest, ExponentialIsWithinTwoUnitsOfTheLastPlace) {
  EXPECT_EQ(exp_nonpositive(0), 1.0);
  EXPECT_EQ(exp_nonpositive(-700.5), 0.0);
  for (int i = 1; i <= 70000; ++i) {
    const double x = -0.01 * i;
    const auto exact = static_cast<double>(std::exp(static_cast<long double>(x)));
    const double unit = std::nextafter(exact, 2.0) - exact;
    ASSERT_LE(std::fabs(exp_nonpositive(x) - exact), 2 * unit) << x;
  }
}

// Pinned so that a change of compiler or library cannot change a table unseen.
TEST(LookupFunctionTest, BitsAreTheSameEverywhere) {
  EXPECT_EQ(exp_nonpositive(-1), 0x1.78b56362cef38p-2);
  EXPECT_EQ(exp_nonpositive(-10), 0x1.7cd79b5647c9ap-15);
}

TEST(LookupFunctionTest, Functions) {
  const Lookup sigmoid{Function::sigmoid, 0, 0};
  const Lookup silu{Function::silu, 0, 0};
  const Lookup hard_swish{Function::hard_swish, 0, 0};
  const Lookup hard_sigmoid{Function::hard_sigmoid, 0.2, 0.5};
  EXPECT_EQ(evaluate(sigmoid, 0), 0.5);
  EXPECT_NEAR(evaluate(sigmoid, 2), 0.8807970779778823, 1e-15);
  EXPECT_NEAR(evaluate(sigmoid, -2), 0.1192029220221176, 1e-15);
  EXPECT_EQ(evaluate(sigmoid, -1000), 0);
  EXPECT_EQ(evaluate(sigmoid, 1000), 1);
  EXPECT_NEAR(evaluate(silu, -2), -0.2384058440442351, 1e-15);
  EXPECT_EQ(evaluate(hard_swish, -4), 0);
  EXPECT_EQ(evaluate(hard_swish, 4), 4);
  EXPECT_EQ(evaluate(hard_swish, 1.5), 1.125);
  EXPECT_EQ(evaluate(hard_sigmoid, -3), 0);
  EXPECT_EQ(evaluate(hard_sigmoid, 3), 1);
  EXPECT_NEAR(evaluate(hard_sigmoid, 1), 0.7, 1e-15);
}

}  // namespace
}  // namespace npusim::graph
