// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/calibrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "frontend/quantize/activation.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using Values = std::vector<float>;

TensorStatistics statistics_of(const Values& values) {
  TensorStatistics result;
  result.seen = true;
  result.min = *std::min_element(values.begin(), values.end());
  result.max = *std::max_element(values.begin(), values.end());
  result.histogram.add(values.data(), static_cast<std::int64_t>(values.size()));
  return result;
}

Range range_of(const std::string& method, const Values& values, double percentile = 99.99,
               std::int32_t bits = 8) {
  return make_calibrator(method, percentile)->range(statistics_of(values), bits);
}

// Normal values, some of them far out: heavy tails on both sides.
Values heavy_tailed(std::uint32_t seed, std::size_t count, float spread = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Values values;
  for (std::size_t i = 0; i < count; ++i) {
    const float tail = i % 500 == 0 ? 4.0F : 1.0F;
    values.push_back(normal(random) * spread * tail + 0.25F * spread);
  }
  return values;
}

Values rectified(Values values) {
  for (float& value : values) value = std::max(value, 0.0F);
  return values;
}

// ---- the histogram

// Bins by arithmetic: 1024 steps of 2^floor(log2 x) * 2^-10 from each power of two.
double bin_step(double magnitude) {
  return std::ldexp(1, std::max(std::ilogb(magnitude), -126) - 10);
}
double bin_begin(double magnitude) {
  return std::floor(magnitude / bin_step(magnitude)) * bin_step(magnitude);
}
double bin_end(double magnitude) { return bin_begin(magnitude) + bin_step(magnitude); }

TEST(HistogramTest, EveryFloatIsInItsBin) {
  std::mt19937 random(1);
  Histogram histogram;
  std::map<double, std::int64_t> above;
  std::map<double, std::int64_t> below;
  for (int i = 0; i < 20000; ++i) {
    const auto bits = static_cast<std::uint32_t>(i % 2 == 0 ? random() : random() & 0x807fffffU);
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    histogram.add(&value, 1);
    const double magnitude = std::fabs(static_cast<double>(value));
    if (magnitude >= 0x1p-136) ++(value > 0 ? above : below)[bin_begin(magnitude)];
  }
  const auto expect_bins = [](const std::vector<Histogram::Bin>& bins,
                              const std::map<double, std::int64_t>& naive) {
    ASSERT_EQ(bins.size(), naive.size());
    auto expected = naive.begin();
    for (const Histogram::Bin& bin : bins) {
      EXPECT_EQ(bin.low, expected->first);
      EXPECT_EQ(bin.high, bin_end(expected->first));
      EXPECT_EQ(bin.count, expected->second);
      ++expected;
    }
  };
  expect_bins(histogram.positive(), above);
  expect_bins(histogram.negative(), below);
}

TEST(HistogramTest, ZerosAreInNoBin) {
  Histogram histogram;
  EXPECT_TRUE(histogram.positive().empty());
  const Values values = {0.0F, -0.0F, std::numeric_limits<float>::denorm_min()};
  histogram.add(values.data(), 3);
  EXPECT_TRUE(histogram.positive().empty());
  EXPECT_TRUE(histogram.negative().empty());
}

// ---- percentile

// The value behind `skipped` others from the far end, by sorting; the far edge of its bin.
double naive_limit(const Values& values, bool above, double percentile) {
  std::vector<double> side;
  double count = 0;
  double end = 0;
  for (const float value : values) {
    count += value != 0 ? 1 : 0;
    const double x = above ? static_cast<double>(value) : -static_cast<double>(value);
    if (x > 0) side.push_back(x);
    end = std::max(end, x);
  }
  std::sort(side.rbegin(), side.rend());
  const auto skipped = static_cast<std::size_t>(std::nearbyint(count * (100 - percentile) / 100));
  if (skipped >= side.size()) return 0;
  return std::min(end, bin_end(side[skipped]));
}

