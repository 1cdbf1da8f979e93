// SPDX-License-Identifier: Apache-2.0
#include "frontend/topology/synthetic_weights.h"

#include <algorithm>
#include <cmath>

#include "frontend/data/splitmix64.h"
#include "sim/base/math.h"
#include "sim/base/parallel.h"

namespace npusim::topology {
namespace {

constexpr double kLeastFactor = 0.25;
constexpr double kFactorRange = 1.5;
constexpr double kMeanSquareFactor = 1 + kFactorRange * kFactorRange / 12;
constexpr double kBiasBound = 0.1;
constexpr std::int64_t kWordWeights = 4;                       // of 16 bits in one draw
constexpr std::int64_t kBlockWeights = std::int64_t{1} << 18;  // worth a thread

/// The `i`-th 16 bits of a word, as a number in [-2^15, 2^15).
float signed_part(std::uint64_t word, std::int64_t i) {
  const auto bits = static_cast<std::uint16_t>(word >> (16U * static_cast<unsigned>(i)));
  return static_cast<float>(static_cast<std::int32_t>(bits) - 32768);
}

void fill(float* out, std::int64_t count, float step, data::SplitMix64& random) {
  std::int64_t i = 0;
  for (; i + kWordWeights <= count; i += kWordWeights) {
    const std::uint64_t word = random.next();
    for (std::int64_t part = 0; part < kWordWeights; ++part)
      out[i + part] = signed_part(word, part) * step;
  }
  if (i == count) return;
  const std::uint64_t word = random.next();
  for (std::int64_t part = 0; i + part < count; ++part)
    out[i + part] = signed_part(word, part) * step;
}

}  // namespace

void draw_weights_of(graph::Conv& conv, std::uint64_t seed, std::size_t layer,
                     const WeightStyle& style, int threads) {
  const std::int64_t fan_in =
      conv.window.kernel_h * conv.window.kernel_w * (conv.in_channels / conv.groups);
  const double bound = std::sqrt(3 * style.gain / static_cast<double>(fan_in) / kMeanSquareFactor);
  conv.weights_ohwi.resize(static_cast<std::size_t>(conv.out_channels * fan_in));
  conv.bias.assign(static_cast<std::size_t>(conv.out_channels), 0.0F);
  const std::uint64_t stream = data::SplitMix64::mix(data::SplitMix64::mix(seed) + layer);
  const auto draw_channel = [&](std::int64_t c) {
    data::SplitMix64 random(data::SplitMix64::mix(stream + static_cast<std::uint64_t>(c)));
    const std::uint64_t first = random.next();
    const double factor = kLeastFactor + kFactorRange * static_cast<double>(first >> 56U) / 256;
    fill(conv.weights_ohwi.data() + c * fan_in, fan_in, static_cast<float>(bound * factor / 32768),
         random);
    if (style.has_bias) {
      conv.bias[static_cast<std::size_t>(c)] =
          signed_part(first, 0) * static_cast<float>(kBiasBound / 32768);
    }
  };
  const std::int64_t step = std::max<std::int64_t>(1, kBlockWeights / fan_in);
  base::parallel_for(base::ceil_div(conv.out_channels, step), threads, [&](std::int64_t block) {
    const std::int64_t end = std::min(conv.out_channels, (block + 1) * step);
    for (std::int64_t c = block * step; c < end; ++c) draw_channel(c);
  });
}

}  // namespace npusim::topology
