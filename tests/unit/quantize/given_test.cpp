// SPDX-License-Identifier: Apache-2.0
// Layers whose codes and scales the model brings: used as they are, or refused.
#include "frontend/quantize/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/quantize/content_hash.h"
#include "frontend/quantize/conv.h"
#include "frontend/quantize/quantize.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A 1x1 convolution, two inputs, one output channel for each scale.
struct Layer {
  std::string name = "conv_3";
  graph::Conv conv;
  graph::TensorQuantization input{0.5, 3};
  graph::Clamps codes{-128, 127};
  graph::TensorQuantization output{4, 0};
  std::vector<double> means{1, -1};
  QuantizationOptions options;
  HardwareLimits limits;
  base::ErrorList errors;

  Layer(std::vector<std::int8_t> weight_codes, std::vector<double> scales,
        const char* scheme = "per_channel") {
    conv.out_channels = static_cast<std::int64_t>(weight_codes.size()) / 2;
    conv.in_channels = 2;
    conv.bias.assign(weight_codes.size() / 2, 1.0F);
    conv.given = graph::GivenWeights{std::move(weight_codes), std::move(scales), 0, {}, {}};
    for (std::size_t i = 0; i < conv.given->codes_ohwi.size(); ++i) {
      const int code{conv.given->codes_ohwi[i]};
      conv.weights_ohwi.push_back(static_cast<float>(code * conv.given->scale(i / 2)));
    }
    options.layers.scheme.scheme = scheme;
  }
  ConvSolution solve() {
    return quantize_conv({name, conv, input, codes, output, means}, options, limits, errors);
  }
};

TEST(GivenWeights, CodesAreUsedAsTheyAre) {
  Layer layer({-128, 127, 1, 0}, {0.25, 3});
  const graph::QuantizedConv conv = layer.solve().conv;
  EXPECT_THAT(layer.errors.messages(), IsEmpty());
  EXPECT_THAT(conv.weights_ohwi, ElementsAre(-128, 127, 1, 0));
  EXPECT_THAT(conv.weight_scales, ElementsAre(0.25, 3.0));
  // rne(1 / (0.5 * 0.25)) - 3 * -1; rne(1 / 1.5) - 3 * 1: no bias correction, though it is on.
  EXPECT_THAT(conv.bias, ElementsAre(8 + 3, 1 - 3));
  EXPECT_EQ(conv.requantization.scales.size(), 2U);
  EXPECT_EQ(conv.requantization.scales[0].multiplier, 1 << 30);  // 0.5 * 0.25 / 4 = 2^-5
  EXPECT_EQ(conv.requantization.scales[0].shift, 35);
}

TEST(GivenWeights, BiasCodesOfTheSumsScaleAreUsedAsTheyAre) {
  Layer layer({1, 0, 2, 0}, {0.25, 0.25});
  layer.conv.given->bias_codes = {1234567, 5};
  layer.conv.given->bias_scales = {0.125 * (1 + 0x1p-23), 0.25};  // the second: twice the sum's
  EXPECT_THAT(layer.solve().conv.bias, ElementsAre(1234567 - 3, 10 - 6));
}

TEST(GivenWeights, AZeroPointOfTheWeightsIsCarried) {
  Layer layer({-128, 0, 127, 126}, {0.25});
  layer.conv.given->zero_point = 127;
  const ConvSolution solution = layer.solve();
  EXPECT_EQ(solution.conv.weight_zero_point, 127);
  EXPECT_THAT(solution.conv.bias, ElementsAre(8 - 3 * (-255 - 127), 8 - 3 * -1));
  // 8 + 1146 + (255 + 127) * 128: the sums of differences, not of codes.
  EXPECT_EQ(solution.summary.safe_accumulator_bits, 17);
}

TEST(GivenWeights, ShiftScalerCarriesPowersOfTwo) {
  Layer layer({127, 1, -128, 1, 5, 1, 0, 0}, {0.75, 0.375, 0.75 / 32768, 0.3}, "shift_scaler");
  const graph::QuantizedConv conv = layer.solve().conv;
  EXPECT_THAT(layer.errors.messages(), IsEmpty());
  EXPECT_THAT(conv.requantization.channel_shifts, ElementsAre(0, 1, 15, 0));  // the last is dead
  EXPECT_THAT(conv.weight_scales, ElementsAre(0.75));
  EXPECT_THAT(conv.weights_ohwi, ElementsAre(127, 1, -128, 1, 5, 1, 0, 0));
  // 2^s_c / (0.5 * 0.75) of each bias, 1: 2.67, 5.33, 87381.33, and 2.67 of the dead channel.
  EXPECT_THAT(conv.bias, ElementsAre(3 - 3 * 128, 5 + 3 * 127, 87381 - 3 * 6, 3));

  layer.options.layers.scheme.field_bits = 3;
  layer.solve();
  EXPECT_THAT(layer.errors.messages(),
              ElementsAre(HasSubstr("layer 'conv_3': weight scales of the model: got 0.000031 of "
                                    "the largest in channel 2, must be 2^-s of the largest, s from "
                                    "0 to 7 for shift_scaler (--scheme per_channel carries any)")));
}

