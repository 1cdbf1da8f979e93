// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/channel_ranges.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace npusim::study {
namespace {

constexpr std::size_t kShifts = 16;  // of the widest field, 4 bits

}  // namespace

std::vector<double> ChannelRanges::live() const {
  std::vector<double> values = largest;
  std::sort(values.begin(), values.end());
  if (values.empty() || values.back() == 0) return {};
  const double least = values.back() * kLeastLiveShare;
  values.erase(values.begin(), std::lower_bound(values.begin(), values.end(), least));
  return values;
}

double ChannelRanges::spread() const {
  const std::vector<double> values = live();
  if (values.empty()) return 0;
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return values.back() / median;
}

double ChannelRanges::full_spread() const {
  const std::vector<double> values = live();
  return values.empty() ? 0 : values.back() / values.front();
}

ChannelRanges channel_ranges(const graph::Conv& conv) {
  ChannelRanges ranges;
  const auto channels = static_cast<std::size_t>(conv.out_channels);
  const std::size_t per_channel = conv.weights_ohwi.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    double largest = 0;
    for (std::size_t k = 0; k < per_channel; ++k) {
      largest =
          std::max(largest, std::abs(static_cast<double>(conv.weights_ohwi[c * per_channel + k])));
    }
    ranges.largest.push_back(largest);
  }
  return ranges;
}

double largest_magnitude(const graph::QuantizedConv& conv) {
  const std::int32_t top = (1 << (conv.weight_bits - 1)) - 1;
  const std::int32_t zero = conv.weight_zero_point;
  return zero == 0 ? top : std::max(top - zero, zero + top + 1);
}

std::vector<double> range_use_before(const ChannelRanges& ranges) {
  std::vector<double> use = ranges.largest;
  const double largest = use.empty() ? 0 : *std::max_element(use.begin(), use.end());
  for (double& value : use) value = largest == 0 ? 0 : value / largest;
  return use;
}

std::vector<double> range_use_after(const ChannelRanges& ranges, const graph::QuantizedConv& conv) {
  std::vector<double> use = ranges.largest;
  const std::vector<std::uint8_t>& shifts = conv.requantization.channel_shifts;
  const double magnitude = largest_magnitude(conv);
  for (std::size_t c = 0; c < use.size(); ++c) {
    const double scale = conv.weight_scales[conv.weight_scales.size() > 1 ? c : 0];
    use[c] = std::ldexp(use[c], shifts.empty() ? 0 : shifts[c]) / (scale * magnitude);
  }
  return use;
}

std::int64_t lost_channels(const graph::Conv& conv, const graph::QuantizedConv& quantized) {
  const ChannelRanges ranges = channel_ranges(conv);
  const std::vector<double> live = ranges.live();
  const auto per_channel = static_cast<std::ptrdiff_t>(quantized.weights_ohwi.size()) /
                           static_cast<std::ptrdiff_t>(quantized.out_channels);
  std::int64_t lost = 0;
  auto codes = quantized.weights_ohwi.begin();
  for (const double largest : ranges.largest) {
    const auto end = codes + per_channel;
    const bool is_live = !live.empty() && largest >= live.front();
    const bool is_empty = std::all_of(
        codes, end, [&](std::int8_t code) { return code == quantized.weight_zero_point; });
    lost += is_live && is_empty ? 1 : 0;
    codes = end;
  }
  return lost;
}

std::vector<std::int64_t> shift_histogram(const graph::Requantization& requantization) {
  if (requantization.channel_shifts.empty()) return {};
  std::vector<std::int64_t> counts(kShifts, 0);
  for (const std::uint8_t shift : requantization.channel_shifts) ++counts.at(shift);
  return counts;
}

}  // namespace npusim::study
