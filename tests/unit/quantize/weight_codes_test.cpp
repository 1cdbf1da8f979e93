// SPDX-License-Identifier: Apache-2.0
// The loops over weights against their plain twins, of every length around the lanes'.
#include "frontend/quantize/weight_codes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "frontend/quantize/accumulator.h"
#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

std::vector<float> drawn_weights(std::mt19937_64& engine, std::int64_t count) {
  std::vector<float> weights;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto integer = static_cast<double>(static_cast<std::int64_t>(engine() % 4001) - 2000);
    weights.push_back(static_cast<float>(std::ldexp(integer, -6)));  // many ties at scale 1
  }
  return weights;
}

TEST(WeightCodesTest, CodesSumsAndCorrectionAsTheRulesRead) {
  std::mt19937_64 engine(3);
  for (std::int64_t count = 1; count < 80; ++count) {
    const std::vector<float> weights = drawn_weights(engine, count);
    std::vector<double> means;
    for (std::int64_t k = 0; k < count; ++k) means.push_back(std::ldexp(engine() % 1000, -9));
    for (const CodeScale& scale : {CodeScale{1, 1, 0}, {0.1, 4, 0}, {0.37, 1, -19}}) {
      const graph::Clamps steps{-127 - scale.zero_point, 127 - scale.zero_point};
      std::vector<std::int8_t> codes(weights.size());
      make_codes(weights.data(), count, scale, steps, codes.data());
      CodeSums sums;
      double correction = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const double exact = static_cast<double>(weights[k]) * scale.power / scale.scale;
        const std::int32_t step = arith::rne_clamped(exact, steps.low, steps.high);
        ASSERT_EQ(codes[k], step + scale.zero_point) << weights[k];
        (step > 0 ? sums.positive : sums.negative) += step;
        const double restored = scale.scale * step / scale.power;
        correction += (static_cast<double>(weights[k]) - restored) * means[k];
      }
      const CodeSums got = code_sums(codes.data(), count, scale.zero_point);
      EXPECT_EQ(got.positive, sums.positive);
      EXPECT_EQ(got.negative, sums.negative);
      EXPECT_EQ(bias_correction(weights.data(), codes.data(), means.data(), count, scale),
                correction);
    }
  }
}

TEST(WeightCodesTest, SumsDoNotOverflow) {
  const std::vector<std::int8_t> codes(std::size_t{1} << 24U, -128);
  const auto count = static_cast<std::int64_t>(codes.size());
  EXPECT_EQ(code_sums(codes.data(), count, 127).negative, -255 * count);
  EXPECT_EQ(code_sums(codes.data(), count, 127).positive, 0);
  EXPECT_TRUE(code_sums(codes.data(), count, -128).are_all_zero());
  // The range of accumulators comes from the same sums.
  const AccumulatorRange range = accumulator_range(5, codes.data(), count, {-100, 50});
  EXPECT_EQ(range.least, 5 - 128 * 50 * count);
  EXPECT_EQ(range.greatest, 5 + 128 * 100 * count);
}

TEST(WeightCodesTest, ScalesThatAreNoneAreRefused) {
  const float weight = 1;
  std::int8_t code = 0;
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(make_codes(&weight, 1, {bad, 1, 0}, {-127, 127}, &code), base::InternalError);
  }
}

TEST(WeightCodesTest, LargestAndFirstThatIsNotFinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (std::size_t count = 1; count < 40; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<float> weights(count, -0.5F);
      weights[at] = -2.5F;
      EXPECT_EQ(largest_magnitude(weights.data(), static_cast<std::int64_t>(count)), 2.5F);
      EXPECT_EQ(first_not_finite(weights.data(), static_cast<std::int64_t>(count)),
                static_cast<std::int64_t>(count));
      for (const float bad : {kInfinity, -kInfinity, std::nanf("")}) {
        weights[at] = bad;
        weights.back() = kInfinity;
        EXPECT_EQ(first_not_finite(weights.data(), static_cast<std::int64_t>(count)),
                  static_cast<std::int64_t>(at));
      }
    }
  }
}

}  // namespace
}  // namespace npusim::quantize