TEST(PercentileTest, AsBySorting) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    for (const double percentile : {50.5, 90.0, 99.0, 99.9, 99.99, 100.0}) {
      for (const bool relu : {false, true}) {
        Values values = heavy_tailed(seed, 3000 + 7 * seed, std::ldexp(1.0F, 5 * int(seed) - 25));
        if (relu) values = rectified(values);
        const Range range = range_of("percentile", values, percentile);
        EXPECT_EQ(range.high, naive_limit(values, true, percentile)) << percentile;
        EXPECT_EQ(range.low, relu ? 0 : -naive_limit(values, false, percentile)) << percentile;
      }
    }
  }
}

TEST(PercentileTest, HundredIsMinMax) {
  const Values values = heavy_tailed(3, 1000);
  const Range all = range_of("min_max", values);
  const Range range = range_of("percentile", values, 100);
  EXPECT_EQ(range.low, all.low);
  EXPECT_EQ(range.high, all.high);
}

TEST(PercentileTest, OneValueInAThousandIsLeftOut) {
  Values values(999, 1.0F);
  values.push_back(1e30F);
  EXPECT_EQ(range_of("percentile", values, 99.9).high, 1 + 0x1p-10);
  EXPECT_EQ(range_of("percentile", values, 99.99).high, 1e30F);
}

TEST(PercentileTest, RefusedOutOfRange) {
  for (const double bad : {50.0, 0.0, -1.0, 100.5, std::nan("")}) {
    EXPECT_THROW(make_calibrator("percentile", bad), base::InputError) << bad;
    EXPECT_NE(make_calibrator("mse", bad), nullptr);
  }
}

// ---- mse

// Of the values themselves, code by code.
double squared_error(const Values& values, double low, double high) {
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  const double scale = (high - low) / 255;
  const double zero = std::nearbyint(-128 - low / scale);
  double sum = 0;
  for (const float value : values) {
    const auto x = static_cast<double>(value);
    const double code = std::min(127.0, std::max(-128.0, zero + std::nearbyint(x / scale)));
    sum += std::pow(x - scale * (code - zero), 2);
  }
  return sum;
}

TEST(MseTest, NoRangeOfAGridIsMuchBetter) {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    const bool relu = seed % 2 == 1;
    Values values = heavy_tailed(seed, 4000, seed < 3 ? 1.0F : 3e-5F);
    if (relu) values = rectified(values);
    const Range all = range_of("min_max", values);
    const Range range = range_of("mse", values);
    EXPECT_GE(range.low, all.low);
    EXPECT_LE(range.high, all.high);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 1; i <= 40; ++i) {
      for (int k = 1; k <= (relu ? 1 : 40); ++k) {
        best =
            std::min(best, squared_error(values, relu ? 0 : all.low * k / 40, all.high * i / 40));
      }
    }
    EXPECT_LE(squared_error(values, range.low, range.high), best * 1.05) << seed;
  }
}

TEST(MseTest, OneFarValueAmongManyIsCut) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  Values values(1000000);
  for (float& value : values) value = std::min(std::fabs(normal(random)), 5.0F);
  values.push_back(8);
  const Range range = range_of("mse", values);
  EXPECT_LT(range.high, 6.5);
  EXPECT_LT(squared_error(values, 0, range.high), 0.7 * squared_error(values, 0, 8));
}

// ---- kl

