// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <mutex>
#include <set>

#include "frontend/quantize/calibration.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using test::small_graph;

// 6 x 6 x 2 values in [-1, 1), other ones for each image.
std::vector<float> image(std::int64_t index) {
  std::vector<float> values;
  auto state = static_cast<std::uint32_t>(index * 2 + 1);
  for (int i = 0; i < 72; ++i) {
    state = state * 1664525U + 1013904223U;
    values.push_back(static_cast<float>(state >> 8) * 0x1p-23F - 1.0F);
  }
  return values;
}

Calibration calibrate_small(std::int64_t images, int threads, const ImageSource& source = image) {
  return calibrate(small_graph(), source, images, *make_calibrator("min_max"), threads);
}

TEST(CalibrateTest, SameBitsForAnyNumberOfThreads) {
  const std::uint64_t one = content_hash(calibrate_small(150, 1));
  for (const int threads : {2, 3, 8, 200}) {
    EXPECT_EQ(content_hash(calibrate_small(150, threads)), one) << threads;
  }
}

TEST(CalibrateTest, ImagesThatASourceLeavesOutDoNotCount) {
  const Calibration kept = calibrate_small(75, 1, [](std::int64_t i) { return image(2 * i); });
  for (const int threads : {1, 3}) {
    const Calibration some =
        calibrate_small(150, threads, [](std::int64_t i) -> std::optional<std::vector<float>> {
          if (i % 2 == 1) return std::nullopt;
          return image(i);
        });
    EXPECT_EQ(some.images, 75);
    EXPECT_EQ(content_hash(some), content_hash(kept));
  }
  EXPECT_THROW(calibrate_small(5, 2, [](std::int64_t) { return std::nullopt; }), base::InputError);
}

TEST(CalibrateTest, HeadroomIsForOutputsThatNoClampBounds) {
  graph::Graph graph = small_graph();
  const Calibration before = calibrate_small(2, 1);
  graph.outputs = {9, 2};  // the logits; a max pooling of a ReLU6, whose ends are both bounded
  Calibration after = before;
  widen_outputs(graph, 2, after);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(after.tensors[i].low, before.tensors[i].low) << i;
    EXPECT_EQ(after.tensors[i].high, before.tensors[i].high) << i;
  }
  const auto widened = [](double end, bool grows) { return grows ? 2 * end : end; };
  const TensorCalibration& logits = before.tensors[9];
  EXPECT_EQ(after.tensors[9].low, widened(logits.low, logits.low < 0));
  EXPECT_EQ(after.tensors[9].high, widened(logits.high, logits.high > 0));

  // A ReLU leaves the upper end open, also behind a pooling; the tensor is widened once.
  graph.nodes[1].activation = {0, test::kInfinity};
  graph.outputs = {2, 1};
  after = before;
  widen_outputs(graph, 2, after);
  EXPECT_EQ(after.tensors[1].low, before.tensors[1].low);
  EXPECT_EQ(after.tensors[1].high, 2 * before.tensors[1].high);
}

TEST(CalibrateTest, EveryImageCountsOnce) {
  std::mutex mutex;
  std::multiset<std::int64_t> seen;
  double low = 0;
  double sum = 0;
  const Calibration c = calibrate_small(150, 3, [&](std::int64_t index) {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.insert(index);
    return image(index);
  });
  for (std::int64_t i = 0; i < 150; ++i) {
    EXPECT_EQ(seen.count(i), 1U) << i;
    const std::vector<float> values = image(i);
    for (std::size_t k = 0; k < values.size(); k += 2) {
      low = std::min({low, static_cast<double>(values[k]), static_cast<double>(values[k + 1])});
      sum += static_cast<double>(values[k]);
    }
  }
  EXPECT_EQ(seen.size(), 150U);
  EXPECT_EQ(c.images, 150);
  EXPECT_EQ(c.tensors[0].low, low);
  EXPECT_NEAR(c.tensors[0].channel_mean[0], sum / (150 * 36), 1e-12);
}

TEST(CalibrateTest, TensorsAreThoseBehindTheActivations) {
  const Calibration c = calibrate_small(20, 2);
  ASSERT_EQ(c.tensors.size(), small_graph().nodes.size());
  EXPECT_EQ(c.tensors[1].low, 0);  // ReLU6
  EXPECT_GT(c.tensors[1].high, 0);
  EXPECT_LE(c.tensors[1].high, 6);
  EXPECT_LT(c.tensors[3].low, 0);
  EXPECT_EQ(c.tensors[2].high, c.tensors[1].high);  // the max pool reaches every cell
  EXPECT_GT(c.tensors[5].low, 0);                   // sigmoid
  EXPECT_LT(c.tensors[5].high, 1);
}

// Image 70 fails as well, and may be reached first.
TEST(CalibrateTest, ErrorOfTheFirstImageComesOut) {
  for (const int threads : {1, 2, 8}) {
    try {
      calibrate_small(150, threads, [](std::int64_t index) {
        if (index == 66 || index == 70) {
          throw base::InputError("image " + std::to_string(index));
        }
        return image(index);
      });
      FAIL() << "must throw";
    } catch (const base::InputError& error) {
      EXPECT_STREQ(error.what(), "image 66");
    }
  }
}

TEST(CalibrateTest, BadImagesAreRefused) {
  EXPECT_THROW(calibrate_small(0, 1), base::InputError);
  EXPECT_THROW(calibrate_small(1, 1, [](std::int64_t) { return std::vector<float>(71); }),
               base::InternalError);
  EXPECT_THROW(calibrate_small(3, 2,
                               [](std::int64_t) {
                                 return std::vector<float>(72,
                                                           std::numeric_limits<float>::quiet_NaN());
                               }),
               base::InputError);
}

}  // namespace
}  // namespace npusim::quantize
