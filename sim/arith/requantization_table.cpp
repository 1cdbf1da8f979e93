// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "sim/arith/requantize_rows.h"
#include "sim/base/errors.h"

namespace npusim::arith {
namespace {

constexpr std::uint32_t kLargestMagnitude = std::uint32_t{1} << 31;  // of an int32

void check(std::int64_t channel, const FixedPoint& scale, int channel_shift, Placement placement) {
  const bool fused = placement == Placement::fused;
  const int total = scale.shift + (fused ? channel_shift : 0);
  const auto refuse = [channel](const char* key, std::int64_t value, const char* expected) {
    throw base::InternalError(base::refusal("requantization, channel " + std::to_string(channel),
                                            key, std::to_string(value), expected));
  };
  if (scale.multiplier < 0) refuse("multiplier", scale.multiplier, "at least 0");
  if (total < kMinShift || total > kMaxShift) refuse("total shift", total, "from 1 to 62");
  if (!fused && channel_shift > 31) refuse("channel shift", channel_shift, "from 0 to 31");
}

// The least power of two P with P * multiplier >= 2^(shift + 8): from there on the result is at
// least 256, which clamps whatever the zero point. No accumulator exceeds 2^31.
std::uint32_t cap_of(std::int32_t multiplier, int shift) {
  if (multiplier == 0) return kLargestMagnitude;
  const int log2 = 31 - __builtin_clz(static_cast<std::uint32_t>(multiplier));
  const int exponent = shift + 8 - log2;
  if (exponent >= 31) return kLargestMagnitude;
  return std::uint32_t{1} << std::max(exponent, 0);
}

}  // namespace

void RequantizationTable::set(const FixedPoint* scales, std::int64_t scale_count,
                              const std::uint8_t* channel_shifts, std::int64_t channels,
                              const OutputCode& output, Placement placement) {
  if (scale_count != 1 && scale_count != channels) {
    throw base::InternalError(base::refusal("requantization", "scales", std::to_string(scale_count),
                                            "1 or " + std::to_string(channels)));
  }
  output_ = output;
  placement_ = placement;
  set_channel_clamps(nullptr, nullptr);
  const auto size = static_cast<std::size_t>(channels);
  for (auto* values : {&multipliers_, &shifts_, &caps_, &pre_shifts_}) values->resize(size);
  for (std::int64_t c = 0; c < channels; ++c) {
    const FixedPoint& scale = scales[scale_count == 1 ? 0 : c];
    const int channel_shift = channel_shifts != nullptr ? channel_shifts[c] : 0;
    check(c, scale, channel_shift, placement);
    const int shift = scale.shift + (placement == Placement::fused ? channel_shift : 0);
    const auto i = static_cast<std::size_t>(c);
    multipliers_[i] = static_cast<std::uint32_t>(scale.multiplier);
    shifts_[i] = static_cast<std::uint32_t>(shift);
    caps_[i] = cap_of(scale.multiplier, shift);
    pre_shifts_[i] = placement == Placement::fused ? 0 : static_cast<std::uint32_t>(channel_shift);
  }
}

void RequantizationTable::set_channel_clamps(const std::int8_t* lows, const std::int8_t* highs) {
  lows_.assign(lows, lows == nullptr ? nullptr : lows + channels());
  highs_.assign(highs, highs == nullptr ? nullptr : highs + channels());
  for (std::size_t c = 0; c < lows_.size(); ++c) {
    if (output_.low <= lows_[c] && lows_[c] <= highs_[c] && highs_[c] <= output_.high) continue;
    throw base::InternalError(base::refusal(
        "requantization, channel " + std::to_string(c), "clamps",
        std::to_string(lows_[c]) + " to " + std::to_string(highs_[c]),
        "within " + std::to_string(output_.low) + " to " + std::to_string(output_.high)));
  }
}

}  // namespace npusim::arith
