// SPDX-License-Identifier: Apache-2.0
// Every requantization lane of sim/rtl, clock by clock, against the rules of sim/arith.
#include <all_lanes_model.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "sim/arith/requantize.h"
#include "sim/config/hardware_config.h"

namespace npusim {
namespace {

constexpr int kLanes = 24;  // of all_lanes.v
constexpr std::size_t kDepth = 6;
static_assert(config::RequantizationConfig{}.pipeline_depth_cycles == kDepth);
constexpr int kLargestShift = 62;
constexpr std::int32_t kLeast = INT32_MIN, kMost = INT32_MAX;

struct Stimulus {
  bool valid = true;
  std::int32_t accumulator = 0;
  std::int32_t multiplier = 0;
  int shift = 1;
  int channel_shift = 0;
  int zero_point = 0;
  int low = -128, high = 127;
};

/// What the lanes of all_lanes.v are made with.
struct Lane {
  int field_bits, multiplier_bits, accumulator_bits;
  bool pre_multiply;
};

Lane lane_of(int i) {
  constexpr std::array<int, 4> kNarrow = {8, 16, 24, 31};
  Lane lane = {};
  lane.field_bits = i < 20 ? i / 4 : 4;
  lane.pre_multiply = i / 2 % 2 != 0;
  lane.multiplier_bits = i % 2 != 0 ? 15 : 31;
  lane.accumulator_bits = i < 20 ? 32 : kNarrow.at(static_cast<std::size_t>(i - 20));
  return lane;
}

std::int8_t expected(const Lane& lane, const Stimulus& s) {
  const int unused = 32 - lane.accumulator_bits;
  const auto acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(s.accumulator) << unused);
  const std::int32_t multiplier = s.multiplier & (lane.multiplier_bits == 15 ? 0x7fff : kMost);
  const int channel_shift = s.channel_shift & ((1 << lane.field_bits) - 1);
  if (lane.pre_multiply) {
    return arith::requantize_pre_multiply(acc >> unused, channel_shift, multiplier, s.shift,
                                          s.zero_point, s.low, s.high);
  }
  return arith::requantize(acc >> unused, multiplier, s.shift + channel_shift, s.zero_point, s.low,
                           s.high);
}

class LaneBench {
 public:
  LaneBench() : model_(std::make_unique<all_lanes_model>("all_lanes")) {
    for (int i = 0; i < kLanes; ++i) lanes_.push_back(lane_of(i));
    reset();
  }
  ~LaneBench() { model_->final(); }
  LaneBench(const LaneBench&) = delete;
  LaneBench& operator=(const LaneBench&) = delete;

  void reset() {
    model_->reset = 1;
    clock(Stimulus{});
    model_->reset = 0;
    inside_.fill(Stimulus{});
    for (Stimulus& s : inside_) s.valid = false;
  }

  /// One clock cycle; compares what comes out of all lanes.
  void step(const Stimulus& s) {
    clock(s);
    std::rotate(inside_.rbegin(), inside_.rbegin() + 1, inside_.rend());
    inside_.front() = s;
    check(inside_.back());
    ++cycles;
  }

  /// The shifter, which has no clock.
  void shift(std::uint64_t value, int places) {
    model_->value = value;
    model_->shift = static_cast<std::uint8_t>(places);
    model_->eval();
    const bool half = places > 0 && (value >> (places - 1) & 1) != 0;
    ASSERT_EQ(model_->shifted, value >> places) << value << " >> " << places;
    ASSERT_EQ(model_->half != 0, half) << value << " >> " << places;
    // What it is for: rule 8's rounding of a magnitude.
    ASSERT_EQ(static_cast<std::int64_t>(model_->shifted) + (model_->half != 0 ? 1 : 0),
              arith::round_shift(static_cast<std::int64_t>(value), places));
  }

  std::int64_t cycles = 0, codes = 0, inside_clamps = 0;
  std::uint32_t valid_lanes() const { return model_->valid; }

 private:
  void clock(const Stimulus& s) {
    model_->in_valid = s.valid ? 1 : 0;
    model_->accumulator = static_cast<std::uint32_t>(s.accumulator);
    model_->multiplier = static_cast<std::uint32_t>(s.multiplier);
    model_->shift = static_cast<std::uint8_t>(s.shift);
    model_->channel_shift = static_cast<std::uint8_t>(s.channel_shift);
    model_->zero_point = static_cast<std::uint8_t>(s.zero_point);
    model_->low = static_cast<std::uint8_t>(s.low);
    model_->high = static_cast<std::uint8_t>(s.high);
    model_->clock = 0;
    model_->eval();
    model_->clock = 1;
    model_->eval();
  }

  void check(const Stimulus& s) {
    ASSERT_EQ(model_->valid, s.valid ? (1U << kLanes) - 1 : 0U) << "cycle " << cycles;
    if (!s.valid) return;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const auto code = static_cast<std::int8_t>(model_->codes[i / 4] >> (8 * (i % 4)));
      const std::int8_t wanted = expected(lanes_[i], s);
      ASSERT_EQ(int{code}, int{wanted})
          << "lane " << i << ": accumulator " << s.accumulator << ", multiplier " << s.multiplier
          << ", shift " << s.shift << ", channel shift " << s.channel_shift << ", zero point "
          << s.zero_point << ", clamps " << s.low << " to " << s.high;
      if (wanted != s.low && wanted != s.high) ++inside_clamps;
    }
    codes += kLanes;
  }

