// SPDX-License-Identifier: Apache-2.0
// Small layers whose numbers are worked out by hand.
#include "frontend/quantize/conv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace npusim::quantize {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Layer {
  std::string name = "conv_3";
  graph::Conv conv;
  graph::TensorQuantization input{1, 0};
  graph::Clamps codes{-128, 127};
  graph::TensorQuantization output{1, 0};
  std::vector<double> means;
  QuantizationOptions options;
  HardwareLimits limits;
  base::ErrorList errors;

  // A 1x1 convolution; weights: out_channels x in_channels.
  Layer(std::int64_t out_channels, std::vector<float> weights, std::vector<float> bias) {
    conv.out_channels = out_channels;
    conv.in_channels = static_cast<std::int64_t>(weights.size()) / out_channels;
    conv.weights_ohwi = std::move(weights);
    conv.bias = std::move(bias);
    means.assign(static_cast<std::size_t>(conv.in_channels), 0.0);
  }
  ConvSolution solve() {
    return quantize_conv({name, conv, input, codes, output, means}, options, limits, errors);
  }
};

TEST(ConvTest, CodesBiasAndMultiplier) {
  // s_w = 127 / 127 = 1; channel 1: 15.875 * 2^3 = 127.
  Layer layer(2, {127.0F, -2.5F, 15.875F, 3.0F}, {10.0F, -2.0F});
  layer.input = {0.5, 3};
  layer.output = {4, 0};
  const ConvSolution solution = layer.solve();
  EXPECT_THAT(layer.errors.messages(), IsEmpty());
  const graph::QuantizedConv& conv = solution.conv;
  EXPECT_THAT(conv.weights_ohwi, ElementsAre(127, -2, 127, 24));  // -2.5 is a tie: even
  EXPECT_THAT(conv.requantization.channel_shifts, ElementsAre(0, 3));
  EXPECT_THAT(conv.weight_scales, ElementsAre(1.0));
  // 10 / 0.5 - 3 * 125;  -2 * 8 / 0.5 - 3 * 151
  EXPECT_THAT(conv.bias, ElementsAre(20 - 375, -32 - 453));
  ASSERT_EQ(conv.requantization.scales.size(), 1U);
  EXPECT_EQ(conv.requantization.scales[0].multiplier, 1 << 30);  // 1/8 = 2^30 * 2^-33
  EXPECT_EQ(conv.requantization.scales[0].shift, 33);
  EXPECT_EQ(conv.requantization.field_bits, 4);
}

TEST(ConvTest, BiasIsRoundedHalfToEven) {
  Layer layer(4, {127.0F, 127.0F, 127.0F, 127.0F}, {0.5F, 1.5F, -0.5F, -2.5F});
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(0, 2, 0, -2));
}

TEST(ConvTest, BiasCorrectionRestoresTheMean) {
  // s_w = 1: what rounding takes away is 0.25 of channel 1 and -0.5 of channel 2.
  Layer layer(1, {127.0F, 2.25F, 3.5F}, {1.0F});
  layer.options.layers.scheme.scheme = "per_layer";
  layer.means = {100.0, 8.0, 6.0};
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(1 + 2 - 3));
  layer.options.bias_correction = false;
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(1));
}

TEST(ConvTest, BiasCorrectionUsesTheChannelsOfTheGroup) {
  Layer layer(2, {127.0F, 127.25F}, {0.0F, 0.0F});
  layer.conv.kind = graph::ConvKind::depthwise_conv;
  layer.conv.groups = 2;
  layer.conv.in_channels = 2;
  layer.conv.weights_ohwi = {126.75F, 127.0F};  // codes 127, 127
  layer.means = {40.0, 1000.0};
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(-10, 0));
}

TEST(ConvTest, GemmOverAMapTakesTheChannelsMean) {
  // Two positions of two channels, flattened with the channel innermost.
  Layer layer(1, {127.0F, 1.25F, 2.25F, 3.25F}, {0.0F});
  layer.conv.kind = graph::ConvKind::gemm;
  layer.means = {4.0, 8.0};
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(2 + 1 + 2));
}

TEST(ConvTest, DeadChannelKeepsOnlyItsBias) {
  Layer layer(2, {127.0F, 0x1p-20F}, {0.0F, 9.0F});
  layer.means = {0x1p21};
  const ConvSolution solution = layer.solve();
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(127, 0));
  EXPECT_THAT(solution.conv.requantization.channel_shifts, ElementsAre(0, 0));
  EXPECT_THAT(solution.conv.bias, ElementsAre(0, 11));  // 9 + 2^-20 * 2^21
  EXPECT_EQ(solution.summary.dead_channels, 1);
}

