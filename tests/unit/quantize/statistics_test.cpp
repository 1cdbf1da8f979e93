// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "frontend/quantize/calibration.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

using testing::ElementsAre;

graph::Graph one_tensor(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return {"one", {{"x", graph::Input{}, {}, {height, width, channels}, {}}}, {0}};
}

void observe(GraphStatistics& statistics, const graph::Graph& graph,
             const std::vector<float>& values) {
  statistics.observe(0, graph.nodes[0], values.data());
}

TEST(StatisticsTest, RangeAndMeansOverPositionsAndImages) {
  const graph::Graph graph = one_tensor(1, 2, 2);
  GraphStatistics total(graph);
  for (const std::vector<float>& image :
       {std::vector<float>{1, -2, 3, 4}, std::vector<float>{0.5F, 8, -0.5F, 10}}) {
    GraphStatistics one(graph);
    observe(one, graph, image);
    total.add(one);
  }
  const Calibration c = total.finish(graph, *make_calibrator("min_max"), 2);
  EXPECT_EQ(c.method, "min_max");
  EXPECT_EQ(c.images, 2);
  ASSERT_EQ(c.tensors.size(), 1U);
  EXPECT_EQ(c.tensors[0].low, -2);
  EXPECT_EQ(c.tensors[0].high, 10);
  EXPECT_THAT(c.tensors[0].channel_mean, ElementsAre(1.0, 5.0));
}

TEST(StatisticsTest, RangeNeedNotHoldZero) {
  const graph::Graph graph = one_tensor(1, 1, 2);
  GraphStatistics total(graph);
  GraphStatistics one(graph);
  observe(one, graph, {3, 4});
  total.add(one);
  const Calibration c = total.finish(graph, *make_calibrator("min_max"), 1);
  EXPECT_EQ(c.tensors[0].low, 3);
  EXPECT_EQ(c.tensors[0].high, 4);
}

// A sum in another order would lose the small values in another way.
TEST(StatisticsTest, SumsAreInTheOrderOfPositionsThenImages) {
  const graph::Graph graph = one_tensor(3, 1, 1);
  const float big = 0x1p53F;
  GraphStatistics total(graph);
  for (const std::vector<float>& image :
       {std::vector<float>{big, 1, 1}, std::vector<float>{1, 1, big}}) {
    GraphStatistics one(graph);
    observe(one, graph, image);
    total.add(one);
  }
  // 2^53 + 1 is a tie and stays 2^53, twice; 1 + 1 + 2^53 is exact.
  const Calibration c = total.finish(graph, *make_calibrator("min_max"), 2);
  EXPECT_EQ(c.tensors[0].channel_mean[0], (0x1p53 + (0x1p53 + 2)) / 6);
}

// Channels side by side in lanes, whatever their number, as one after another.
TEST(StatisticsTest, EveryNumberOfChannelsAsThePlainLoop) {
  std::mt19937 engine(5);
  for (std::int64_t channels = 1; channels < 75; ++channels) {
    const std::int64_t positions = 1 + channels % 7;
    std::vector<float> values;
    for (std::int64_t i = 0; i < positions * channels; ++i) {
      values.push_back(static_cast<float>(static_cast<std::int32_t>(engine())) * 0x1p-20F);
    }
    std::vector<double> means(static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < values.size(); ++i) {
      means[i % means.size()] += static_cast<double>(values[i]);
    }
    for (double& mean : means) mean /= static_cast<double>(positions);
    const graph::Graph graph = one_tensor(positions, 1, channels);
    GraphStatistics statistics(graph);
    observe(statistics, graph, values);
    const Calibration c = statistics.finish(graph, *make_calibrator("min_max"), 1);
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    EXPECT_EQ(c.tensors[0].low, *least);
    EXPECT_EQ(c.tensors[0].high, *greatest);
    EXPECT_EQ(c.tensors[0].channel_mean, means) << channels << " channels";
  }
}

TEST(StatisticsTest, ValuesThatAreNotFiniteAreRefused) {
  const graph::Graph graph = one_tensor(1, 2, 2);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    GraphStatistics one(graph);
    try {
      observe(one, graph, {0, bad, 0, 0});
      FAIL() << "must throw";
    } catch (const base::InputError& error) {
      EXPECT_STREQ(error.what(),
                   "layer 'x': value in calibration: got one that is not finite in channel 1, must "
                   "be finite");
    }
  }
}

TEST(StatisticsTest, TensorsThatWereNotObservedAreAnError) {
  const graph::Graph graph = one_tensor(1, 1, 1);
  EXPECT_THROW(GraphStatistics(graph).finish(graph, *make_calibrator("min_max"), 1),
               base::InternalError);
}

}  // namespace
}  // namespace npusim::quantize
