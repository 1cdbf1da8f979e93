// SPDX-License-Identifier: Apache-2.0
// Rows of accumulators to rows of codes, several channels at a time, equal bit for bit to the
// functions of requantize.h.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/arith/fixed_point.h"

namespace npusim::arith {

/// Where the barrel shifter of the channel shift sits (requantize.h).
enum class Placement { fused, pre_multiply };

/// Output of a requantization: zero point and clamps, all within int8.
struct OutputCode {
  std::int32_t zero_point = 0;
  std::int32_t low = -128;
  std::int32_t high = 127;
};

/// The requantization parameters of n channels, prepared for the kernel.
class RequantizationTable {
 public:
  RequantizationTable() = default;

  /// scales: one for all channels or one per channel; multipliers in [0, 2^31).
  /// channel_shifts: one per channel, or nullptr for none.
  /// Shifts must lie in [0, 63], channel shifts in [0, 31], and add up as total_shift() says;
  /// otherwise throws base::InternalError naming the channel. May be called again: memory
  /// is kept.
  void set(const FixedPoint* scales, std::int64_t scale_count, const std::uint8_t* channel_shifts,
           std::int64_t channels, const OutputCode& output, Placement placement = Placement::fused);

  /// Clamps of each channel in place of the output's, within them; nullptr: those for all. set()
  /// forgets them.
  void set_channel_clamps(const std::int8_t* lows, const std::int8_t* highs);
  bool has_channel_clamps() const { return has_channel_clamps_; }

  std::int64_t channels() const { return channels_; }
  const OutputCode& output() const { return output_; }
  Placement placement() const { return placement_; }

  // Per channel, for the kernels: with two vectors' worth beyond the last channel, of any value.

  /// The magnitude of a sum (pre_multiply: shifted right by the pre-shift, half rounded up) becomes
  ///     (min(magnitude, cap) << left_shift) * multiplier * 2^-(32 + shift)
  /// with multipliers below 2^31 and shift in [1, 31]. Where there is a cap, what lies beyond it is
  /// clamped by the output anyway; elsewhere it is 2^31.
  /// Direct factors: fused, and no shift above 22; addend = 2^(shift - 1) + (zero point << shift).
  bool has_direct_factors() const { return has_direct_factors_; }
  /// Whether a channel has a cap or a left shift.
  bool has_limits() const { return has_limits_; }
  const std::int32_t* multipliers() const { return multipliers_.data(); }
  const std::int32_t* shifts() const { return shifts_.data(); }
  const std::int32_t* addends() const { return addends_.data(); }
  const std::uint32_t* left_shifts() const { return left_shifts_.data(); }
  const std::uint32_t* caps() const { return caps_.data(); }
  const std::uint32_t* pre_shifts() const { return pre_shifts_.data(); }
  const std::int8_t* lows() const { return lows_.data(); }
  const std::int8_t* highs() const { return highs_.data(); }

 private:
  void set_factor(std::size_t channel, std::uint32_t multiplier, int shift);

  std::int64_t channels_ = 0;
  std::vector<std::int32_t> multipliers_, shifts_, addends_;
  std::vector<std::uint32_t> left_shifts_, caps_, pre_shifts_;
  std::vector<std::int8_t> lows_, highs_;
  bool has_direct_factors_ = true;
  bool has_limits_ = false;
  bool has_channel_clamps_ = false;
  OutputCode output_;
  Placement placement_ = Placement::fused;
};

/// out[m][c] = requantized acc[m][c], c in [0, table.channels()). Strides in elements; out may not
/// overlap acc.
void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride);

/// The same for channels [channel, channel + channels) of the table, the first of which stands at
/// acc and out: what kernels call that make sums a few channels at a time. Behind each row's last
/// sum kSumsBehind more may be read, of any value.
constexpr std::int64_t kSumsBehind = 1;
using RequantizeColumns = void(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                               const RequantizationTable& table, std::int64_t channel,
                               std::int64_t channels, std::int8_t* out, std::int64_t out_stride);
RequantizeColumns* requantize_columns_in_use();

}  // namespace npusim::arith