TEST(GivenWeights, PerLayerCarriesEqualScales) {
  Layer equal({127, 1, 0, 0, -3, 1}, {0.5, 0.25, 0.5}, "per_layer");
  EXPECT_THAT(equal.solve().conv.weight_scales, ElementsAre(0.5));
  EXPECT_THAT(equal.errors.messages(), IsEmpty());
  Layer unequal({127, 1, 1, 0}, {0.5, 0.25}, "per_layer");
  unequal.solve();
  EXPECT_THAT(unequal.errors.messages(),
              ElementsAre(HasSubstr("got 0.500000 of the largest in channel 1, must be equal for "
                                    "all channels for per_layer")));
}

TEST(GivenWeights, ScalesThatDifferByRoundingInFloatAreTheSame) {
  Layer same({127, 1, -3, 1}, {0.5, 0.5 * (1 - 0x1p-22)}, "per_layer");
  EXPECT_THAT(same.solve().conv.weight_scales, ElementsAre(0.5));
  EXPECT_THAT(same.errors.messages(), IsEmpty());
  Layer powers({127, 1, -3, 1}, {0.5, 0.125 * (1 + 0x1p-22)}, "shift_scaler");
  EXPECT_THAT(powers.solve().conv.requantization.channel_shifts, ElementsAre(0, 2));
  Layer other({127, 1, -3, 1}, {0.5, 0.5 * (1 - 0x1p-18)}, "per_layer");
  other.solve();
  EXPECT_THAT(other.errors.messages(), ElementsAre(HasSubstr("must be equal for all channels")));
}

TEST(GivenWeights, NothingIsMadeCoarserForANarrowAccumulator) {
  Layer layer({127, 127, 1, 0}, {0.5, 0.25}, "per_channel");
  layer.limits.accumulator_bits = 15;
  layer.solve();
  EXPECT_THAT(layer.errors.messages(),
              ElementsAre("layer 'conv_3', channel 0: hardware.mac_array.accumulator_bits: got 15, "
                          "must be at least 17"));
}

TEST(GivenQuantization, ReplacesCalibration) {
  graph::Graph graph = test::small_graph();
  const graph::TensorQuantization own{0.125, -5};
  for (const std::size_t node : {0U, 3U, 4U, 5U, 6U, 7U, 8U}) graph.nodes[node].given = own;
  const Quantization result = quantize_graph(graph, test::small_calibration(), {}, {});
  for (const std::size_t node : {0U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    EXPECT_EQ(result.graph.nodes[node].quantization, own) << node;
  }
  const Quantization plain = quantize_graph(test::small_graph(), test::small_calibration(), {}, {});
  for (const std::size_t node : {1U, 2U, 9U}) {
    EXPECT_EQ(result.graph.nodes[node].quantization, plain.graph.nodes[node].quantization) << node;
  }
  EXPECT_EQ(result.graph.nodes[4].clamps.low, -5);  // a ReLU
  EXPECT_EQ(result.graph.nodes[3].clamps.low, -128);
}

TEST(GivenQuantization, IsPartOfTheContent) {
  const graph::Graph plain = test::small_graph();
  graph::Graph tensor = plain;
  tensor.nodes[3].given = graph::TensorQuantization{0.5, 1};
  graph::Graph layer = plain;
  auto& conv = std::get<graph::Conv>(layer.nodes[1].op);
  conv.given =
      graph::GivenWeights{std::vector<std::int8_t>(conv.weights_ohwi.size()), {1}, 0, {}, {}};
  graph::Graph other = layer;
  std::get<graph::Conv>(other.nodes[1].op).given->codes_ohwi[0] = 1;
  EXPECT_NE(content_hash(plain), content_hash(tensor));
  EXPECT_NE(content_hash(plain), content_hash(layer));
  EXPECT_NE(content_hash(layer), content_hash(other));
}

}  // namespace
}  // namespace npusim::quantize
