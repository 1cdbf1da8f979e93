// SPDX-License-Identifier: Apache-2.0
// Every kernel on every instruction set against a plain loop in 64-bit integers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sim/arith/depthwise.h"
#include "sim/arith/elementwise.h"
#include "sim/arith/matmul.h"
#include "sim/arith/packed_weights.h"
#include "sim/arith/simd.h"
#include "sim/arith/vector_rows.h"
#include "tests/unit/arith/targets.h"

namespace npusim::arith {
namespace {

using Bytes = std::vector<std::int8_t>;
using Accumulators = std::vector<std::int32_t>;

std::mt19937_64 generator(7);

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// Codes over the whole range; every fourth at an extreme.
Bytes draw_codes(std::int64_t count) {
  Bytes codes(index(count));
  for (std::int8_t& code : codes) {
    const auto bits = generator();
    const int drawn = static_cast<int>(bits % 256) - 128;
    const int extreme = (bits & 0x400) != 0 ? -128 : 127;
    code = static_cast<std::int8_t>((bits & 0x300) == 0 ? extreme : drawn);
  }
  return codes;
}

Accumulators draw_accumulators(std::int64_t count) {
  Accumulators values(index(count));
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(generator() % 2000001) - 1000000;
  return values;
}

struct Size {
  std::int64_t m, k, n;
};

std::string text(const Size& s) {
  return std::to_string(s.m) + " x " + std::to_string(s.k) + " x " + std::to_string(s.n);
}

std::vector<Size> sizes() {
  std::vector<Size> all = {
      {1, 1, 1},     {1, 0, 5},     {0, 3, 3},   {49, 256, 256}, {12, 32, 32},  {13, 33, 1},
      {5, 27, 31},   {1, 1024, 17}, {30, 7, 96}, {3, 2, 48},     {14, 513, 16}, {25, 256, 40},
      {2, 1500, 33}, {700, 260, 3}, {70, 9, 24}, {66, 9, 45},    {1, 9, 16},    {2, 9, 31},
      {68, 9, 48},   {70, 9, 80},   {3, 25, 64}};
  for (int i = 0; i < 40; ++i) {
    all.push_back({static_cast<std::int64_t>(1 + generator() % 40),
                   static_cast<std::int64_t>(1 + generator() % 70),
                   static_cast<std::int64_t>(1 + generator() % 70)});
  }
  return all;
}

// acc[m][n] += sum_k x[m][k] * (w[k][n] - zero_point)
void plain_matmul(const Size& s, const Bytes& x, const Bytes& w, std::int32_t zero_point,
                  Accumulators& acc, std::int64_t acc_stride) {
  for (std::int64_t m = 0; m < s.m; ++m) {
    for (std::int64_t n = 0; n < s.n; ++n) {
      std::int64_t sum = acc[index(m * acc_stride + n)];
      for (std::int64_t k = 0; k < s.k; ++k) {
        sum += std::int64_t{x[index(m * s.k + k)]} * (w[index(k * s.n + n)] - zero_point);
      }
      acc[index(m * acc_stride + n)] = static_cast<std::int32_t>(sum);
    }
  }
}

TEST(MatmulTest, FoldEqualsPlainLoop) {
  for (const Size& s : sizes()) {
    const Bytes x = draw_codes(s.m * s.k);
    const Bytes w = draw_codes(s.k * s.n);
    const std::int64_t stride = s.n + 3;  // what lies between the rows must not be touched
    const Accumulators begin = draw_accumulators(s.m * stride);
    std::vector<const std::int8_t*> rows;
    for (std::int64_t m = 0; m < s.m; ++m) rows.push_back(x.data() + m * s.k);
    for (const std::int32_t zero_point : {0, 127, -128}) {
      Accumulators expected = begin;
      plain_matmul(s, x, w, zero_point, expected, stride);
      PackedWeights packed;
      packed.pack(w.data(), s.n, 1, s.k, s.n, zero_point);
      on_every_target([&] {
        Accumulators acc = begin;
        RowScratch scratch;
        multiply_rows(rows.data(), s.m, packed, nullptr, acc.data(), stride, scratch);
        EXPECT_EQ(acc, expected) << text(s);
      });
    }
  }
}

TEST(MatmulTest, RowsFromBiasEqualPlainLoop) {
  for (const Size& s : sizes()) {
    const Bytes x = draw_codes(s.m * s.k);
    const Bytes w = draw_codes(s.k * s.n);
    const Accumulators bias = draw_accumulators(s.n);
    Accumulators expected;
    for (std::int64_t m = 0; m < s.m; ++m)
      expected.insert(expected.end(), bias.begin(), bias.end());
    plain_matmul(s, x, w, -77, expected, s.n);

    Bytes transposed(w.size());  // [n][k], as convolution weights are stored
    for (std::int64_t k = 0; k < s.k; ++k) {
      for (std::int64_t n = 0; n < s.n; ++n) transposed[index(n * s.k + k)] = w[index(k * s.n + n)];
    }
    PackedWeights packed;
    packed.pack(draw_codes(64).data(), 8, 1, 8, 8);  // packing again forgets what was there
    packed.pack(transposed.data(), 1, s.k, s.k, s.n, -77);
    std::vector<const std::int8_t*> rows;
    for (std::int64_t m = 0; m < s.m; ++m) rows.push_back(x.data() + m * s.k);
    on_every_target([&] {
      Accumulators acc(expected.size(), -1);
      RowScratch scratch;
      multiply_rows(rows.data(), s.m, packed, bias.data(), acc.data(), s.n, scratch);
      EXPECT_EQ(acc, expected) << text(s);
    });
  }
}

// A table for `channels` channels, of each kind in turn: scales that shift right only, that need
// caps, and a shift before the multiplication; every other one with clamps of each channel.
RequantizationTable draw_table(std::int64_t channels, int kind) {
  std::vector<FixedPoint> scales;
  std::vector<std::uint8_t> shifts;
  Bytes lows, highs;
  for (std::int64_t c = 0; c < channels; ++c) {
    scales.push_back({static_cast<std::int32_t>((1 << 30) + generator() % (1 << 30)),
                      static_cast<std::int32_t>((kind == 1 ? 26 : 38) + generator() % 8)});
    shifts.push_back(static_cast<std::uint8_t>(generator() % 6));
    lows.push_back(static_cast<std::int8_t>(-90 - static_cast<int>(generator() % 10)));
    highs.push_back(static_cast<std::int8_t>(generator() % 100));
  }
  RequantizationTable table;
  table.set(scales.data(), channels, shifts.data(), channels, {-7, -100, 110},
            kind == 2 ? Placement::pre_multiply : Placement::fused);
  if (channels % 2 == 0) table.set_channel_clamps(lows.data(), highs.data());
  return table;
}

TEST(MatmulTest, CodesAreThoseOfTheSums) {
  int kind = 0;
  for (const Size& s : sizes()) {
    const Bytes x = draw_codes(s.m * s.k);
    const Bytes w = draw_codes(s.k * s.n);
    const Accumulators bias = draw_accumulators(s.n);
    std::vector<const std::int8_t*> rows;
    for (std::int64_t m = 0; m < s.m; ++m) rows.push_back(x.data() + m * s.k);
    const std::int64_t first = s.m % 3 * 7;  // channels of the table before those of the product
    const RequantizationTable table = draw_table(first + s.n, kind++ % 3);
    for (const std::int32_t zero_point : {0, -5}) {
      PackedWeights packed;
      packed.pack(w.data(), s.n, 1, s.k, s.n, zero_point);
      on_every_target([&] {
        RowScratch scratch;
        const std::int64_t width = first + s.n;
        Accumulators acc(index(s.m * width));
        multiply_rows(rows.data(), s.m, packed, bias.data(), acc.data() + first, width, scratch);
        Bytes expected(acc.size(), 99);
        requantize_rows(acc.data(), width, s.m, table, expected.data(), width);
        Bytes out(expected);
        for (std::int64_t m = 0; m < s.m; ++m) {
          std::fill_n(out.begin() + m * width + first, s.n, std::int8_t{99});
        }
        multiply_to_codes(rows.data(), s.m, packed, bias.data(), table, first, out.data() + first,
                          width, scratch);
        EXPECT_EQ(out, expected) << text(s);
      });
    }
  }
}

// Weights on either side of what 16 bits hold of one, two and four products of an input of 255,
// packed for each instruction set.
TEST(MatmulTest, WeightsAtTheLimitsOf16BitsAreExact) {
  const Size s{9, 70, 35};
  for (const int most : {1, 31, 32, 33, 63, 64, 65, 127, 128}) {
    for (const bool drawn : {false, true}) {
      Bytes w(index(s.k * s.n));
      for (std::int8_t& weight : w) {
        const int sign = drawn && generator() % 2 == 0 ? 1 : -1;
        const int size = drawn && generator() % 3 == 0 ? 0 : most;
        weight = static_cast<std::int8_t>(std::min(sign * size, 127));
      }
      const Bytes x = drawn ? draw_codes(s.m * s.k) : Bytes(index(s.m * s.k), 127);
      std::vector<const std::int8_t*> rows;
      for (std::int64_t m = 0; m < s.m; ++m) rows.push_back(x.data() + m * s.k);
      Accumulators expected(index(s.m * s.n), -3);
      plain_matmul(s, x, w, 0, expected, s.n);
      on_every_target([&] {
        PackedWeights packed;
        packed.pack(w.data(), s.n, 1, s.k, s.n);
        EXPECT_EQ(packed.is_sorted(), !has_exact_byte_products());
        Accumulators acc(expected.size(), -3);
        RowScratch scratch;
        multiply_rows(rows.data(), s.m, packed, nullptr, acc.data(), s.n, scratch);
        EXPECT_EQ(acc, expected) << "weights up to " << most;
      });
    }
  }
}

// Strips of any share of quads with large weights, in which few products fit 16 bits, packed for
// each instruction set and for the best.
TEST(MatmulTest, AnyShareOfLargeWeightsIsExact) {
  for (const Size& s : {Size{13, 530, 40}, Size{6, 1027, 16}, Size{27, 32, 65}}) {
    for (const int share : {0, 20, 45, 55, 80, 100}) {
      Bytes w = draw_codes(s.k * s.n);
      for (std::int64_t i = 0; i < s.k * s.n; ++i) {
        const std::int64_t strip = i % s.n / PackedWeights::kStrip;
        const bool is_large = (i / s.n / PackedWeights::kQuad * 37 + strip * 13) % 100 < share;
        if (!is_large) w[index(i)] = static_cast<std::int8_t>(w[index(i)] / 4);
      }
      const Bytes x = draw_codes(s.m * s.k);
      std::vector<const std::int8_t*> rows;
      for (std::int64_t m = 0; m < s.m; ++m) rows.push_back(x.data() + m * s.k);
      for (const std::int32_t zero_point : {0, -128, 127}) {
        Accumulators expected(index(s.m * s.n), 77);
        plain_matmul(s, x, w, zero_point, expected, s.n);
        PackedWeights for_best;
        for_best.pack(w.data(), s.n, 1, s.k, s.n, zero_point);
        on_every_target([&] {
          PackedWeights packed;
          packed.pack(w.data(), s.n, 1, s.k, s.n, zero_point);
          if (packed.is_sorted() && share % 100 == 0) {
            EXPECT_EQ(packed.few_quads_fit(), share != 0);
          }
          for (const PackedWeights* weights : {&packed, &for_best}) {
            Accumulators acc(expected.size(), 77);
            RowScratch scratch;
            multiply_rows(rows.data(), s.m, *weights, nullptr, acc.data(), s.n, scratch);
            EXPECT_EQ(acc, expected) << text(s) << ", large " << share << " %";
          }
        });
      }
    }
  }
}

TEST(PackedWeightsTest, FewQuadsFitWhereMoreAreLargeThanPaired) {
  Bytes w(4 * 5 * 16, 1);  // five quads of one strip
  const auto few_fit_with_large = [&](std::int64_t quads) {
    std::fill_n(w.begin(), quads * 4 * 16, std::int8_t{-128});
    PackedWeights packed;
    packed.pack(w.data(), 16, 1, 20, 16);
    packed.sort_quads();
    EXPECT_EQ(packed.order(0).paired, (5 - quads) / 2 * 2);
    return packed.few_quads_fit();
  };
  EXPECT_FALSE(few_fit_with_large(1));
  EXPECT_FALSE(few_fit_with_large(2));
  EXPECT_TRUE(few_fit_with_large(3));
}

TEST(PackedWeightsTest, WhereFewQuadsFitTheWordsAreTheWeights) {
  const std::int64_t k_count = 4 * 5, n = 37;
  const Bytes w = draw_codes(k_count * n);
  PackedWeights packed;
  packed.pack(w.data(), n, 1, k_count, n, -3);
  packed.sort_quads();
  ASSERT_TRUE(packed.few_quads_fit());
  for (std::int64_t k = 0; k < k_count; ++k) {
    const std::int64_t half = k % 2 * PackedWeights::kQuadWords / 2;
    for (std::int64_t c = 0; c < n; ++c) {
      const std::int16_t* quad = packed.words_of_channel(c) + k / 4 * PackedWeights::kQuadWords;
      EXPECT_EQ(quad[half + k % 4 / 2], w[index(k * n + c)]) << k << ", " << c;
    }
  }
}

TEST(PackedWeightsTest, QuadsAreSortedByWhatTheirProductsFit) {
  // The first two weights of each quad, the other two being 0.
  const Bytes pairs = {32, 32, 64, 64, 64, 65, -32, 96, 65, 0};
  Bytes w(20 * 20);
  for (std::int64_t k = 0; k < 20; ++k) {
    const std::int8_t weight = k % 4 < 2 ? pairs[index(k / 4 * 2 + k % 2)] : std::int8_t{0};
    for (std::int64_t n = 0; n < 20; ++n) w[index(k * 20 + n)] = weight;
  }
  w[index(17)] = w[index(20 + 17)] = 127;  // quad 0 of the second strip
  PackedWeights packed;
  const auto sorted = [&](std::int64_t strip) {
    packed.pack(w.data(), 20, 1, 20, 20);
    packed.sort_quads();
    std::vector<std::uint32_t> quads;
    for (std::int64_t i = 0; i < packed.quads(); ++i) {
      const PackedWeights::QuadPlace& place = packed.ordered_quads(strip)[i];
      EXPECT_EQ(place.weights_bytes / PackedWeights::kQuadBytes, place.inputs_bytes / 4);
      quads.push_back(place.inputs_bytes / 4);
    }
    return quads;
  };
  EXPECT_EQ(sorted(0), (std::vector<std::uint32_t>{0, 1, 3, 4, 2}));
  EXPECT_EQ(packed.order(0).paired, 0);
  EXPECT_EQ(packed.order(0).single, 4);
  EXPECT_EQ(sorted(1), (std::vector<std::uint32_t>{1, 3, 4, 0, 2}));
  EXPECT_EQ(packed.order(1).paired, 0);
  EXPECT_EQ(packed.order(1).single, 3);
  for (std::int8_t& weight : w) weight = static_cast<std::int8_t>(weight / 4);
  EXPECT_EQ(sorted(0), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(packed.order(0).paired, 4);
  EXPECT_EQ(packed.order(0).single, 1);
}

TEST(MatmulTest, ExtremesOfALongReductionAreExact) {
  const Size s{13, 1300, 33};
  const Bytes x(index(s.m * s.k), -128);
  const Bytes w(index(s.k * s.n), -128);
  std::vector<const std::int8_t*> rows(index(s.m), x.data());
  PackedWeights packed;
  packed.pack(w.data(), s.n, 1, s.k, s.n, 127);  // -128 * -255, s.k times
  on_every_target([&] {
    Accumulators acc(index(s.m * s.n), 5);
    RowScratch scratch;
    multiply_rows(rows.data(), s.m, packed, nullptr, acc.data(), s.n, scratch);
    EXPECT_EQ(acc, Accumulators(acc.size(), static_cast<std::int32_t>(s.k) * 128 * 255 + 5));
  });
}

TEST(DepthwiseTest, EqualsPlainLoop) {
  for (const Size& s : sizes()) {  // k taps, n channels
    const Bytes input = draw_codes(s.n * 11);
    const Bytes w = draw_codes(s.k * s.n);
    std::vector<const std::int8_t*> taps(index(s.m * s.k));
    for (auto& tap : taps) tap = input.data() + static_cast<std::int64_t>(generator() % 11) * s.n;
    const Accumulators bias = draw_accumulators(s.n);
    const std::int64_t stride = s.n + 2;
    const Accumulators begin = draw_accumulators(s.m * stride);
    for (const std::int32_t zero_point : {0, 127}) {
      for (const bool from_bias : {false, true}) {
        Accumulators expected = begin;
        for (std::int64_t m = 0; m < s.m; ++m) {
          for (std::int64_t c = 0; c < s.n; ++c) {
            std::int64_t sum = from_bias ? bias[index(c)] : begin[index(m * stride + c)];
            for (std::int64_t t = 0; t < s.k; ++t) {
              sum +=
                  std::int64_t{taps[index(m * s.k + t)][c]} * (w[index(t * s.n + c)] - zero_point);
            }
            expected[index(m * stride + c)] = static_cast<std::int32_t>(sum);
          }
        }
        PackedWeights packed;
        packed.pack(w.data(), s.n, 1, s.k, s.n, zero_point);
        on_every_target([&] {
          Accumulators acc = begin;
          accumulate_depthwise({taps.data(), s.k, 0, s.m}, packed,
                               from_bias ? bias.data() : nullptr, acc.data(), stride);
          EXPECT_EQ(acc, expected) << text(s);
        });
      }
    }
  }
}

TEST(DepthwiseTest, CodesOfPixelsSideBySideAreThoseOfTheirSums) {
  int kind = 0;
  for (const Size& s : sizes()) {  // k taps, n channels
    const std::int64_t moved = 1 + s.m / 2 % 2;
    const std::int64_t step = moved * s.n;
    const Bytes input = draw_codes((s.m + 9) * 2 * s.n);
    const Bytes w = draw_codes(s.k * s.n);
    std::vector<const std::int8_t*> first, all;
    for (std::int64_t t = 0; t < s.k; ++t) {
      const auto drawn = static_cast<std::int64_t>(generator() % 7);
      const bool is_next = s.k == 9 && t % 3 != 0;  // a 3x3 kernel moving by one or two pixels
      first.push_back(is_next ? first.back() + s.n : input.data() + drawn * s.n);
    }
    for (std::int64_t m = 0; m < s.m; ++m) {
      for (const std::int8_t* tap : first) all.push_back(tap + m * step);
    }
    const Accumulators bias = draw_accumulators(s.n);
    const RequantizationTable table = draw_table(s.n, kind++ % 3);
    PackedWeights packed;
    packed.pack(w.data(), s.n, 1, s.k, s.n, s.m % 2 == 0 ? 0 : 99);
    on_every_target([&] {
      Accumulators acc(index(s.m * s.n));
      accumulate_depthwise({all.data(), s.k, 0, s.m}, packed, bias.data(), acc.data(), s.n);
      const std::int64_t stride = s.n + 3;
      Bytes expected(index(s.m * stride), 99);
      requantize_rows(acc.data(), s.n, s.m, table, expected.data(), stride);
      Bytes out(expected.size(), 99);
      depthwise_to_codes({first.data(), 0, step, s.m}, packed, bias.data(), table, out.data(),
                         stride);
      EXPECT_EQ(out, expected) << text(s);
    });
  }
}

TEST(VectorRowsTest, AddEqualsTheRule) {
  const std::int64_t count = 256 * 256;
  Bytes a(index(count)), b(index(count));
  for (std::int64_t i = 0; i < count; ++i) {
    a[index(i)] = static_cast<std::int8_t>(i % 256 - 128);
    b[index(i)] = static_cast<std::int8_t>(i / 256 - 128);
  }
  const AddScale scales[] = {{1048575, 1048575, 1}, {1048575, 1048575, 29}, {1048575, 1048575, 30},
                             {1048575, 3, 62},      {524288, 262144, 20},   {700001, 899999, 21},
                             {0, 1000000, 24}};
  for (const AddScale& s : scales) {
    for (const std::int32_t zero : {-128, 0, 127}) {
      const OutputCode output{zero / 2, -100, 110};
      Bytes out(index(count));
      add_elements(a.data(), zero, b.data(), -zero / 2, s, output, count, out.data());
      for (std::int64_t i = 0; i < count; ++i) {
        ASSERT_EQ(out[index(i)],
                  add_code(a[index(i)], zero, s.multiplier_a, b[index(i)], -zero / 2,
                           s.multiplier_b, s.shift, output.zero_point, output.low, output.high))
            << "a " << int{a[index(i)]} << ", b " << int{b[index(i)]} << ", shift " << s.shift;
      }
    }
  }
}

TEST(VectorRowsTest, SumAndMaximumOfCellsEqualPlainLoops) {
  for (const Size& s : sizes()) {  // k cells, n channels
    if (s.k == 0) continue;
    const Bytes input = draw_codes(s.k * s.n);
    std::vector<const std::int8_t*> cells;
    for (std::int64_t k = 0; k < s.k; ++k) cells.push_back(input.data() + k * s.n);
    Accumulators sums(index(s.n));
    Bytes largest(index(s.n));
    sum_cells(cells.data(), s.k, -128, s.n, sums.data());
    max_cells(cells.data(), s.k, -100, 90, s.n, largest.data());
    for (std::int64_t c = 0; c < s.n; ++c) {
      std::int32_t sum = 0;
      int maximum = -128;
      for (const std::int8_t* cell : cells) {
        sum += cell[c] + 128;
        maximum = std::max(maximum, int{cell[c]});
      }
      EXPECT_EQ(sums[index(c)], sum) << text(s);
      EXPECT_EQ(int{largest[index(c)]}, std::clamp(maximum, -100, 90)) << text(s);
    }
  }
}

}  // namespace
}  // namespace npusim::arith
