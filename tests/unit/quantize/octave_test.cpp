// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/octave.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "frontend/quantize/scheme.h"

namespace npusim::quantize {
namespace {

using boost::multiprecision::cpp_int;
using testing::ElementsAre;
using testing::IsEmpty;

using Rows = std::vector<std::vector<double>>;

// Rule 3 as a reader would do it by hand: every candidate on its own, one loop for each sentence.
struct Reading {
  double scale = 1;
  std::vector<int> shifts;
  double error = 0;  // mean over the channels that are alive at j = 0
};

double restored(double weight, int shift, double scale, int max_code) {
  double code = std::nearbyint(weight * std::pow(2, shift) / scale);
  code = std::min<double>(max_code, std::max<double>(-max_code, code));
  return scale * code / std::pow(2, shift);
}

bool all_codes_zero(const std::vector<double>& row, int shift, double scale, int max_code) {
  for (const double w : row) {
    if (restored(w, shift, scale, max_code) != 0) return false;
  }
  return true;
}

double magnitude(const std::vector<double>& row) {
  double most = 0;
  for (const double w : row) most = std::max(most, std::fabs(w));
  return most;
}

// The candidate with the limit T'; `live` says which channels count, empty: finds them out.
Reading candidate(const Rows& rows, double limit, int field_bits, int max_code,
                  std::vector<bool>& live) {
  Reading result;
  result.scale = limit / max_code;
  const bool first = live.empty();
  double count = 0;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    int shift = (1 << field_bits) - 1;
    while (shift > 0 && magnitude(rows[c]) * std::pow(2, shift) > limit) --shift;
    const bool dead = all_codes_zero(rows[c], shift, result.scale, max_code);
    if (first) live.push_back(!dead);
    if (live[c]) {
      double difference = 0;
      double energy = 0;
      for (const double w : rows[c]) {
        difference += std::pow(w - restored(w, shift, result.scale, max_code), 2);
        energy += w * w;
      }
      result.error += difference / energy;
      ++count;
    }
    result.shifts.push_back(dead ? 0 : shift);
  }
  result.error /= count;
  return result;
}

Reading read_octave(const Rows& rows, int field_bits, int max_code) {
  double largest = 0;
  for (const std::vector<double>& row : rows) largest = std::max(largest, magnitude(row));
  if (largest == 0) return {1, std::vector<int>(rows.size(), 0), 0};
  std::vector<bool> live;
  Reading best = candidate(rows, largest, field_bits, max_code, live);
  for (int j = 1; j < 32; ++j) {
    const auto factor = static_cast<double>(std::exp2(static_cast<long double>(j) / 32));
    Reading other = candidate(rows, largest * factor, field_bits, max_code, live);
    if (other.error < best.error) best = other;
  }
  return best;
}

struct Drawn {
  std::vector<float> weights;
  std::int64_t channels = 0;
  std::int64_t per_channel = 0;
  WeightMatrix matrix() const { return {weights.data(), channels, per_channel}; }
  Rows rows() const {
    Rows result;
    for (std::int64_t c = 0; c < channels; ++c) {
      const float* row = matrix().row(c);
      result.emplace_back(row, row + per_channel);
    }
    return result;
  }
};

// Channels of ranges up to `octaves` apart; one in eight is all zero.
Drawn draw(std::mt19937& random, std::int64_t channels, std::int64_t per_channel, int octaves,
           int largest_exponent) {
  Drawn result{{}, channels, per_channel};
  std::uniform_real_distribution<float> value(-1, 1);
  for (std::int64_t c = 0; c < channels; ++c) {
    const int exponent =
        largest_exponent - static_cast<int>(random() % static_cast<unsigned>(octaves + 1));
    const bool zero = random() % 8 == 0;
    for (std::int64_t k = 0; k < per_channel; ++k) {
      result.weights.push_back(zero ? 0.0F : std::ldexp(value(random), exponent));
    }
  }
  return result;
}

void expect_as_read(const Drawn& drawn, int field_bits, int max_code) {
  SCOPED_TRACE(testing::Message() << drawn.channels << " x " << drawn.per_channel << ", field "
                                  << field_bits << ", codes to " << max_code);
  const Reading reading = read_octave(drawn.rows(), field_bits, max_code);
  const WeightScales chosen =
      make_shift_scaler(field_bits, ShiftRule::octave)->choose(drawn.matrix(), max_code);
  EXPECT_THAT(chosen.scales, ElementsAre(reading.scale));
  for (std::int64_t c = 0; c < drawn.channels; ++c) {
    EXPECT_EQ(chosen.shift(c), reading.shifts[static_cast<std::size_t>(c)]) << c;
  }
  if (field_bits == 0) {
    EXPECT_THAT(chosen.channel_shifts, IsEmpty());
  }
}

// f = n / 2^52 is 2^(j/32) correctly rounded when (n - 1/2)^32 < 2^(52 * 32 + j) < (n + 1/2)^32.
TEST(OctaveTest, FactorsAreCorrectlyRounded) {
  for (std::size_t j = 0; j < kOctaveSteps; ++j) {
    const cpp_int n(static_cast<std::int64_t>(std::ldexp(kOctaveFactors[j], 52)));
    const cpp_int exact = cpp_int(1) << static_cast<unsigned>(53 * 32 + j);
    EXPECT_LT(boost::multiprecision::pow(2 * n - 1, 32U), exact) << j;
    EXPECT_GT(boost::multiprecision::pow(2 * n + 1, 32U), exact) << j;
  }
}

TEST(OctaveTest, DrawnMatricesAsTheRuleReads) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    const auto channels = static_cast<std::int64_t>(1 + random() % 24);
    const auto per_channel = static_cast<std::int64_t>(1 + random() % 40);
    const int octaves = static_cast<int>(random() % 30);
    const int exponent = static_cast<int>(random() % 20) - 10;
    const Drawn drawn = draw(random, channels, per_channel, octaves, exponent);
    expect_as_read(drawn, i % 5, i % 3 == 0 ? 7 : 127);
  }
}

