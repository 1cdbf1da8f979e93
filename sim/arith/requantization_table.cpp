// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "sim/arith/requantize.h"
#include "sim/arith/requantize_rows.h"
#include "sim/base/errors.h"

namespace npusim::arith {
namespace {

constexpr std::uint32_t kLargestMagnitude = std::uint32_t{1} << 31;  // of an int32
constexpr std::int32_t kLargestShift = 63;                           // of 6 bits
constexpr std::size_t kVectorChannels = 16;
// Upper halves of products, up to 2^30, and zero points shifted as far add up within 31 bits.
constexpr int kMostDirectShift = 22;

void check(std::int64_t channel, const FixedPoint& scale, int channel_shift) {
  const auto refuse = [channel](const char* key, std::int64_t value, const char* expected) {
    throw base::InternalError(base::refusal("requantization, channel " + std::to_string(channel),
                                            key, std::to_string(value), expected));
  };
  if (scale.multiplier < 0) refuse("multiplier", scale.multiplier, "at least 0");
  if (scale.shift < 0 || scale.shift > kLargestShift) refuse("shift", scale.shift, "from 0 to 63");
  if (channel_shift > 31) refuse("channel shift", channel_shift, "from 0 to 31");
}

}  // namespace

// The factor multiplier * 2^-shift, its multiplier brought to [2^30, 2^31). Then
//   - a shift of 63 or more leaves less than a half of any magnitude: nothing;
//   - a shift of 32 or less is made 33 by shifting the magnitude left, which has been capped at the
//     least power of two whose result is 256 or more, clamped whatever the zero point;
//   - below a shift of 22 every magnitude but 0 is clamped, and so it is at 22.
void RequantizationTable::set_factor(std::size_t channel, std::uint32_t multiplier, int shift) {
  const int spare_bits = multiplier == 0 ? 0 : __builtin_clz(multiplier) - 1;
  const int total = std::max(shift + spare_bits, 22);
  const bool is_nothing = multiplier == 0 || total >= 63;
  const int left = is_nothing ? 0 : std::max(33 - total, 0);
  const int upper_shift = is_nothing ? 1 : total + left - 32;
  multipliers_[channel] = is_nothing ? 0 : static_cast<std::int32_t>(multiplier << spare_bits);
  shifts_[channel] = upper_shift;
  left_shifts_[channel] = static_cast<std::uint32_t>(left);
  caps_[channel] = left == 0 ? kLargestMagnitude : std::uint32_t{1} << (total - 22);
  has_limits_ = has_limits_ || left != 0;
  if (upper_shift > kMostDirectShift) {
    has_direct_factors_ = false;
  } else {
    addends_[channel] = (1 << (upper_shift - 1)) + output_.zero_point * (1 << upper_shift);
  }
}

void RequantizationTable::set(const FixedPoint* scales, std::int64_t scale_count,
                              const std::uint8_t* channel_shifts, std::int64_t channels,
                              const OutputCode& output, Placement placement) {
  if (scale_count != 1 && scale_count != channels) {
    throw base::InternalError(base::refusal("requantization", "scales", std::to_string(scale_count),
                                            "1 or " + std::to_string(channels)));
  }
  output_ = output;
  placement_ = placement;
  channels_ = channels;
  has_limits_ = false;
  has_direct_factors_ = placement == Placement::fused;
  const auto count = static_cast<std::size_t>(channels);
  const std::size_t size = count + 2 * kVectorChannels;
  for (auto* values : {&multipliers_, &shifts_, &addends_}) values->resize(size);
  for (auto* values : {&left_shifts_, &caps_, &pre_shifts_}) values->resize(size);
  lows_.resize(size);
  highs_.resize(size);
  set_channel_clamps(nullptr, nullptr);
  for (std::int64_t c = 0; c < channels; ++c) {
    const FixedPoint& scale = scales[scale_count == 1 ? 0 : c];
    const int channel_shift = channel_shifts != nullptr ? channel_shifts[c] : 0;
    check(c, scale, channel_shift);
    const int shift = total_shift(scale.shift, placement == Placement::fused ? channel_shift : 0);
    const auto i = static_cast<std::size_t>(c);
    set_factor(i, static_cast<std::uint32_t>(scale.multiplier), shift);
    pre_shifts_[i] = placement == Placement::fused ? 0 : static_cast<std::uint32_t>(channel_shift);
  }
}

void RequantizationTable::set_channel_clamps(const std::int8_t* lows, const std::int8_t* highs) {
  has_channel_clamps_ = lows != nullptr;
  if (!has_channel_clamps_) {
    std::fill(lows_.begin(), lows_.end(), static_cast<std::int8_t>(output_.low));
    std::fill(highs_.begin(), highs_.end(), static_cast<std::int8_t>(output_.high));
    return;
  }
  std::copy_n(lows, channels_, lows_.begin());
  std::copy_n(highs, channels_, highs_.begin());
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
    if (output_.low <= lows_[c] && lows_[c] <= highs_[c] && highs_[c] <= output_.high) continue;
    throw base::InternalError(base::refusal(
        "requantization, channel " + std::to_string(c), "clamps",
        std::to_string(lows_[c]) + " to " + std::to_string(highs_[c]),
        "within " + std::to_string(output_.low) + " to " + std::to_string(output_.high)));
  }
}

}  // namespace npusim::arith
