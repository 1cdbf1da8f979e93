// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/given.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace npusim::quantize {
namespace {

// Whether any weight of the channel is other than 0.
std::vector<bool> live_channels(const graph::GivenWeights& given, std::size_t channels) {
  const std::size_t per_channel = given.codes_ohwi.size() / channels;
  std::vector<bool> live(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::int8_t* codes = given.codes_ohwi.data() + c * per_channel;
    live[c] = std::any_of(codes, codes + per_channel,
                          [&](std::int8_t q) { return q != given.zero_point; });
  }
  return live;
}

// Scales are products and quotients of a few floats: PyTorch's training with fake quantization, for
// one, leaves a batch norm whose factors divided by themselves are 1 but for rounding.
bool is_same_scale(double a, double b) { return std::fabs(a - b) <= std::ldexp(b, -20); }

// s with scale * 2^s the same as `largest`, or nothing where it is no such power or beyond `most`.
std::optional<int> shift_between(double scale, double largest, int most) {
  for (int s = 0; s <= most; ++s) {
    if (is_same_scale(std::ldexp(scale, s), largest)) return s;
  }
  return std::nullopt;
}

}  // namespace

std::optional<WeightScales> carry_scales(const std::string& layer, const graph::GivenWeights& given,
                                         const WeightScheme& scheme, std::int64_t channels,
                                         base::ErrorList& errors) {
  const auto count = static_cast<std::size_t>(channels);
  WeightScales result;
  result.zero_point = given.zero_point;
  if (scheme.has_channel_scales()) {
    for (std::size_t c = 0; c < count; ++c) result.scales.push_back(given.scale(c));
    return result;
  }
  const std::vector<bool> live = live_channels(given, count);
  double largest = 0;
  for (std::size_t c = 0; c < count; ++c) {
    if (live[c]) largest = std::max(largest, given.scale(c));
  }
  result.scales = {largest > 0 ? largest : given.scale(0)};
  const int most = (1 << scheme.field_bits()) - 1;
  for (std::size_t c = 0; c < count; ++c) {
    std::optional<int> shift = shift_between(given.scale(c), largest, most);
    if (!live[c] && !shift) shift = 0;
    if (!shift) {
      const std::string ratio = std::to_string(given.scale(c) / largest);
      errors.add("layer '" + layer + "'", "weight scales of the model",
                 ratio + " of the largest in channel " + std::to_string(c),
                 (most == 0 ? "equal for all channels"
                            : "2^-s of the largest, s from 0 to " + std::to_string(most)) +
                     std::string(" for ") + std::string(scheme.name()) +
                     " (--scheme per_channel carries any)");
      return std::nullopt;
    }
    if (scheme.field_bits() > 0) result.channel_shifts.push_back(static_cast<std::uint8_t>(*shift));
  }
  return result;
}

double given_bias(const graph::GivenWeights& given, std::size_t channel, double unit) {
  const auto code = static_cast<double>(given.bias_codes[channel]);
  const double scale = given.bias_scale(channel);
  return is_same_scale(scale, unit) ? code : code * scale / unit;
}

}  // namespace npusim::quantize
