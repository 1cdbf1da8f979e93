// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/lookup_function.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(LookupFunctionTest, FunctionsOfTheExponentialAgainstTheLibrary) {
  const Lookup leaky{Function::leaky_relu, 0.25, 0};
  EXPECT_EQ(evaluate(leaky, -2), -0.5);
  EXPECT_EQ(evaluate(leaky, 2), 2);
  for (int i = -4000; i <= 4000; ++i) {
    const double x = 0.01 * i;
    const double larger = std::max(1.0, std::fabs(x));
    EXPECT_NEAR(evaluate({Function::tanh, 0, 0}, x), std::tanh(x), 1e-15) << x;
    EXPECT_NEAR(evaluate({Function::softplus, 0, 0}, x), std::log1p(std::exp(x)), 1e-15 * larger)
        << x;
    EXPECT_NEAR(evaluate({Function::mish, 0, 0}, x), x * std::tanh(std::log1p(std::exp(x))),
                2e-15 * larger)
        << x;
    EXPECT_NEAR(evaluate({Function::elu, 0.5, 1.5}, x), x < 0 ? 0.5 * std::expm1(x) : 1.5 * x,
                1e-15)
        << x;
  }
  // Far out nothing overflows.
  for (const Function f : {Function::tanh, Function::softplus, Function::mish, Function::elu}) {
    for (const double x : {-1e30, -1000.0, 1000.0, 1e30}) {
      EXPECT_TRUE(std::isfinite(evaluate({f, 1, 1}, x))) << x;
    }
  }
}

TEST(LookupFunctionTest, LogarithmIsWithinAFewUnits) {
  EXPECT_EQ(log_one_plus(0), 0);
  for (int i = 0; i <= 1000; ++i) {
    EXPECT_NEAR(log_one_plus(0.001 * i), std::log1p(0.001 * i), 4e-16) << i;
  }
}

}  // namespace
}  // namespace npusim::graph