// The divergence from its definition, on the values' bins.
double divergence(const Values& values, double low, double high) {
  std::map<double, double> bins;  // signed begin of the bin -> count
  for (const float value : values) {
    const auto x = static_cast<double>(value);
    if (x != 0) bins[std::copysign(bin_begin(std::fabs(x)), x)] += 1;
  }
  const double all = [&] {
    double sum = 0;
    for (const auto& [begin, count] : bins) sum += count;
    return sum;
  }();
  const double scale = (std::max(high, 0.0) - std::min(low, 0.0)) / 255;
  const double zero = std::nearbyint(-128 - std::min(low, 0.0) / scale);
  struct Cell {
    double count = 0, width = 0;
  };
  std::map<std::pair<int, bool>, Cell> cells;  // by code and sign
  const auto cell_of = [&](double begin) -> Cell& {
    const double middle = begin + std::copysign(bin_step(std::fabs(begin)) / 2, begin);
    const double code = std::nearbyint(middle / scale);
    return cells[{static_cast<int>(std::clamp(code, -128 - zero, 127 - zero)), begin > 0}];
  };
  std::map<double, double> inside;
  double below = 0;
  double above = 0;
  for (const auto& [begin, count] : bins) {
    if (begin >= std::max(high, 0.0)) {
      above += count;
    } else if (begin <= std::min(low, 0.0)) {
      below += count;
    } else {
      inside[begin] = count;
      cell_of(begin).count += count;
      cell_of(begin).width += bin_step(std::fabs(begin));
    }
  }
  double sum = 0;
  for (const auto& [begin, count] : inside) {
    double p = count;
    if (begin == inside.begin()->first) p += below;
    if (begin == inside.rbegin()->first) p += above;
    const Cell& cell = cell_of(begin);
    const double q = cell.count * bin_step(std::fabs(begin)) / cell.width / (all - below - above);
    sum += p / all * std::log(p / all / q);
  }
  return sum;
}

// Limits behind every bin that leave out at most 1 % of the side.
std::vector<double> limits(const Values& values, bool above) {
  std::vector<double> side;
  for (const float value : values) {
    if (above ? value > 0 : value < 0) side.push_back(std::fabs(static_cast<double>(value)));
  }
  std::sort(side.begin(), side.end());
  std::vector<double> result;
  for (std::size_t i = side.size() - side.size() / 100 - 1; i + 1 < side.size(); ++i) {
    if (bin_begin(side[i + 1]) > bin_begin(side[i])) result.push_back(bin_end(side[i]));
  }
  result.push_back(side.back());
  return result;
}

TEST(KlTest, NoOtherLimitIsMuchBetter) {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    const bool relu = seed % 2 == 1;
    Values values = heavy_tailed(seed, 3000);
    if (relu) values = rectified(values);
    const Range range = range_of("kl", values);
    const double chosen = divergence(values, range.low, range.high);
    for (const double high : limits(values, true)) {
      EXPECT_LE(chosen, divergence(values, range.low, high) * 1.02) << seed << ' ' << high;
    }
    if (relu) {
      EXPECT_EQ(range.low, 0);
      continue;
    }
    for (const double low : limits(values, false)) {
      EXPECT_LE(chosen, divergence(values, -low, range.high) * 1.02) << seed << ' ' << low;
    }
  }
}

TEST(KlTest, LeavesOutAFewFarValuesButNotMoreThanOnePercent) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  Values values;
  for (int i = 0; i < 200000; ++i) values.push_back(std::fabs(normal(random)));
  for (int i = 0; i < 20; ++i) values.push_back(100.0F + static_cast<float>(i));
  const Range range = range_of("kl", values);
  EXPECT_LT(range.high, 10);
  EXPECT_GE(range.high, naive_limit(values, true, 99) * (1 - 0x1p-9));
}

// ---- all of them

TEST(CalibratorTest, RangesLieWithinWhatWasSeen) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float huge = std::numeric_limits<float>::max();
  Values outlier = heavy_tailed(2, 5000);
  outlier[17] = huge;
  Values tiny_values = heavy_tailed(2, 500, 1e-38F);
  const std::vector<Values> tensors = {
      {0},      {0, -0.0F, 0}, {3, 3, 3},   {-2, -2},  {tiny, 0}, {-tiny},      {huge, -huge},
      {1e-40F}, outlier,       tiny_values, {5, 6, 7}, {-5, -1},  {0, 0, 1e-3F}};
  for (const std::string& method : calibrator_names()) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const TensorStatistics seen = statistics_of(tensors[i]);
      const Range range = make_calibrator(method)->range(seen, 8);
      EXPECT_LE(range.low, range.high) << method << i;
      EXPECT_GE(range.low, static_cast<double>(seen.min)) << method << i;
      EXPECT_LE(range.high, static_cast<double>(seen.max)) << method << i;
    }
    EXPECT_EQ(range_of(method, {3, 3, 3}).high, 3) << method;
    EXPECT_EQ(range_of(method, {-2, -2}).low, -2) << method;
    EXPECT_EQ(range_of(method, {0, 0, 1e-3F}).high, static_cast<double>(1e-3F)) << method;
  }
}

