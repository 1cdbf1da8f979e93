// SPDX-License-Identifier: Apache-2.0
// The vectorised requantization on every instruction set against the formula in 128-bit integers.
#include "sim/arith/requantize_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "sim/arith/requantize.h"
#include "sim/base/errors.h"
#include "tests/unit/arith/targets.h"

namespace npusim::arith {
namespace {

constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();

std::mt19937_64 generator(11);

__int128 wide_round_shift(__int128 value, int n) {
  if (n == 0) return value;
  const __int128 magnitude = value < 0 ? -value : value;
  const __int128 shifted = (magnitude + (static_cast<__int128>(1) << (n - 1))) >> n;
  return value < 0 ? -shifted : shifted;
}

struct Parameters {
  std::vector<FixedPoint> scales;
  std::vector<std::uint8_t> channel_shifts;
  std::int64_t channels = 0;
  OutputCode output;
  std::vector<std::int8_t> lows, highs;  // of each channel, or none
  Placement placement = Placement::fused;

  const FixedPoint& scale(std::int64_t c) const {
    return scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(c)];
  }
  int channel_shift(std::int64_t c) const {
    return channel_shifts.empty() ? 0 : channel_shifts[static_cast<std::size_t>(c)];
  }
  std::int8_t expected(std::int32_t acc, std::int64_t c) const {
    const bool fused = placement == Placement::fused;
    const __int128 first = fused ? acc : wide_round_shift(acc, channel_shift(c));
    const __int128 value = wide_round_shift(first * scale(c).multiplier,
                                            (scale(c).shift + (fused ? channel_shift(c) : 0)) % 64);
    const auto at = static_cast<std::size_t>(c);
    return static_cast<std::int8_t>(std::clamp<__int128>(value + output.zero_point,
                                                         lows.empty() ? output.low : lows[at],
                                                         highs.empty() ? output.high : highs[at]));
  }
};

// Accumulators whose results lie everywhere: small, huge, and close to the ties of their channel.
std::int32_t draw_accumulator(const Parameters& p, std::int64_t c, int i) {
  const std::int32_t edges[] = {0, 1, -1, kMin, kMin + 1, kMax, kMax - 1};
  if (i < 7) return edges[i];
  if (i % 3 == 0) return static_cast<std::int32_t>(generator()) >> (generator() % 31);
  const int total = std::max(1, (p.scale(c).shift + p.channel_shift(c)) % 64);
  const __int128 halves = static_cast<__int128>(generator() % 1024) - 512;
  const std::int64_t multiplier = std::max(p.scale(c).multiplier, 1);
  const __int128 near = halves * (static_cast<__int128>(1) << (total - 1)) / multiplier +
                        static_cast<int>(generator() % 3) - 1;
  return static_cast<std::int32_t>(std::clamp<__int128>(near, kMin, kMax));
}

void expect_equal(const Parameters& p) {
  constexpr std::int64_t kRows = 40;
  const std::int64_t acc_stride = p.channels + 3;
  const std::int64_t out_stride = p.channels + 5;
  std::vector<std::int32_t> acc(static_cast<std::size_t>(kRows * acc_stride), 1);
  std::vector<std::int8_t> expected(static_cast<std::size_t>(kRows * out_stride), 99);
  for (std::int64_t row = 0; row < kRows; ++row) {
    for (std::int64_t c = 0; c < p.channels; ++c) {
      const auto at = static_cast<std::size_t>(row * acc_stride + c);
      acc[at] = draw_accumulator(p, c, static_cast<int>(row));
      expected[static_cast<std::size_t>(row * out_stride + c)] = p.expected(acc[at], c);
    }
  }
  RequantizationTable table;
  table.set(p.scales.data(), static_cast<std::int64_t>(p.scales.size()),
            p.channel_shifts.empty() ? nullptr : p.channel_shifts.data(), p.channels, p.output,
            p.placement);
  if (!p.lows.empty()) table.set_channel_clamps(p.lows.data(), p.highs.data());
  on_every_target([&] {
    std::vector<std::int8_t> out(expected.size(), 99);
    requantize_rows(acc.data(), acc_stride, kRows, table, out.data(), out_stride);
    EXPECT_EQ(out, expected);
  });
}

FixedPoint draw_scale(int bits, int low_shift, int high_shift) {
  const auto least = std::uint64_t{1} << (bits - 1);
  return {static_cast<std::int32_t>(least + generator() % least),
          low_shift +
              static_cast<int>(generator() % static_cast<unsigned>(high_shift - low_shift + 1))};
}

TEST(RequantizeRowsTest, EqualsTheFormulaOnDrawnParameters) {
  for (int i = 0; i < 600; ++i) {
    Parameters p;
    p.channels = static_cast<std::int64_t>(generator() % 50);
    p.placement = i % 4 == 3 ? Placement::pre_multiply : Placement::fused;
    const bool shifted = i % 2 != 0;
    const int bits = i % 3 == 0 ? 15 : 31;
    const bool per_channel = i % 5 == 0;
    for (std::int64_t c = 0; c < (per_channel ? p.channels : 1); ++c) {
      p.scales.push_back(draw_scale(bits, 1, shifted ? 47 : 62));
    }
    if (per_channel && p.channels == 0) continue;
    for (std::int64_t c = 0; shifted && c < p.channels; ++c) {
      p.channel_shifts.push_back(static_cast<std::uint8_t>(generator() % 16));
    }
    const auto zero = static_cast<std::int32_t>(generator() % 256) - 128;
    p.output = {zero, i % 7 == 0 ? zero : -128, i % 7 == 0 ? std::min(127, zero + 60) : 127};
    for (std::int64_t c = 0; i % 4 == 1 && c < p.channels; ++c) {
      const auto own = [&](std::int32_t low) {
        const auto values = static_cast<std::uint64_t>(std::int64_t{p.output.high} - low + 1);
        return static_cast<std::int8_t>(low + static_cast<std::int32_t>(generator() % values));
      };
      p.lows.push_back(own(p.output.low));
      p.highs.push_back(own(p.lows.back()));
    }
    expect_equal(p);
  }
}

TEST(RequantizeRowsTest, EqualsTheFormulaForEveryTotalShift) {
  for (int shift = 0; shift <= 63; ++shift) {
    for (const std::int32_t multiplier : {0, 1, 1 << 14, (1 << 15) - 1, 1 << 30, kMax}) {
      Parameters p;
      p.channels = 35;
      p.scales = {{multiplier, shift}};
      p.output = {shift % 2 != 0 ? -128 : 127, -128, 127};
      expect_equal(p);
    }
  }
}

TEST(RequantizeRowsTest, SumsOfShiftsWrapAtTheShiftersSixBits) {
  for (int shift = 48; shift <= 63; ++shift) {
    Parameters p;
    p.channels = 16;
    p.scales = {{(1 << 20) + 77, shift}};
    for (std::uint8_t channel = 0; channel < 16; ++channel) p.channel_shifts.push_back(channel);
    p.output = {3, -128, 127};
    expect_equal(p);
  }
}

TEST(RequantizeRowsTest, NoCodesBelowTheZeroPoint) {
  for (int shift = 31; shift <= 62; ++shift) {
    for (const OutputCode& output : {OutputCode{-128, -128, 127}, OutputCode{-5, -5, 90},
                                     OutputCode{-5, 3, 127}, OutputCode{127, 127, 127}}) {
      Parameters p;
      p.channels = 35;
      p.scales = {{(1 << 30) + 98765, shift}};
      p.output = output;
      expect_equal(p);
      p.output.low = output.zero_point == -128 ? -128 : output.zero_point - 1;
      expect_equal(p);
    }
  }
}

TEST(RequantizeRowsTest, PreMultiplyShiftsUpTo31) {
  for (int shift = 0; shift <= 31; ++shift) {
    Parameters p;
    p.channels = 33;
    p.scales = {{(1 << 30) + 12345, 31}};
    p.channel_shifts.assign(33, static_cast<std::uint8_t>(shift));
    p.placement = Placement::pre_multiply;
    expect_equal(p);
  }
}

TEST(RequantizeRowsTest, ClampsOfChannelsLieWithinTheOutputs) {
  RequantizationTable table;
  const FixedPoint scale = {1 << 14, 20};
  const std::int8_t low[] = {-5, -4};
  const std::int8_t high[] = {6, -5};
  table.set(&scale, 1, nullptr, 1, {0, -5, 6});
  table.set_channel_clamps(low, high);
  EXPECT_TRUE(table.has_channel_clamps());
  table.set(&scale, 1, nullptr, 2, {0, -5, 6});
  EXPECT_FALSE(table.has_channel_clamps());
  EXPECT_THROW(table.set_channel_clamps(low, high), base::InternalError);
  table.set(&scale, 1, nullptr, 1, {0, -4, 6});
  EXPECT_THROW(table.set_channel_clamps(low, high), base::InternalError);
}

TEST(RequantizeRowsTest, RefusesShiftsOutsideTheShifter) {
  RequantizationTable table;
  const std::uint8_t shifts[] = {0, 3};
  for (const FixedPoint bad :
       {FixedPoint{1 << 30, -1}, FixedPoint{1 << 30, 64}, FixedPoint{-1, 9}}) {
    EXPECT_THROW(table.set(&bad, 1, shifts, 2, OutputCode{}), base::InternalError);
  }
  const FixedPoint two[] = {{1 << 30, 30}, {1 << 30, 30}};
  EXPECT_THROW(table.set(two, 2, nullptr, 3, OutputCode{}), base::InternalError);
  try {
    table.set(two, 1, std::vector<std::uint8_t>{0, 40}.data(), 2, OutputCode{});
    FAIL() << "must throw";
  } catch (const base::InternalError& error) {
    EXPECT_STREQ(error.what(),
                 "requantization, channel 1: channel shift: got 40, must be from 0 to 31");
  }
}

}  // namespace
}  // namespace npusim::arith
