// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/accuracy.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/execute/drawn_quantized.h"
#include "tests/unit/execute/networks.h"

namespace npusim::execute {
namespace {

constexpr std::int64_t kImages = 57;

class AccuracyTest : public testing::Test {
 protected:
  AccuracyTest() {
    quantized_.nodes[0].quantization.scale = 1.0 / 128;
    networks_ = {float_classifier(FloatExecutor(graph_)),
                 integer_classifier(IntegerExecutor(quantized_), quantized_.nodes[0])};
    source_ = [this](std::int64_t i) {
      ++asked_[static_cast<std::size_t>(i)];
      return LabeledTensor{
          test::random_input(static_cast<std::uint64_t>(i), graph_.node(0).shape.elements()),
          static_cast<std::int32_t>(i % 7)};
    };
  }

  graph::Graph graph_ = single_conv({1, 1, 6}, conv(6, 7, 1));
  graph::QuantizedGraph quantized_ = drawn_quantized(graph_, 4);
  std::vector<ClassifierFactory> networks_;
  std::array<std::atomic<int>, kImages> asked_{};
  ImageSource source_;
};

TEST_F(AccuracyTest, AnyNumberOfThreadsGivesTheSamePredictions) {
  const Predictions one = predict(kImages, 1, source_, networks_);
  ASSERT_EQ(one.rankings.size(), 2U);
  ASSERT_EQ(one.labels.size(), std::size_t{kImages});
  EXPECT_EQ(one.labels[8], 1);
  FloatExecutor executor(graph_);
  const LabeledTensor image = source_(11).value();
  EXPECT_EQ(one.rankings[0][11], rank(executor.run(image.values.data()), 7));
  for (const int threads : {2, 3, 8}) {
    const Predictions several = predict(kImages, threads, source_, networks_);
    EXPECT_EQ(several.labels, one.labels);
    EXPECT_EQ(several.rankings, one.rankings);
  }
}

TEST_F(AccuracyTest, EveryImageIsMadeOnceAndReported) {
  std::atomic<std::int64_t> reports{0};
  std::atomic<std::int64_t> most{0};
  predict(kImages, 3, source_, networks_, [&](std::int64_t done) {
    ++reports;
    std::int64_t seen = most;
    while (done > seen && !most.compare_exchange_weak(seen, done)) {
    }
  });
  for (const std::atomic<int>& asked : asked_) EXPECT_EQ(asked, 1);
  EXPECT_EQ(reports, kImages);
  EXPECT_EQ(most, kImages);
}

TEST_F(AccuracyTest, TheLowestFailingImageIsTheOneReported) {
  const ImageSource failing = [this](std::int64_t i) {
    if (i >= 20 && i % 4 == 3) throw std::runtime_error("image " + std::to_string(i));
    return source_(i);
  };
  for (const int threads : {1, 4}) {
    try {
      predict(kImages, threads, failing, networks_);
      FAIL() << "must throw";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "image 23");
    }
  }
}

TEST_F(AccuracyTest, AnImageOfTheWrongSizeIsRefused) {
  const ImageSource wrong = [](std::int64_t) { return LabeledTensor{{1, 2, 3}, 0}; };
  for (const ClassifierFactory& network : networks_) {
    EXPECT_THROW(predict(1, 1, wrong, {network}), base::InternalError);
  }
}

TEST_F(AccuracyTest, ImagesThatASourceLeavesOutAreInNoResult) {
  const ImageSource some = [this](std::int64_t i) -> std::optional<LabeledTensor> {
    if (i % 3 == 1) return std::nullopt;
    return source_(i);
  };
  const Predictions all = predict(kImages, 1, source_, networks_);
  for (const int threads : {1, 4}) {
    std::atomic<std::int64_t> reports{0};
    const Predictions kept =
        predict(kImages, threads, some, networks_, [&](std::int64_t) { ++reports; });
    EXPECT_EQ(reports, kImages);
    std::size_t at = 0;
    for (std::int64_t i = 0; i < kImages; ++i) {
      if (i % 3 == 1) continue;
      ASSERT_LT(at, kept.labels.size());
      EXPECT_EQ(kept.labels[at], all.labels[static_cast<std::size_t>(i)]);
      for (std::size_t n = 0; n < networks_.size(); ++n)
        EXPECT_EQ(kept.rankings[n].at(at), all.rankings[n][static_cast<std::size_t>(i)]);
      ++at;
    }
    EXPECT_EQ(kept.labels.size(), at);
  }
}

TEST(CountTest, CountsFirstPlacesFirstFiveAndAgreement) {
  const std::vector<Ranking> a = {{1, 2, 3, 4, 5}, {9, 8, 7, 6, 5}, {0, 1, -1, -1, -1}};
  const std::vector<Ranking> b = {{1, 5, 3, 4, 2}, {8, 9, 7, 6, 5}, {0, 1, -1, -1, -1}};
  const Accuracy accuracy = count_correct(a, {1, 5, 2});
  EXPECT_EQ(accuracy.images, 3);
  EXPECT_EQ(accuracy.top1, 1);
  EXPECT_EQ(accuracy.top5, 2);
  EXPECT_DOUBLE_EQ(accuracy.top1_share(), 1.0 / 3);
  EXPECT_EQ(count_agreeing(a, b), 2);
  EXPECT_EQ(count_correct({}, {}).top5_share(), 0);
}

}  // namespace
}  // namespace npusim::execute
