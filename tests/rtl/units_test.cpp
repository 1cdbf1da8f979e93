// SPDX-License-Identifier: Apache-2.0
// The requantization units as SystemC modules on a clock: parameters loaded between rows, while
// earlier ones are still in the pipeline.
#include <gtest/gtest.h>
#include <units_model.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <random>
#include <systemc>

#include "sim/arith/requantize.h"

namespace npusim {
namespace {

constexpr int kRows = 20'000;
constexpr int kDepth = 6;
constexpr std::size_t kChannels = 2;

/// The registers of a unit as a row finds them.
struct Parameters {
  std::int32_t multiplier = 1 << 30;  // per_layer, shift_scaler
  int shift = 30;
  int zero_point = 0, low = -128, high = 127;
  std::array<std::int32_t, kChannels> own_multiplier = {};  // per_channel
  std::array<int, kChannels> own_shift = {};
  std::array<int, kChannels> channel_shift = {};  // shift_scaler
};

/// Byte 2 * scheme + channel.
using Codes = std::array<std::int8_t, 3 * kChannels>;

Codes expected(const Parameters& p, const std::array<std::int32_t, kChannels>& row, bool fused) {
  Codes codes = {};
  const auto code = [&](std::int32_t acc, std::int32_t multiplier, int shift, int channel_shift) {
    return fused ? arith::requantize(acc, multiplier, shift + channel_shift, p.zero_point, p.low,
                                     p.high)
                 : arith::requantize_pre_multiply(acc, channel_shift, multiplier, shift,
                                                  p.zero_point, p.low, p.high);
  };
  for (std::size_t i = 0; i < kChannels; ++i) {
    codes[i] = code(row[i], p.multiplier, p.shift, 0);
    codes[kChannels + i] = code(row[i], p.multiplier, p.shift, p.channel_shift[i]);
    codes[2 * kChannels + i] = code(row[i], p.own_multiplier[i], p.own_shift[i], 0);
  }
  return codes;
}

class UnitBench : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(UnitBench);
  explicit UnitBench(const sc_core::sc_module_name& name)
      : sc_module(name), clock_("clock", 1, sc_core::SC_NS), units_("units") {
    units_.clock(clock_);
    units_.reset(reset_);
    units_.load_shared(load_shared_);
    units_.load_lanes(load_lanes_);
    units_.load_multiplier(load_multiplier_);
    units_.load_shift(load_shift_);
    units_.load_channel_shift(load_channel_shift_);
    units_.load_zero_point(load_zero_point_);
    units_.load_low(load_low_);
    units_.load_high(load_high_);
    units_.in_valid(in_valid_);
    units_.in_accumulators(in_accumulators_);
    units_.valid(valid_);
    units_.fused_codes(fused_codes_);
    units_.pre_multiply_codes(pre_multiply_codes_);
    SC_THREAD(run);
  }

  int rows = 0, loads = 0;
  std::int64_t wrong = 0;

 private:
  struct Row {
    bool valid = false;
    Codes fused = {}, pre_multiply = {};
  };

  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }

  void run() {
    reset_.write(true);
    cycle(Row{});
    reset_.write(false);
    load(true, 3);  // registers are undefined before
    load(false, 1);
    while (rows < kRows) {
      if (draw(0, 9) == 0) load(draw(0, 1) != 0, static_cast<int>(draw(0, 3)));
      row();
    }
    for (int i = 0; i < kDepth; ++i) cycle(Row{});
    sc_core::sc_stop();
  }

  /// One cycle of loading, without a row.
  void load(bool shared, int lanes) {
    const auto multiplier = static_cast<std::int32_t>(draw(1 << 30, INT32_MAX));
    const int shift = static_cast<int>(draw(31, 46)), channel_shift = static_cast<int>(draw(0, 15));
    if (shared) {
      held_.multiplier = multiplier;
      held_.shift = shift;
      held_.zero_point = static_cast<int>(draw(-128, 127));
      held_.low = static_cast<int>(draw(-128, 0));
      held_.high = static_cast<int>(draw(0, 127));
      load_zero_point_.write(static_cast<std::uint32_t>(held_.zero_point) & 0xff);
      load_low_.write(static_cast<std::uint32_t>(held_.low) & 0xff);
      load_high_.write(static_cast<std::uint32_t>(held_.high) & 0xff);
    }
    for (std::size_t i = 0; i < kChannels; ++i) {
      if ((lanes >> i & 1) == 0) continue;
      held_.own_multiplier.at(i) = multiplier;
      held_.own_shift.at(i) = shift;
      held_.channel_shift.at(i) = channel_shift;
    }
    load_multiplier_.write(static_cast<std::uint32_t>(multiplier));
    load_shift_.write(static_cast<std::uint32_t>(shift));
    load_channel_shift_.write(static_cast<std::uint32_t>(channel_shift));
    load_shared_.write(shared);
    load_lanes_.write(static_cast<std::uint32_t>(lanes));
    cycle(Row{});
    load_shared_.write(false);
    load_lanes_.write(0);
    ++loads;
  }

  void row() {
    std::array<std::int32_t, kChannels> row = {};
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < kChannels; ++i) {
      row.at(i) = static_cast<std::int32_t>(draw(INT32_MIN, INT32_MAX)) >> draw(0, 24);
      word |= std::uint64_t{static_cast<std::uint32_t>(row.at(i))} << (32 * i);
    }
    in_accumulators_.write(word);
    cycle({true, expected(held_, row, true), expected(held_, row, false)});
    ++rows;
  }

  /// The clock edge that takes the inputs in; then what comes out.
  void cycle(const Row& in) {
    in_valid_.write(in.valid);
    wait(clock_.posedge_event());
    wait(clock_.negedge_event());
    inside_.push_back(in);
    if (inside_.size() < kDepth) return;
    const Row out = inside_.front();
    inside_.pop_front();
    if (valid_.read() != (out.valid ? 63U : 0U)) ++wrong;
    if (!out.valid) return;
    for (std::size_t i = 0; i < out.fused.size(); ++i) {
      const auto code = [i](std::uint64_t word) { return static_cast<std::int8_t>(word >> 8 * i); };
      if (code(fused_codes_.read()) != out.fused.at(i)) ++wrong;
      if (code(pre_multiply_codes_.read()) != out.pre_multiply.at(i)) ++wrong;
    }
  }

  sc_core::sc_clock clock_;
  sc_core::sc_signal<bool> reset_, load_shared_, in_valid_;
  sc_core::sc_signal<std::uint32_t> load_lanes_, load_multiplier_, load_shift_, load_channel_shift_,
      load_zero_point_, load_low_, load_high_, valid_;
  sc_core::sc_signal<std::uint64_t> in_accumulators_, fused_codes_, pre_multiply_codes_;
  units_model units_;
  std::mt19937_64 engine_{4};
  Parameters held_;
  std::deque<Row> inside_;
};

TEST(Units, AsSystemCModules) {
  UnitBench bench("bench");
  sc_core::sc_start();
  EXPECT_EQ(bench.rows, kRows);
  EXPECT_EQ(bench.wrong, 0);
  std::printf("SystemC: %d rows of %zu channels in 6 units, parameters loaded %d times\n",
              bench.rows, kChannels, bench.loads);
}

}  // namespace
}  // namespace npusim