TEST(ConvTest, LayerOfZeros) {
  for (const std::string& scheme : scheme_names()) {
    Layer layer(2, {0.0F, 0.0F}, {3.0F, -4.0F});
    layer.options.layers.scheme.scheme = scheme;
    const ConvSolution solution = layer.solve();
    EXPECT_THAT(layer.errors.messages(), IsEmpty());
    EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(0, 0));
    EXPECT_THAT(solution.conv.bias, ElementsAre(3, -4)) << scheme;
    EXPECT_EQ(solution.conv.weight_scales.front(), 1.0);
  }
}

TEST(ConvTest, FewerWeightBits) {
  Layer layer(1, {7.0F, -7.0F, 2.5F, 1.0F}, {0.0F});
  layer.options.layers.weight_bits = 4;
  const ConvSolution solution = layer.solve();
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(7, -7, 2, 1));
  EXPECT_EQ(solution.conv.weight_bits, 4);
}

TEST(ConvTest, SafeBitsFollowTheInputsClamps) {
  Layer layer(1, {127.0F, 127.0F}, {0.0F});
  layer.codes = {0, 127};  // at most 2 * 127 * 127 = 32258 < 2^15
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 16);
  layer.codes = {-128, 127};  // at least -32512
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 16);
  layer.codes = {0, 64};  // 16256 < 2^14
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 15);
}

TEST(ConvTest, PaddingWidensTheBound) {
  // +127 and -127: the bias is 0. Codes in [0, 1] give prefixes in [-127, 127]: 8 bits.
  Layer layer(1, {127.0F, -127.0F}, {0.0F});
  layer.input = {1, 100};
  layer.codes = {0, 1};
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 8);
  layer.conv.window.pad_left = 1;  // now up to 12700
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 15);
  layer.input.zero_point = -100;
  EXPECT_EQ(layer.solve().summary.safe_accumulator_bits, 15);
}

TEST(ConvTest, ShiftIsLoweredUntilTheSumFits) {
  // Channel 1 at shift 3: a bias of 4000 * 8 and up to 127 * 10 more.
  Layer layer(2, {127.0F, 15.875F}, {0.0F, 4000.0F});
  layer.codes = {0, 10};
  layer.limits.accumulator_bits = 16;  // 33270 does not fit
  const ConvSolution solution = layer.solve();
  EXPECT_THAT(layer.errors.messages(), IsEmpty());
  EXPECT_THAT(solution.conv.requantization.channel_shifts, ElementsAre(0, 2));
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(127, 64));  // 63.5 is a tie: even
  EXPECT_THAT(solution.conv.bias, ElementsAre(0, 16000));
  EXPECT_EQ(solution.summary.coarsened_channels, 1);
  EXPECT_EQ(solution.summary.safe_accumulator_bits, 16);
  layer.limits.accumulator_bits = 17;
  EXPECT_THAT(layer.solve().conv.requantization.channel_shifts, ElementsAre(0, 3));
}

TEST(ConvTest, SumThatNeverFitsNamesLayerChannelAndWidth) {
  Layer layer(3, {127.0F, 63.5F, 127.0F}, {0.0F, 70000.0F, 40000.0F});
  layer.limits.accumulator_bits = 16;
  layer.solve();
  // 70000 + 64 * 127 = 78128 < 2^17
  EXPECT_THAT(layer.errors.messages(),
              ElementsAre("layer 'conv_3', channel 1: hardware.mac_array.accumulator_bits: got 16, "
                          "must be at least 18"));
}

TEST(ConvTest, PerLayerHasNoCoarserStep) {
  Layer layer(2, {127.0F, 15.875F}, {0.0F, 40000.0F});
  layer.options.layers.scheme.scheme = "per_layer";
  layer.limits.accumulator_bits = 16;
  layer.solve();
  EXPECT_THAT(layer.errors.messages(),
              ElementsAre("layer 'conv_3', channel 1: hardware.mac_array.accumulator_bits: got 16, "
                          "must be at least 17"));
}