// With fewer codes, more is cut off: what a wider range costs inside outweighs it. Against the
// errors of the values themselves.
TEST(CalibratorTest, NarrowCodesHaveRangesOfTheirOwn) {
  for (const bool is_rectified : {false, true}) {
    Values values = heavy_tailed(11, 4000);
    if (is_rectified) values = rectified(values);
    const auto squared_error = [&](const Range& range, std::int32_t bits) {
      const graph::TensorQuantization q = activation_quantization(range.low, range.high, bits);
      const graph::Clamps codes = code_range(bits);
      double sum = 0;
      for (const float value : values) {
        const double x = static_cast<double>(value);
        const double code =
            std::clamp<double>(std::nearbyint(x / q.scale) + q.zero_point, codes.low, codes.high);
        const double error = x - q.scale * (code - q.zero_point);
        sum += error * error;
      }
      return sum;
    };
    const Range wide = range_of("mse", values, 99.99, 8);
    const Range narrow = range_of("mse", values, 99.99, 4);
    EXPECT_LT(narrow.high, wide.high);
    EXPECT_LT(squared_error(narrow, 4), squared_error(wide, 4));
    EXPECT_LT(squared_error(wide, 8), squared_error(narrow, 8));
    EXPECT_LT(range_of("kl", values, 99.99, 4).high, range_of("kl", values, 99.99, 8).high);
    for (const char* method : {"min_max", "percentile"}) {
      EXPECT_EQ(range_of(method, values, 99, 4).high, range_of(method, values, 99, 8).high);
    }
  }
}

// A range follows the values' scale: nothing depends on their size. (By powers of two, bins are
// the same.)
TEST(CalibratorTest, ScaleDoesNotMatter) {
  for (const std::string& method : calibrator_names()) {
    const Range one = range_of(method, heavy_tailed(6, 4000));
    for (const int exponent : {-100, -20, 20, 100}) {
      const Range other = range_of(method, heavy_tailed(6, 4000, std::ldexp(1.0F, exponent)));
      EXPECT_EQ(other.low, std::ldexp(one.low, exponent)) << method;
      EXPECT_EQ(other.high, std::ldexp(one.high, exponent)) << method;
    }
  }
}

Values image(std::int64_t index) {
  return heavy_tailed(static_cast<std::uint32_t>(index), 72, 0.5F);
}

TEST(CalibratorTest, NeitherThreadsNorTheOrderOfImagesMatter) {
  for (const std::string& method : calibrator_names()) {
    const auto calibrator = make_calibrator(method, 97);
    const auto run = [&](int threads, std::int64_t step) {
      const auto source = [&](std::int64_t i) { return image(i * step % 67); };
      return calibrate(test::small_graph(), source, 67, *calibrator, threads);
    };
    const Calibration one = run(1, 1);
    EXPECT_EQ(one.method, method);
    for (const int threads : {2, 5, 64}) {
      EXPECT_EQ(content_hash(run(threads, 1)), content_hash(one)) << method << threads;
    }
    const Calibration shuffled = run(3, 29);
    for (std::size_t i = 0; i < one.tensors.size(); ++i) {
      EXPECT_EQ(shuffled.tensors[i].low, one.tensors[i].low) << method << i;
      EXPECT_EQ(shuffled.tensors[i].high, one.tensors[i].high) << method << i;
    }
    EXPECT_EQ(one.tensors[1].low, 0) << method;  // behind ReLU6
  }
}

TEST(CalibratorTest, HistogramsMustBeThereWhereNeeded) {
  const graph::Graph graph{"one", {{"x", graph::Input{}, {}, {1, 1, 1}, {}}}, {0}};
  GraphStatistics statistics(graph);
  const float value = 1;
  statistics.observe(0, graph.nodes[0], &value);
  EXPECT_THROW(statistics.finish(graph, *make_calibrator("mse"), 1), base::InternalError);
}

}  // namespace
}  // namespace npusim::quantize
