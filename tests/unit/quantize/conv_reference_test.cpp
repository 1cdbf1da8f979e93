// SPDX-License-Identifier: Apache-2.0
// Drawn layers against the second reading of the rules in plain_conv.cpp, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "frontend/quantize/conv.h"
#include "tests/unit/quantize/plain_conv.h"

namespace npusim::quantize {
namespace {

using test::PlainProblem;
using test::PlainSolution;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  double real() { return static_cast<double>(integer(-(1 << 20), 1 << 20)) * 0x1p-20; }
  bool chance(int percent) { return integer(0, 99) < percent; }

 private:
  std::mt19937_64 engine_;
};

struct Case {
  PlainProblem plain;
  graph::Conv conv;
  graph::Clamps codes;
  std::vector<double> channel_mean;
};

// Weights whose channels spread over many powers of two, some of zeros, some dead.
void draw_weights(Draw& draw, Case& drawn, std::int64_t per_channel) {
  graph::Conv& conv = drawn.conv;
  const bool zeros = draw.chance(3);
  for (std::int64_t c = 0; c < conv.out_channels; ++c) {
    std::vector<float> row;
    const int exponent = static_cast<int>(draw.chance(10) ? -30 : -draw.integer(0, 18));
    for (std::int64_t k = 0; k < per_channel; ++k) {
      const bool zero = zeros || draw.chance(5);
      row.push_back(zero ? 0.0F : static_cast<float>(std::ldexp(draw.real(), exponent)));
    }
    if (draw.chance(5)) row.assign(row.size(), 0.0F);
    conv.weights_ohwi.insert(conv.weights_ohwi.end(), row.begin(), row.end());
    drawn.plain.weights.push_back(std::move(row));
    const double spread = std::ldexp(1.0, static_cast<int>(draw.integer(-8, 3)));
    conv.bias.push_back(static_cast<float>(draw.real() * spread));
  }
}

Case draw_case(Draw& draw) {
  Case drawn;
  graph::Conv& conv = drawn.conv;
  PlainProblem& plain = drawn.plain;
  conv.groups = draw.chance(50) ? 1 : draw.integer(1, 5);
  const std::int64_t group_inputs = draw.integer(1, 4);
  conv.in_channels = conv.groups * group_inputs;
  conv.out_channels = conv.groups * draw.integer(1, 4);
  conv.window.kernel_h = draw.integer(1, 3);
  conv.window.kernel_w = draw.integer(1, 3);
  if (draw.chance(50)) conv.window.pad_right = 1;
  const std::int64_t per_channel = conv.window.kernel_h * conv.window.kernel_w * group_inputs;
  draw_weights(draw, drawn, per_channel);

  const char* const schemes[] = {"per_layer", "shift_scaler", "per_channel"};
  plain.scheme = schemes[draw.integer(0, 2)];
  plain.field_bits = static_cast<int>(draw.integer(0, 4));
  plain.weight_bits = static_cast<int>(draw.integer(2, 8));
  plain.accumulator_bits = static_cast<int>(draw.chance(50) ? 32 : draw.integer(12, 24));
  plain.multiplier_bits = draw.chance(50) ? 15 : 31;
  plain.bias_correction = draw.chance(70);
  plain.padded = conv.window.pad_right > 0;
  plain.groups = conv.groups;
  plain.s_x = std::ldexp(1 + std::fabs(draw.real()), static_cast<int>(draw.integer(-10, 2)));
  plain.s_y = std::ldexp(1 + std::fabs(draw.real()), static_cast<int>(draw.integer(-10, 40)));
  plain.z_x = static_cast<int>(draw.integer(-128, 127));
  plain.x_low = static_cast<int>(draw.integer(-128, 127));
  plain.x_high = static_cast<int>(draw.integer(plain.x_low, 127));
  plain.symmetric = plain.scheme != "per_layer" || draw.chance(50);
  plain.bias = conv.bias;
  drawn.codes = {plain.x_low, plain.x_high};
  for (std::int64_t c = 0; c < conv.in_channels; ++c) drawn.channel_mean.push_back(draw.real() * 4);
  for (std::int64_t g = 0; g < conv.groups; ++g) {
    std::vector<double>& means = plain.input_means.emplace_back();
    for (std::int64_t tap = 0; tap < conv.window.kernel_h * conv.window.kernel_w; ++tap) {
      for (std::int64_t i = 0; i < group_inputs; ++i) {
        means.push_back(drawn.channel_mean[static_cast<std::size_t>(g * group_inputs + i)]);
      }
    }
  }
  return drawn;
}

// The unpadded or depthwise details do not matter here: the layer is only quantized.
ConvSolution solve(const Case& drawn, base::ErrorList& errors) {
  const PlainProblem& p = drawn.plain;
  const std::string name = "drawn";
  QuantizationOptions options;
  options.layers = {{p.scheme, p.field_bits, ShiftRule::floor, p.symmetric}, p.weight_bits};
  options.bias_correction = p.bias_correction;
  return quantize_conv(
      {name, drawn.conv, {p.s_x, p.z_x}, drawn.codes, {p.s_y, 0}, drawn.channel_mean}, options,
      {p.accumulator_bits, p.multiplier_bits, 4, false}, errors);
}

void expect_equal(const ConvSolution& solution, const PlainSolution& plain) {
  const graph::QuantizedConv& conv = solution.conv;
  const graph::Requantization& r = conv.requantization;
  EXPECT_EQ(solution.summary.safe_accumulator_bits, plain.safe_accumulator_bits);
  EXPECT_EQ(conv.weight_zero_point, plain.zero_point);
  std::size_t at = 0;
  for (std::size_t c = 0; c < plain.codes.size(); ++c) {
    for (const int code : plain.codes[c]) ASSERT_EQ(conv.weights_ohwi.at(at++), code);
    ASSERT_EQ(conv.bias.at(c), plain.bias[c]) << "channel " << c;
    ASSERT_EQ(r.channel_shifts.empty() ? 0 : r.channel_shifts.at(c), plain.channel_shifts[c]);
    const std::size_t own = r.per_channel() ? c : 0;
    ASSERT_EQ(conv.weight_scales.at(own), plain.scales[c]);
    ASSERT_EQ(r.scales.at(own).multiplier, plain.multipliers[c]);
    ASSERT_EQ(r.scales.at(own).shift, plain.shifts[c]);
  }
  EXPECT_EQ(at, conv.weights_ohwi.size());
}

TEST(ConvReferenceTest, DrawnLayersEqualTheSecondReading) {
  constexpr std::uint64_t kCases = 4000;
  int refused = 0;
  int coarsened = 0;
  int dead = 0;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Draw draw(seed);
    const Case drawn = draw_case(draw);
    base::ErrorList errors;
    const ConvSolution solution = solve(drawn, errors);
    const PlainSolution plain = test::solve_plainly(drawn.plain);
    ASSERT_EQ(!errors.empty(), plain.refused) << (errors.empty() ? "" : errors.messages().front());
    if (plain.refused) {
      ++refused;
      continue;
    }
    expect_equal(solution, plain);
    coarsened += solution.summary.coarsened_channels > 0 ? 1 : 0;
    dead += solution.summary.dead_channels > 0 ? 1 : 0;
    if (HasFatalFailure()) return;
  }
  // The draws reach every branch.
  EXPECT_GT(refused, 100);
  EXPECT_GT(coarsened, 200);
  EXPECT_GT(dead, 500);
}