TEST(ConvTest, PerChannelDoublesTheScale) {
  Layer layer(2, {127.0F, 15.875F}, {0.0F, 4000.0F});
  layer.options.layers.scheme.scheme = "per_channel";
  layer.codes = {0, 10};
  layer.output.scale = 4;
  layer.limits.accumulator_bits = 16;
  const ConvSolution solution = layer.solve();
  EXPECT_THAT(layer.errors.messages(), IsEmpty());
  EXPECT_THAT(solution.conv.weight_scales, ElementsAre(1.0, 0.25));
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(127, 64));
  EXPECT_THAT(solution.conv.bias, ElementsAre(0, 16000));
  EXPECT_THAT(solution.conv.requantization.channel_shifts, IsEmpty());
  EXPECT_EQ(solution.conv.requantization.field_bits, 0);
  ASSERT_EQ(solution.conv.requantization.scales.size(), 2U);
  EXPECT_EQ(solution.conv.requantization.scales[0].shift, 32);
  EXPECT_EQ(solution.conv.requantization.scales[1].shift, 34);
  EXPECT_EQ(solution.summary.coarsened_channels, 1);
}

TEST(ConvTest, ShiftsBeyondTheBarrelShifterAreLowered) {
  // M = 2^-24 = 2^30 * 2^-54: 8 is the most that a channel may add.
  Layer layer(3, {127.0F, 127.0F / 1024, 127.0F / 16}, {0.0F, 0.0F, 0.0F});
  layer.output.scale = 0x1p24;
  const ConvSolution solution = layer.solve();
  EXPECT_EQ(solution.conv.requantization.scales[0].shift, 54);
  EXPECT_THAT(solution.conv.requantization.channel_shifts, ElementsAre(0, 8, 4));
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(127, 32, 127));  // 127 / 4
  EXPECT_EQ(solution.summary.coarsened_channels, 1);
}

TEST(ConvTest, PerChannelScalesBeyondTheBarrelShifterAreDoubled) {
  Layer layer(2, {127.0F, 127.0F / 1024}, {0.0F, 0.0F});
  layer.options.layers.scheme.scheme = "per_channel";
  layer.output.scale = 0x1p24;
  const ConvSolution solution = layer.solve();
  EXPECT_EQ(solution.conv.requantization.scales[0].shift, 54);
  EXPECT_EQ(solution.conv.requantization.scales[1].shift, 62);
  EXPECT_THAT(solution.conv.weights_ohwi, ElementsAre(127, 32));
}

TEST(ConvTest, FactorsOutsideTheBarrelShifterAreRefused) {
  Layer coarse(1, {127.0F}, {0.0F});
  coarse.output.scale = 0x1p-29;  // M = 2^29 = 2^30 * 2^-1
  coarse.solve();
  EXPECT_THAT(coarse.errors.messages(), IsEmpty());
  coarse.output.scale = 0x1p-30;
  coarse.solve();
  EXPECT_THAT(coarse.errors.messages(),
              ElementsAre("layer 'conv_3': requantization shift: got 0, must be 1 to 62 (ratio of "
                          "input, weight and output scales)"));
  Layer fine(1, {127.0F}, {0.0F});
  fine.output.scale = 0x1p32;  // M = 2^30 * 2^-62
  fine.solve();
  EXPECT_THAT(fine.errors.messages(), IsEmpty());
  fine.output.scale = 0x1p33;
  fine.solve();
  EXPECT_EQ(fine.errors.messages().size(), 1U);
}

TEST(ConvTest, MultiplierBitsOfTheHardware) {
  Layer layer(1, {127.0F}, {0.0F});
  layer.output.scale = 3;
  layer.limits.multiplier_bits = 15;
  const graph::FixedPoint factor = layer.solve().conv.requantization.scales.at(0);
  EXPECT_EQ(factor.multiplier, 21845);  // 2^16 / 3
  EXPECT_EQ(factor.shift, 16);
}

TEST(ConvTest, NumbersThatAreNotFiniteAreRefused) {
  Layer weights(2, {1.0F, std::numeric_limits<float>::infinity()}, {0.0F, 0.0F});
  weights.solve();
  EXPECT_THAT(weights.errors.messages(),
              ElementsAre("layer 'conv_3', channel 1: weight: got inf, must be a finite number"));
  Layer bias(1, {1.0F}, {std::numeric_limits<float>::infinity()});
  bias.solve();
  EXPECT_THAT(bias.errors.messages(),
              ElementsAre("layer 'conv_3', channel 0: bias: got inf, must be a finite number"));
}

TEST(ConvTest, HugeBiasIsRefusedNotOverflown) {
  Layer layer(1, {127.0F}, {3e38F});
  layer.solve();
  ASSERT_EQ(layer.errors.messages().size(), 1U);
  EXPECT_EQ(layer.errors.messages().front(),
            "layer 'conv_3', channel 0: hardware.mac_array.accumulator_bits: got 32, must be at "
            "least 62");
}

}  // namespace
}  // namespace npusim::quantize
