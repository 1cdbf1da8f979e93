// SPDX-License-Identifier: Apache-2.0
#include "frontend/topology/synthetic_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace npusim::topology {
namespace {

graph::Conv drawn(std::int64_t out_channels, std::int64_t in_channels, std::int64_t kernel,
                  const WeightStyle& style, std::uint64_t seed = 1, std::size_t layer = 3) {
  graph::Conv conv;
  conv.in_channels = in_channels;
  conv.out_channels = out_channels;
  conv.window.kernel_h = conv.window.kernel_w = kernel;
  draw_weights_of(conv, seed, layer, style);
  return conv;
}

TEST(SyntheticWeightsTest, VarianceIsGainOverFanIn) {
  for (const double gain : {WeightStyle::kPlainGain, WeightStyle::kRectifiedGain}) {
    const graph::Conv conv = drawn(512, 32, 3, {gain, true});
    double sum = 0;
    double squares = 0;
    for (const float weight : conv.weights_ohwi) {
      sum += static_cast<double>(weight);
      squares += static_cast<double>(weight) * static_cast<double>(weight);
    }
    const auto count = static_cast<double>(conv.weights_ohwi.size());
    ASSERT_EQ(count, 512 * 32 * 9);
    const double variance = gain / (32 * 9);
    EXPECT_NEAR(squares / count, variance, 0.1 * variance);
    EXPECT_NEAR(sum / count, 0, 0.01 * std::sqrt(variance));
  }
}

TEST(SyntheticWeightsTest, ChannelsDifferInRange) {
  const graph::Conv conv = drawn(64, 1024, 1, {});
  std::vector<float> ranges;
  for (std::ptrdiff_t c = 0; c < 64; ++c) {
    const auto first = conv.weights_ohwi.begin() + c * 1024;
    const auto [low, high] = std::minmax_element(first, first + 1024);
    ranges.push_back(std::max(-*low, *high));
  }
  const auto [least, most] = std::minmax_element(ranges.begin(), ranges.end());
  EXPECT_GT(*most / *least, 4);
  EXPECT_LE(*most / *least, 7.1F);
}

TEST(SyntheticWeightsTest, LayersAndSeedsHaveStreamsOfTheirOwn) {
  const graph::Conv conv = drawn(8, 8, 1, {});
  EXPECT_EQ(drawn(8, 8, 1, {}).weights_ohwi, conv.weights_ohwi);
  EXPECT_NE(drawn(8, 8, 1, {}, 2).weights_ohwi, conv.weights_ohwi);
  EXPECT_NE(drawn(8, 8, 1, {}, 1, 4).weights_ohwi, conv.weights_ohwi);
}

TEST(SyntheticWeightsTest, BiasesAreSmallOrZero) {
  for (const float bias : drawn(100, 4, 1, {}).bias) {
    EXPECT_LE(std::abs(bias), 0.1F);
    EXPECT_NE(bias, 0.0F);
  }
  for (const float bias : drawn(100, 4, 1, {1, false}).bias) EXPECT_EQ(bias, 0.0F);
}

// A small layer to the last bit, computed by other means: what every machine must draw.
TEST(SyntheticWeightsTest, TheSameBitsEverywhere) {
  const graph::Conv conv = drawn(2, 5, 1, {});
  const std::vector<float> expected = {
      0x1.d884e6p-4F,  -0x1.5f4816p-3F, 0x1.1addf2p-1F, -0x1.5d68eep-4F, -0x1.dde316p-2F,
      -0x1.a9029ep-1F, -0x1.2b3c24p-1F, 0x1.6d15acp-1F, -0x1.4b6724p-5F, 0x1.747326p-2F};
  EXPECT_EQ(conv.weights_ohwi, expected);
}

}  // namespace
}  // namespace npusim::topology