// |W - What| of every weight, channel by channel.
double squared_error(const Case& drawn, const ConvSolution& s, std::int64_t c) {
  const auto k = static_cast<std::int64_t>(drawn.plain.weights.front().size());
  const graph::Requantization& r = s.conv.requantization;
  const double scale = s.conv.weight_scales[r.per_channel() ? static_cast<std::size_t>(c) : 0];
  const int shift = r.channel_shifts.empty() ? 0 : r.channel_shifts[static_cast<std::size_t>(c)];
  double sum = 0;
  for (std::int64_t i = c * k; i < (c + 1) * k; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double restored = std::ldexp(scale * s.conv.weights_ohwi[at], -shift);
    const double error = static_cast<double>(drawn.conv.weights_ohwi[at]) - restored;
    sum += error * error;
  }
  return sum;
}

// Every weight is within half a step of its code; the shift scaler's step is never coarser than
// per_layer's, nor twice as coarse as per_channel's where the field is wide enough.
TEST(ConvReferenceTest, ErrorsOfTheSchemesAreBounded) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Draw draw(seed);
    Case drawn = draw_case(draw);
    drawn.plain.accumulator_bits = 32;
    drawn.plain.field_bits = 4;
    drawn.plain.weight_bits = 8;
    drawn.plain.symmetric = true;
    const std::vector<double> maxima =
        channel_maxima({drawn.conv.weights_ohwi.data(), drawn.conv.out_channels,
                        static_cast<std::int64_t>(drawn.plain.weights.front().size())});
    // Scales that need no coarser step: no bias, and M = 1 / 127.
    drawn.plain.bias_correction = false;
    for (float& b : drawn.conv.bias) b = 0;
    const double largest = *std::max_element(maxima.begin(), maxima.end());
    drawn.plain.s_x = 1;
    drawn.plain.s_y = largest > 0 ? largest : 1;
    std::vector<ConvSolution> solutions;
    for (const char* scheme : {"per_layer", "shift_scaler", "per_channel"}) {
      drawn.plain.scheme = scheme;
      base::ErrorList errors;
      solutions.push_back(solve(drawn, errors));
      ASSERT_TRUE(errors.empty()) << errors.messages().front();
      EXPECT_EQ(solutions.back().summary.coarsened_channels, 0);
    }
    const double k = static_cast<double>(drawn.plain.weights.front().size());
    const double slack = 1 + 1e-9;
    const graph::QuantizedConv& layer = solutions[0].conv;
    const graph::QuantizedConv& shifted = solutions[1].conv;
    const graph::QuantizedConv& channels = solutions[2].conv;
    for (std::int64_t c = 0; c < drawn.conv.out_channels; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const double layer_step = layer.weight_scales[0];
      const int shift = shifted.requantization.channel_shifts[at];
      const double shift_step = std::ldexp(shifted.weight_scales[0], -shift);
      const double channel_step =
          channels.weight_scales[channels.requantization.per_channel() ? at : 0];
      const auto bound = [&](double step) { return k * step * step / 4 * slack; };
      EXPECT_LE(squared_error(drawn, solutions[0], c), bound(layer_step));
      EXPECT_LE(squared_error(drawn, solutions[1], c), bound(shift_step));
      EXPECT_LE(squared_error(drawn, solutions[2], c), bound(channel_step));
      EXPECT_LE(shift_step, layer_step);
      const bool wide_enough = maxima[at] * 0x1p15 >= layer_step * 127;
      if (wide_enough) {
        EXPECT_LT(shift_step, 2 * channel_step * slack);
      }
    }
  }
}

}  // namespace
}  // namespace npusim::quantize