  std::unique_ptr<all_lanes_model> model_;
  std::vector<Lane> lanes_;
  std::array<Stimulus, kDepth> inside_ = {};  // newest first
};

/// A few bubbles, so that what is inside comes out.
void drain(LaneBench& bench) {
  Stimulus bubble;
  bubble.valid = false;
  for (std::size_t i = 0; i < kDepth; ++i) bench.step(bubble);
}

TEST(Lanes, AllCorners) {
  LaneBench bench;
  Stimulus s;
  for (const std::int32_t acc : {kLeast, kLeast + 1, -3, -1, 0, 1, 2, 1 << 30, kMost}) {
    for (const std::int32_t multiplier : {0, 1, 1 << 14, (1 << 15) - 1, 1 << 30, kMost}) {
      for (int shift = 1; shift <= kLargestShift; ++shift) {
        for (const int channel_shift : {0, 1, 5, 10, 15}) {
          if (shift + channel_shift > kLargestShift) continue;
          for (const int zero_point : {-128, 0, 127}) {
            for (const auto& [low, high] :
                 {std::pair(-128, 127), {-128, -128}, {127, 127}, {zero_point, 127}}) {
              s = {true, acc, multiplier, shift, channel_shift, zero_point, low, high};
              bench.step(s);
              if (HasFatalFailure()) return;
            }
          }
        }
      }
    }
  }
  drain(bench);
  std::printf("corners: %lld vectors, %lld codes compared\n", static_cast<long long>(bench.cycles),
              static_cast<long long>(bench.codes));
}

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}

  std::int64_t in(std::int64_t low, std::int64_t high) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(engine_() % count);
  }
  /// All magnitudes are equally likely.
  std::int32_t accumulator() {
    const auto value = static_cast<std::int32_t>(engine_() & 0xffffffffU);
    return value >> in(0, 31);
  }

  /// Nearly always with a result near the range of codes; one in four on or beside a tie.
  Stimulus stimulus() {
    Stimulus s;
    s.valid = in(0, 7) != 0;
    s.accumulator = accumulator();
    s.multiplier = static_cast<std::int32_t>(in(1 << 30, kMost));
    if (in(0, 3) == 0) s.multiplier = static_cast<std::int32_t>(in(0, 15) << 27 | in(0, 15) << 11);
    s.channel_shift = static_cast<int>(in(0, 15));
    const double exact = std::abs(double{1} * s.accumulator * s.multiplier);
    int wanted = static_cast<int>(in(-9, 3));
    for (double left = exact; left >= 1; left /= 2) ++wanted;
    s.shift = std::clamp(wanted - (in(0, 1) != 0 ? s.channel_shift : 0), 1,
                         kLargestShift - s.channel_shift);
    s.zero_point = static_cast<int>(in(-128, 127));
    s.low = static_cast<int>(in(-128, 127));
    s.high = static_cast<int>(in(s.low, 127));
    if (in(0, 1) != 0) s.low = -128, s.high = 127;
    return s;
  }
  std::uint64_t word() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

TEST(Lanes, AMillionDrawnVectors) {
  const char* long_run = std::getenv("NPUSIM_DRAWS");
  const std::int64_t vectors = long_run != nullptr ? std::atoll(long_run) : 1'000'000;
  LaneBench bench;
  Draw draw(1);
  for (std::int64_t i = 0; i < vectors; ++i) {
    bench.step(draw.stimulus());
    if (HasFatalFailure()) return;
  }
  drain(bench);
  std::printf("drawn: %lld vectors, %lld codes compared, %lld of them within the clamps\n",
              static_cast<long long>(bench.cycles), static_cast<long long>(bench.codes),
              static_cast<long long>(bench.inside_clamps));
  EXPECT_GT(bench.inside_clamps, bench.codes / 4);
}

TEST(Lanes, ResetEmptiesThePipeline) {
  LaneBench bench;
  Draw draw(2);
  Stimulus s = draw.stimulus();
  s.valid = true;
  for (std::size_t i = 0; i < kDepth; ++i) bench.step(s);
  EXPECT_EQ(bench.valid_lanes(), (1U << kLanes) - 1);
  bench.reset();
  EXPECT_EQ(bench.valid_lanes(), 0U);
  drain(bench);  // which compares that nothing comes out
  bench.step(s);
  drain(bench);
}

TEST(BarrelShifter, RoundsLikeRule8) {
  constexpr int kDraws = 100'000;
  constexpr std::uint64_t kAll = (std::uint64_t{1} << 62) - 1;
  LaneBench bench;
  Draw draw(3);
  for (int places = 0; places <= kLargestShift; ++places) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, kAll, kAll / 3}) {
      bench.shift(value, places);
    }
    bench.shift(std::uint64_t{1} << std::min(places, 61), places);
  }
  for (int i = 0; i < kDraws; ++i) {
    bench.shift(draw.word() >> draw.in(2, 63), static_cast<int>(draw.in(0, kLargestShift)));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace npusim
