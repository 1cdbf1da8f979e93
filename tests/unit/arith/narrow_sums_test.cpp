// SPDX-License-Identifier: Apache-2.0
// Saturating and wrapping sums on every instruction set against a plain loop, one addition after
// another.
#include "sim/arith/narrow_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/unit/arith/targets.h"

namespace npusim::arith {
namespace {

// A plain accumulator: wraps by whole turns of 2^P, however far the sum is.
struct PlainAccumulator {
  int bits;
  Overflow overflow;
  std::int64_t value = 0;
  std::int64_t overflows = 0;

  void add(std::int64_t term) {
    const std::int64_t turn = std::int64_t{1} << bits;
    const std::int64_t low = -turn / 2;
    const std::int64_t high = turn / 2 - 1;
    value += term;
    if (value >= low && value <= high) return;
    ++overflows;
    if (overflow == Overflow::saturate) {
      value = std::clamp(value, low, high);
      return;
    }
    while (value > high) value -= turn;
    while (value < low) value += turn;
  }
};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : generator_(seed) {}
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>(generator_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::vector<std::int8_t> codes(std::int64_t count) {
    std::vector<std::int8_t> result;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t extreme = integer(0, 3);
      const std::int64_t code = extreme == 0 ? -128 : extreme == 1 ? 127 : integer(-128, 127);
      result.push_back(static_cast<std::int8_t>(code));
    }
    return result;
  }

 private:
  std::mt19937_64 generator_;
};

struct Case {
  std::int64_t m = 0, k = 0, n = 0;
  std::int32_t zero_point = 0;
  NarrowAccumulator accumulator;
  std::vector<std::int8_t> x;  // rows [m][k]; depthwise [m][k][n]
  std::vector<std::int8_t> w;  // [k][n]
  std::vector<std::int32_t> begin;
  std::int64_t stride = 0;
  std::vector<std::int32_t> sums;
  std::int64_t overflows = 0;
};

Case draw_case(Draw& draw, bool depthwise) {
  Case c;
  c.m = draw.integer(1, 15);
  c.k = draw.integer(0, 60);
  c.n = draw.integer(1, 40);
  if (draw.integer(0, 1) == 1) c.zero_point = static_cast<std::int32_t>(draw.integer(-128, 127));
  constexpr int kBits[] = {2, 8, 13, 16, 17, 20, 31, 32};
  c.accumulator.bits = kBits[draw.integer(0, 7)];
  c.accumulator.overflow = draw.integer(0, 1) == 0 ? Overflow::saturate : Overflow::wrap;
  c.x = draw.codes(c.m * c.k * (depthwise ? c.n : 1));
  c.w = draw.codes(c.k * c.n);
  c.stride = c.n + 3;  // what lies between the rows must not be touched
  const std::int64_t low = c.accumulator.least();
  const std::int64_t high = c.accumulator.greatest();
  for (std::int64_t i = 0; i < c.m * c.stride; ++i) {
    const bool near_end = draw.integer(0, 2) == 0;
    c.begin.push_back(static_cast<std::int32_t>(near_end ? draw.integer(high - 1, high)
                                                         : draw.integer(low, high)));
  }
  c.sums = c.begin;
  for (std::int64_t m = 0; m < c.m; ++m) {
    for (std::int64_t n = 0; n < c.n; ++n) {
      std::int32_t& at = c.sums[static_cast<std::size_t>(m * c.stride + n)];
      PlainAccumulator sum{c.accumulator.bits, c.accumulator.overflow, at};
      for (std::int64_t k = 0; k < c.k; ++k) {
        const std::int64_t at_x = depthwise ? (m * c.k + k) * c.n + n : m * c.k + k;
        const std::int8_t x = c.x[static_cast<std::size_t>(at_x)];
        sum.add(x * (c.w[static_cast<std::size_t>(k * c.n + n)] - c.zero_point));
      }
      at = static_cast<std::int32_t>(sum.value);
      c.overflows += sum.overflows;
    }
  }
  return c;
}

std::string text(const Case& c) {
  return std::to_string(c.m) + " x " + std::to_string(c.k) + " x " + std::to_string(c.n) + ", " +
         std::to_string(c.accumulator.bits) + " bits, overflow " +
         std::to_string(static_cast<int>(c.accumulator.overflow));
}

TEST(NarrowSumsTest, FoldsEqualPlainLoop) {
  Draw draw(11);
  std::int64_t overflows = 0;
  for (int i = 0; i < 400; ++i) {
    const Case c = draw_case(draw, false);
    overflows += c.overflows;
    PackedWeights packed;
    packed.pack(c.w.data(), c.n, 1, c.k, c.n, c.zero_point);
    std::vector<const std::int8_t*> rows;
    for (std::int64_t m = 0; m < c.m; ++m) rows.push_back(c.x.data() + m * c.k);
    on_every_target([&] {
      auto acc = c.begin;
      EXPECT_EQ(add_narrow_tile(rows.data(), c.m, packed, c.accumulator, acc.data(), c.stride),
                c.overflows)
          << text(c);
      EXPECT_EQ(acc, c.sums) << text(c);
    });
  }
  EXPECT_GT(overflows, 10000);
}

TEST(NarrowSumsTest, DepthwiseEqualsPlainLoop) {
  Draw draw(12);
  for (int i = 0; i < 300; ++i) {
    const Case c = draw_case(draw, true);
    PackedWeights packed;
    packed.pack(c.w.data(), c.n, 1, c.k, c.n, c.zero_point);
    std::vector<const std::int8_t*> taps;
    for (std::int64_t t = 0; t < c.m * c.k; ++t) taps.push_back(c.x.data() + t * c.n);
    on_every_target([&] {
      auto acc = c.begin;
      EXPECT_EQ(add_narrow_depthwise(taps.data(), c.m, packed, c.accumulator, acc.data(), c.stride),
                c.overflows)
          << text(c);
      EXPECT_EQ(acc, c.sums) << text(c);
    });
  }
}

TEST(NarrowSumsTest, ABiasThatDoesNotFitIsTheFirstAddition) {
  const std::vector<std::int32_t> bias = {127, 128, -128, -129, 300, 2147483647, -2147483647 - 1};
  std::vector<std::int32_t> acc(bias.size());
  const auto load = [&](NarrowAccumulator accumulator) {
    return load_narrow_bias(bias.data(), 7, accumulator, acc.data());
  };
  EXPECT_EQ(load({8, Overflow::saturate}), 5);
  EXPECT_EQ(acc, (std::vector<std::int32_t>{127, 127, -128, -128, 127, 127, -128}));
  EXPECT_EQ(load({8, Overflow::wrap}), 5);
  EXPECT_EQ(acc, (std::vector<std::int32_t>{127, -128, -128, 127, 44, -1, 0}));
  EXPECT_EQ(load({32, Overflow::wrap}), 0);
  EXPECT_EQ(acc, bias);
}

}  // namespace
}  // namespace npusim::arith
