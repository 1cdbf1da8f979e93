// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/layer_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using test::small_graph;
using testing::ElementsAre;

LayerOverride weights(std::string match, std::int32_t bits) {
  LayerOverride entry;
  entry.match = std::move(match);
  entry.weight_bits = bits;
  return entry;
}

LayerOverride activations(std::string match, std::int32_t bits) {
  LayerOverride entry;
  entry.match = std::move(match);
  entry.activation_bits = bits;
  return entry;
}

std::vector<std::int32_t> weight_widths(const std::vector<LayerOverride>& overrides) {
  QuantizationOptions options;
  options.overrides = overrides;
  std::vector<std::int32_t> widths;
  for (const LayerOptions& layer : layer_options(small_graph(), options)) {
    widths.push_back(layer.weight_bits);
  }
  return widths;
}

std::vector<std::string> refusals(const QuantizationOptions& options) {
  try {
    layer_options(small_graph(), options);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

// input first max depthwise sum gate product both mean logits
TEST(LayerOptionsTest, LaterEntriesWin) {
  EXPECT_THAT(weight_widths({}), ElementsAre(8, 8, 8, 8, 8, 8, 8, 8, 8, 8));
  EXPECT_THAT(weight_widths({weights("*", 4), weights("first", 8), weights("l?gits", 2)}),
              ElementsAre(4, 8, 4, 4, 4, 4, 4, 4, 4, 2));
  EXPECT_THAT(weight_widths({weights("first", 8), weights("*", 4)}),
              ElementsAre(4, 4, 4, 4, 4, 4, 4, 4, 4, 4));
  EXPECT_THAT(weight_widths({weights("*th*", 3)}), ElementsAre(8, 8, 8, 3, 8, 8, 8, 3, 8, 8));
  EXPECT_THAT(weight_widths({weights("f*?t", 3)}), ElementsAre(8, 3, 8, 8, 8, 8, 8, 8, 8, 8));
  EXPECT_THAT(weight_widths({weights("*", 3), weights("*g?*s**", 2)}),
              ElementsAre(3, 3, 3, 3, 3, 3, 3, 3, 3, 2));
}

TEST(LayerOptionsTest, EntriesWinKeyByKey) {
  QuantizationOptions options;
  options.layers.scheme.field_bits = 3;
  LayerOverride scheme = weights("first", 6);
  scheme.scheme = "per_channel";
  scheme.rule = ShiftRule::octave;
  LayerOverride field;
  field.match = "f*";
  field.field_bits = 2;
  options.overrides = {scheme, field};
  const std::vector<LayerOptions> layers = layer_options(small_graph(), options);
  EXPECT_EQ(layers[1].scheme.scheme, "per_channel");
  EXPECT_EQ(layers[1].scheme.rule, ShiftRule::octave);
  EXPECT_EQ(layers[1].scheme.field_bits, 2);
  EXPECT_EQ(layers[1].weight_bits, 6);
  EXPECT_EQ(layers[3].scheme.scheme, "shift_scaler");
  EXPECT_EQ(layers[3].scheme.field_bits, 3);
}

TEST(LayerOptionsTest, MaxPoolingHasTheWidthOfWhatItReads) {
  QuantizationOptions options;
  options.layers.activation_bits = 6;
  options.overrides = {activations("input", 5), activations("f*?t", 5), activations("m*", 4)};
  EXPECT_THAT(activation_widths(small_graph(), options),
              ElementsAre(5, 5, 5, 6, 6, 6, 6, 6, 4, 6));  // max: as first; mean: its own
}

TEST(LayerOptionsTest, EveryReasonIsNamed) {
  QuantizationOptions options;
  options.layers.weight_bits = 1;
  options.layers.activation_bits = 3;
  options.overrides = {weights("frst", 9), weights("sum", 4), activations("max", 4)};
  EXPECT_THAT(
      refusals(options),
      ElementsAre("quantization.weight_bits: got 1, must be 2 to 8",
                  "quantization.activation_bits: got 3, must be 4 to 8",
                  "quantization.layers[0].weight_bits: got 9, must be 2 to 8",
                  "quantization.layers[0].match: got frst, must be a pattern that matches a "
                  "layer, such as first, input or max",
                  "quantization.layers[1].weight_bits: got 4, must be left out: sum matches no "
                  "layer with weights",
                  "quantization.layers[2].activation_bits: got 4, must be left out: max matches "
                  "only max pooling, which has the width of what it reads"));
}

TEST(LayerOptionsTest, SchemesOfEntriesAreChecked) {
  QuantizationOptions options;
  LayerOverride entry;
  entry.match = "*";
  entry.scheme = "per_chanel";
  options.overrides = {entry};
  EXPECT_THAT(refusals(options),
              ElementsAre("layer 'first': quantization.scheme: got per_chanel, must be one of "
                          "per_layer, shift_scaler, per_channel; did you mean per_channel?"));
}

TEST(LayerOptionsTest, ZeroPointsEndWhereAnEntryNamesAnotherScheme) {
  QuantizationOptions options;
  options.layers.scheme.scheme = "per_layer";
  options.layers.scheme.symmetric = false;
  LayerOverride entry;
  entry.match = "first";
  entry.scheme = "shift_scaler";
  options.overrides = {entry};
  const std::vector<LayerOptions> layers = layer_options(small_graph(), options);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    EXPECT_EQ(layers[i].scheme.symmetric, small_graph().nodes[i].name == "first");
  }
  options.overrides[0].symmetric = false;
  EXPECT_THAT(refusals(options),
              ElementsAre("layer 'first': quantization.symmetric: got false, must be true with "
                          "scheme shift_scaler (only per_layer has a weight zero point)"));
}

TEST(LayerOptionsTest, PatternDistance) {
  EXPECT_EQ(pattern_distance("conv_1", "conv_1"), 0U);
  EXPECT_EQ(pattern_distance("conv*", "conv_17/dw"), 0U);
  EXPECT_EQ(pattern_distance("c?nv*dw", "conv_17/dw"), 0U);
  EXPECT_EQ(pattern_distance("*", ""), 0U);
  EXPECT_EQ(pattern_distance("con_*", "conv_1"), 1U);
  EXPECT_EQ(pattern_distance("convv_1", "conv_1"), 1U);
  EXPECT_EQ(pattern_distance("cnov", "conv"), 2U);
  EXPECT_EQ(pattern_distance("", "abc"), 3U);
  EXPECT_EQ(pattern_distance("?", ""), 1U);
}

}  // namespace
}  // namespace npusim::quantize
