// SPDX-License-Identifier: Apache-2.0
// Accumulator to output code (rule 8): what one requantization lane computes, one rounding.
#pragma once

#include <cstdint>

#include "sim/arith/rounding.h"

namespace npusim::arith {

/// value in [-2^62, 2^62] to a code: clamp(zero_point + value, low, high), -128 <= low <= high <=
/// 127.
constexpr std::int8_t to_code(std::int64_t value, std::int32_t zero_point, std::int32_t low,
                              std::int32_t high) {
  const std::int64_t shifted = value + zero_point;
  return static_cast<std::int8_t>(shifted < low ? low : shifted > high ? high : shifted);
}

/// What the barrel shifter shifts by: its 6 bits of layer shift + channel shift. A verified Program
/// has sums up to 62; a flipped bit may bring out any (docs/faults.md).
constexpr int total_shift(int shift, int channel_shift) { return (shift + channel_shift) & 63; }

/// Placement `fused` (the reference): the barrel shifter does layer shift and channel shift in one,
///     y = clamp(zero_point + round_shift(acc * multiplier, total_shift), low, high)
/// total = total_shift(shift, channel_shift) in [0, 63]; |acc * multiplier| <= 2^62 fits 64 bits.
constexpr std::int8_t requantize(std::int32_t acc, std::int32_t multiplier, int total,
                                 std::int32_t zero_point, std::int32_t low, std::int32_t high) {
  return to_code(round_shift(std::int64_t{acc} * multiplier, total), zero_point, low, high);
}

/// Placement `pre_multiply`: the accumulator loses the channel shift before the multiplier,
///     y = clamp(zero_point + round_shift(round_shift(acc, channel_shift) * multiplier, shift),
///     ...)
/// up to M/2 output steps away from `fused`. channel_shift in [0, 31], shift in [0, 63].
constexpr std::int8_t requantize_pre_multiply(std::int32_t acc, int channel_shift,
                                              std::int32_t multiplier, int shift,
                                              std::int32_t zero_point, std::int32_t low,
                                              std::int32_t high) {
  return to_code(round_shift(round_shift(acc, channel_shift) * multiplier, shift), zero_point, low,
                 high);
}

}  // namespace npusim::arith
