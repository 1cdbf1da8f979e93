// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/classify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "sim/arith/elementwise.h"
#include "sim/base/errors.h"

namespace npusim::execute {
namespace {

TEST(QuantizeInputTest, RoundsHalfToEvenAddsTheZeroPointAndClamps) {
  const std::vector<float> values = {0, 0.25F, 0.75F, -0.25F, -0.75F, 70, -70, 0.3F};
  std::vector<std::int8_t> codes(values.size());
  quantize_input(values.data(), static_cast<std::int64_t>(values.size()), {0.5, -10}, {-128, 127},
                 codes.data());
  EXPECT_EQ(codes, (std::vector<std::int8_t>{-10, -10, -8, -10, -12, 127, -128, -9}));
  quantize_input(values.data(), static_cast<std::int64_t>(values.size()), {0.5, -3}, {-8, 7},
                 codes.data());
  EXPECT_EQ(codes, (std::vector<std::int8_t>{-3, -3, -1, -3, -5, 7, -8, -2}));
  const float nan = std::nanf("");
  EXPECT_THROW(quantize_input(&nan, 1, {0.5, 0}, {-128, 127}, codes.data()), base::InternalError);
}

// Black and white of pixels in [-1, 1] lie half way between two codes of scale 2/255. That scale is
// less than the float that ONNX has, so that the float quotients are just below the ties.
TEST(QuantizeInputTest, TheFloatQuotientDecidesAsInOnnx) {
  const std::vector<float> values = {-1, 1, 0.5F / 127.5F, -0.5F / 127.5F};
  std::vector<std::int8_t> codes(values.size());
  quantize_input(values.data(), static_cast<std::int64_t>(values.size()), {2.0 / 255, 0},
                 {-128, 127}, codes.data());
  EXPECT_EQ(codes, (std::vector<std::int8_t>{-127, 127, 0, 0}));
}

TEST(QuantizeInputTest, DrawnValuesAsTheRuleReads) {
  std::mt19937 engine(4);
  for (const float scale : {0.5F, 2.0F / 255, 3e-30F, 1e30F}) {
    std::vector<float> values = {std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity(), -0.0F};
    for (int i = 0; i < 1000; ++i) {
      const auto quarters = static_cast<float>(static_cast<int>(engine() % 1201) - 600);
      values.push_back(quarters * 0.25F * scale);
    }
    for (const graph::TensorQuantization& q :
         {graph::TensorQuantization{scale, 0}, {scale, -128}, {scale, 127}}) {
      const graph::Clamps range =
          q.zero_point == 0 ? graph::Clamps{-8, 7} : graph::Clamps{-128, 127};
      std::vector<std::int8_t> codes(values.size());
      quantize_input(values.data(), static_cast<std::int64_t>(values.size()), q, range,
                     codes.data());
      for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_EQ(codes[i], arith::quantize(static_cast<double>(values[i] / scale), 1, q.zero_point,
                                            range.low, range.high));
      }
    }
  }
}

// A scale that is no normal float: in double.
TEST(QuantizeInputTest, TinyScalesAreNoDivisionByZero) {
  const std::vector<float> values = {0, 1};
  std::vector<std::int8_t> codes(values.size());
  quantize_input(values.data(), 2, {1e-60, 3}, {-128, 127}, codes.data());
  EXPECT_EQ(codes, (std::vector<std::int8_t>{3, 127}));
}

TEST(RankTest, TiesGoToTheLowerClass) {
  const std::vector<std::int8_t> codes = {3, 7, 7, -128, 3, 9, 3, 7};
  EXPECT_EQ(rank(codes.data(), 8), (Ranking{5, 1, 2, 7, 0}));
  const std::vector<float> values = {-1, -1, -2, -1, 0, -1, -1};
  EXPECT_EQ(rank(values.data(), 7), (Ranking{4, 0, 1, 3, 5}));
}

TEST(RankTest, FewerThanFiveClassesLeaveMinusOne) {
  const std::vector<float> values = {1, 2, 3};
  EXPECT_EQ(rank(values.data(), 3), (Ranking{2, 1, 0, -1, -1}));
  const std::vector<float> least(2, -INFINITY);
  EXPECT_EQ(rank(least.data(), 2), (Ranking{0, 1, -1, -1, -1}));
}

TEST(RankTest, RefusesNaN) {
  const std::vector<float> values = {1, std::nanf(""), 3};
  EXPECT_THROW(rank(values.data(), 3), base::InternalError);
}

}  // namespace
}  // namespace npusim::execute
