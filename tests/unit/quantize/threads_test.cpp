// SPDX-License-Identifier: Apache-2.0
// Layers large enough for several threads: codes, summaries and refusals are those of one thread.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "frontend/quantize/conv.h"

namespace npusim::quantize {
namespace {

constexpr std::int64_t kChannels = 8;
constexpr std::int64_t kInputs = 50'000;  // two channels to a block
constexpr int kMoreThanBlocks = 40;

graph::Conv drawn_layer() {
  graph::Conv conv;
  conv.kind = graph::ConvKind::gemm;
  conv.out_channels = kChannels;
  conv.in_channels = kInputs;
  std::mt19937_64 engine(1);
  for (std::int64_t i = 0; i < kChannels * kInputs; ++i) {
    const auto integer =
        static_cast<double>(static_cast<std::int64_t>(engine() >> 40U) - (1 << 23));
    const int octave = static_cast<int>(i / kInputs % 5);
    conv.weights_ohwi.push_back(static_cast<float>(std::ldexp(integer, -30 - octave)));
  }
  conv.bias.assign(kChannels, 0.5F);
  return conv;
}

struct Result {
  ConvSolution solution;
  std::vector<std::string> messages;
};

Result quantize(const graph::Conv& conv, const SchemeOptions& scheme, int accumulator_bits,
                double output_scale, int threads) {
  const std::string name = "big";
  const std::vector<double> means(100, 0.25);  // of a tensor that the gemm flattens
  QuantizationOptions options;
  options.layers = {scheme, 8};
  options.bias_correction = true;
  base::ErrorList errors;
  Result result;
  result.solution = quantize_conv({name, conv, {0.02, -128}, {-128, 127}, {output_scale, 0}, means},
                                  options, {accumulator_bits, 31, 4, false}, errors, threads);
  result.messages = errors.messages();
  return result;
}

void expect_same(const graph::Conv& conv, const SchemeOptions& scheme, int accumulator_bits,
                 double output_scale, std::size_t messages) {
  const Result one = quantize(conv, scheme, accumulator_bits, output_scale, 1);
  EXPECT_EQ(one.messages.size(), messages);
  SCOPED_TRACE(scheme.scheme);
  const Result many = quantize(conv, scheme, accumulator_bits, output_scale, kMoreThanBlocks);
  EXPECT_EQ(many.messages, one.messages);
  if (messages > 0) return;
  const graph::QuantizedConv& a = one.solution.conv;
  const graph::QuantizedConv& b = many.solution.conv;
  EXPECT_TRUE(b.weights_ohwi == a.weights_ohwi);
  EXPECT_EQ(b.bias, a.bias);
  EXPECT_EQ(b.weight_scales, a.weight_scales);
  EXPECT_EQ(b.weight_zero_point, a.weight_zero_point);
  EXPECT_EQ(b.requantization.channel_shifts, a.requantization.channel_shifts);
  const LayerSummary& of_one = one.solution.summary;
  const LayerSummary& of_many = many.solution.summary;
  EXPECT_EQ(of_many.safe_accumulator_bits, of_one.safe_accumulator_bits);
  EXPECT_EQ(of_many.coarsened_channels, of_one.coarsened_channels);
  EXPECT_EQ(of_many.dead_channels, of_one.dead_channels);
}

std::vector<SchemeOptions> all_schemes() {
  return {{"per_layer", 0, ShiftRule::floor, true},
          {"per_layer", 0, ShiftRule::floor, false},
          {"shift_scaler", 4, ShiftRule::floor, true},
          {"shift_scaler", 4, ShiftRule::octave, true},
          {"per_channel", 0, ShiftRule::floor, true}};
}

TEST(QuantizeThreadsTest, SameCodesOfEveryScheme) {
  graph::Conv conv = drawn_layer();
  std::fill_n(conv.weights_ohwi.begin() + 3 * kInputs, kInputs, 0.0F);  // a dead channel
  for (const SchemeOptions& scheme : all_schemes()) expect_same(conv, scheme, 32, 1, 0);
}

TEST(QuantizeThreadsTest, SameCoarserScales) {
  const Result fits = quantize(drawn_layer(), {"per_channel"}, 32, 1, 1);
  const int narrow = fits.solution.summary.safe_accumulator_bits - 2;
  expect_same(drawn_layer(), {"per_channel"}, narrow, 1, 0);
  const Result coarser = quantize(drawn_layer(), {"per_channel"}, narrow, 1, 40);
  EXPECT_GT(coarser.solution.summary.coarsened_channels, 0);
}

TEST(QuantizeThreadsTest, SameRefusals) {
  const graph::Conv conv = drawn_layer();
  for (const SchemeOptions& scheme : all_schemes()) {
    if (scheme.scheme != "per_channel") expect_same(conv, scheme, 16, 1, 1);  // every channel
    expect_same(conv, scheme, 32, 0x1p-60, 1);  // shifts that no shifter has
  }
  graph::Conv bad = conv;
  bad.weights_ohwi[static_cast<std::size_t>(7 * kInputs)] = std::numeric_limits<float>::infinity();
  bad.weights_ohwi[static_cast<std::size_t>(4 * kInputs + 7)] = std::nanf("");
  expect_same(bad, {"per_layer"}, 32, 1, 1);
  EXPECT_NE(quantize(bad, {"per_layer"}, 32, 1, 40).messages.front().find("channel 4"),
            std::string::npos);
}

}  // namespace
}  // namespace npusim::quantize