TEST(OctaveTest, ExtremeRanges) {
  std::mt19937 random(6);
  for (const int exponent : {127, 60, -60, -110, -126}) {
    for (const int field_bits : {0, 1, 4}) {
      expect_as_read(draw(random, 12, 9, 20, exponent), field_bits, 127);
    }
  }
  // From the least subnormal to the largest float in one layer.
  expect_as_read({{3.4e38F, 1e-45F, 1.0F, -2.5e34F, 3e34F, 0}, 3, 2}, 4, 127);
  expect_as_read({{1e-45F, -1e-45F, 3e-45F, 0}, 2, 2}, 4, 127);
}

TEST(OctaveTest, OneChannelAndOneWeight) {
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) {
    expect_as_read(draw(random, 1, 1 + i, 3, 0), 4, 127);
    expect_as_read(draw(random, 1 + i, 1, 12, 0), 4, 127);
  }
}

TEST(OctaveTest, LayerOfZeros) { expect_as_read({std::vector<float>(12, 0.0F), 4, 3}, 4, 127); }

// What is dead at j = 0 has no say, whatever its error, and gets no shift.
TEST(OctaveTest, DeadChannelsHaveNoSay) {
  std::mt19937 random(8);
  Drawn drawn = draw(random, 6, 20, 6, 0);
  const WeightScales before = make_shift_scaler(4, ShiftRule::octave)->choose(drawn.matrix(), 127);
  for (int k = 0; k < 20; ++k) drawn.weights.push_back(0x1p-30F);
  ++drawn.channels;
  const WeightScales after = make_shift_scaler(4, ShiftRule::octave)->choose(drawn.matrix(), 127);
  EXPECT_EQ(after.scales, before.scales);
  EXPECT_EQ(after.shift(6), 0);
  expect_as_read(drawn, 4, 127);
}

// Every weight is the largest or nothing: all candidates whose code of it is exact are equal.
TEST(OctaveTest, TiesGoToTheSmallerStep) {
  const std::vector<float> weights = {127.0F, -127.0F, 0.0F, 127.0F};
  const WeightScales scales =
      make_shift_scaler(4, ShiftRule::octave)->choose({weights.data(), 2, 2}, 127);
  EXPECT_THAT(scales.scales, ElementsAre(1.0));
}

TEST(OctaveTest, NoWorseThanFloorByItsOwnMeasureAndOftenBetter) {
  std::mt19937 random(9);
  int better = 0;
  for (int i = 0; i < 100; ++i) {
    const Drawn drawn = draw(random, 16, 30, 12, 0);
    std::vector<bool> live;
    const Rows rows = drawn.rows();
    double largest = 0;
    for (const std::vector<double>& row : rows) largest = std::max(largest, magnitude(row));
    const double floor_error = candidate(rows, largest, 4, 127, live).error;
    const double scale =
        make_shift_scaler(4, ShiftRule::octave)->choose(drawn.matrix(), 127).scales[0];
    const double octave_error = candidate(rows, scale * 127, 4, 127, live).error;
    EXPECT_LE(octave_error, floor_error * (1 + 1e-12));
    better += octave_error < floor_error * 0.99 ? 1 : 0;
  }
  EXPECT_GT(better, 50);
}

TEST(OctaveTest, CoarserIsOneShiftLessOfThatChannel) {
  const std::vector<float> weights = {1.0F, 0.25F, 0.25F};
  const auto scheme = make_shift_scaler(4, ShiftRule::octave);
  WeightScales scales = scheme->choose({weights.data(), 3, 1}, 127);
  const WeightScales before = scales;
  EXPECT_TRUE(scheme->coarsen(scales, 1));
  EXPECT_EQ(scales.shift(1), before.shift(1) - 1);
  EXPECT_EQ(scales.shift(2), before.shift(2));
  EXPECT_EQ(scales.scales, before.scales);
  while (scheme->coarsen(scales, 2)) continue;
  EXPECT_EQ(scales.shift(2), 0);
}

}  // namespace
}  // namespace npusim::quantize
