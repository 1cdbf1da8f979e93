// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/weight_sqnr.h"

#include <gtest/gtest.h>

#include "frontend/study/decibels.h"
#include "sim/base/errors.h"

namespace npusim::study {
namespace {

/// An input of two channels and a 1x1 convolution of it.
graph::Graph one_conv(const std::vector<float>& weights) {
  graph::Conv conv;
  conv.in_channels = 2;
  conv.out_channels = static_cast<std::int64_t>(weights.size()) / 2;
  conv.weights_ohwi = weights;
  conv.bias.resize(weights.size() / 2);
  graph::Graph graph;
  graph.nodes.push_back({"x", graph::Input{}, {}, {1, 1, 2}, {}});
  graph.nodes.push_back({"conv_1", conv, {0}, {1, 1, conv.out_channels}, {}});
  graph.outputs = {1};
  return graph;
}

/// The same with codes.
graph::QuantizedGraph one_quantized(const std::vector<std::int8_t>& codes,
                                    const std::vector<double>& scales,
                                    const std::vector<std::uint8_t>& shifts, int zero_point) {
  graph::QuantizedConv conv;
  conv.in_channels = 2;
  conv.out_channels = static_cast<std::int64_t>(codes.size()) / 2;
  conv.weights_ohwi = codes;
  conv.weight_scales = scales;
  conv.weight_zero_point = zero_point;
  conv.requantization.channel_shifts = shifts;
  graph::QuantizedGraph graph;
  graph.nodes.push_back({"x", graph::Input{}, {}, {1, 1, 2}, {}, {}});
  graph.nodes.push_back({"conv_1", conv, {0}, {1, 1, conv.out_channels}, {}, {}});
  graph.outputs = {1};
  return graph;
}

TEST(WeightSqnr, ThreadsShareTheChannels) {
  std::vector<float> weights;
  std::vector<std::int8_t> codes;
  for (int i = 0; i < 74; ++i) {
    weights.push_back(i % 10 < 2 ? 0.0F : 1.0F / static_cast<float>(i));
    codes.push_back(static_cast<std::int8_t>(128 / (i + 1)));
  }
  const graph::Graph network = one_conv(weights);
  const graph::QuantizedGraph quantized = one_quantized(codes, {0x1p-7}, {}, 0);
  const auto one = weight_sqnr(network, quantized);
  ASSERT_LT(one[0].channels.size(), 37U);  // some are dead
  for (const int threads : {2, 100}) {
    const auto many = weight_sqnr(network, quantized, threads);
    EXPECT_EQ(many[0].node, one[0].node);
    EXPECT_EQ(many[0].channels, one[0].channels);
    EXPECT_EQ(many[0].channel_db, one[0].channel_db);
  }
}

TEST(WeightSqnr, PerLayer) {
  // Channel 0: (3, 4) by (3, 4.5), noise 0.25 of 25. Channel 1: (1, 0.1) by (1, 0), 0.01 of 1.01.
  const auto layers =
      weight_sqnr(one_conv({3, 4, 1, 0.1F}), one_quantized({6, 9, 2, 0}, {0.5}, {}, 0));
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].node, 1);
  EXPECT_EQ(layers[0].channels, (std::vector<std::int64_t>{0, 1}));
  ASSERT_EQ(layers[0].channel_db.size(), 2U);
  EXPECT_NEAR(layers[0].channel_db[0], 20, 1e-12);
  EXPECT_NEAR(layers[0].channel_db[1], 20.043213737826427, 1e-6);  // 0.1F is not 0.1
  const SqnrSummary all = summarize(layers);
  EXPECT_EQ(all.channels, 2);
  EXPECT_NEAR(all.mean_db, (20 + 20.043213737826427) / 2, 1e-6);
  EXPECT_EQ(all.worst_db, layers[0].channel_db[0]);
  EXPECT_EQ(all.worst_node, 1);
  EXPECT_EQ(all.worst_channel, 0);
}

TEST(WeightSqnr, ShiftsScalesAndZeroPointCount) {
  // 4 * 2^-3 = 0.5: 2 and -1.5 are 4 and -3 of it, exactly.
  EXPECT_EQ(weight_sqnr(one_conv({2, -1.5F}), one_quantized({4, -3}, {4}, {3}, 0))[0].channel_db,
            std::vector<double>{kMostDecibels});
  EXPECT_EQ(weight_sqnr(one_conv({2, -1.5F}), one_quantized({7, 0}, {0.5}, {}, 3))[0].channel_db,
            std::vector<double>{kMostDecibels});
  EXPECT_EQ(
      weight_sqnr(one_conv({2, -1.5F, 6, 9}), one_quantized({4, -3, 2, 3}, {0.5, 3}, {}, 0))[0]
          .channel_db,
      (std::vector<double>{kMostDecibels, kMostDecibels}));
}

TEST(WeightSqnr, AllCodesZeroIsZeroDecibels) {
  const auto layers = weight_sqnr(one_conv({100, 0, 0.25F, 0.125F}),
                                  one_quantized({127, 0, 0, 0}, {100.0 / 127}, {}, 0));
  EXPECT_NEAR(layers.at(0).channel_db.at(1), 0, 1e-12);
  EXPECT_EQ(summarize(layers).worst_channel, 1);
}

TEST(WeightSqnr, DeadChannelsAreLeftOut) {
  const auto layers = weight_sqnr(one_conv({0, 0, 1, 0, 0x1p-23F, 0, 0x1.fffffep-24F, 0}),
                                  one_quantized({0, 0, 127, 0, 1, 0, 1, 0}, {1.0 / 127}, {}, 0));
  EXPECT_EQ(layers.at(0).channels, (std::vector<std::int64_t>{1, 2}));
  const auto zeros = weight_sqnr(one_conv({0, 0}), one_quantized({0, 0}, {1}, {}, 0));
  EXPECT_TRUE(zeros.at(0).channels.empty());
  EXPECT_EQ(summarize(zeros).channels, 0);
}

TEST(WeightSqnr, RefusesAnotherNetwork) {
  EXPECT_THROW(weight_sqnr(one_conv({1, 2, 3, 4}), one_quantized({1, 2}, {1}, {}, 0)),
               base::InternalError);
  EXPECT_THROW(weight_sqnr({}, one_quantized({1, 2}, {1}, {}, 0)), base::InternalError);
}

}  // namespace
}  // namespace npusim::study
