// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/analysis.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace npusim::cli {
namespace {

using Indices = std::vector<std::int64_t>;

TEST(SampleIndicesTest, AreAsManyAsWantedAscendingAndOfTheWholeSet) {
  EXPECT_EQ(sample_indices(5, 5), (Indices{0, 1, 2, 3, 4}));
  EXPECT_EQ(sample_indices(3, 100), (Indices{0, 1, 2}));
  EXPECT_EQ(sample_indices(0, 4), Indices{});
  const Indices sample = sample_indices(2000, 200);
  ASSERT_EQ(sample.size(), 200U);
  std::set<std::int64_t> classes;
  std::int64_t before = -1;
  for (const std::int64_t index : sample) {
    EXPECT_GT(index, before);
    before = index;
    classes.insert(index % 40);
  }
  EXPECT_LT(before, 2000);
  EXPECT_LT(sample.front(), 100);
  EXPECT_GT(sample.back(), 1900);
  EXPECT_GE(classes.size(), 35U);  // every tenth index would meet 4 of 40 classes in turn
  EXPECT_EQ(sample, sample_indices(2000, 200));
}

report::Analysis long_names() {
  report::Analysis analysis;
  analysis.workload = {"w", std::string(300, 'w'), 10};
  analysis.quantization = {"shift_scaler", 4, "octave", false};
  analysis.images = analysis.images_total = 10;
  analysis.images_of = "dataset images";
  analysis.float_top1 = analysis.quantized_top1 = 10;
  analysis.threshold_db = 10;
  for (int i = 0; i < 3; ++i) {
    report::AnalyzedLayer layer;
    layer.name = std::string(200, 'x') + "\x1b[2J" + std::to_string(i);
    layer.kind = "conv";
    layer.output_sqnr_db = layer.network_sqnr_alone_db = -144.494;
    layer.top1_loss_alone = report::Top1Loss{-1, 0.1583};
    layer.weights = report::AnalyzedWeights{};
    layer.weights->channels = layer.weights->live_channels = 1'000'000;
    layer.weights->lost_channels = 999'999;
    layer.weights->range_spread = 1e7;
    layer.weights->range_spread_octaves = 23.2;
    layer.weights->range_full_octaves = 23.3;
    layer.weights->sqnr_db = layer.weights->worst_sqnr_db = 144.5;
    analysis.layers.push_back(layer);
  }
  analysis.notes = {std::string(300, 'n') + " note"};
  return analysis;
}

TEST(AnalysisTextTest, StaysWithinEightyColumnsAndPrintable) {
  std::istringstream lines(analysis_text(long_names(), false));
  for (std::string line; std::getline(lines, line);) {
    const bool is_note = line.find("nnnn") != std::string::npos;  // a wide word stays whole
    EXPECT_TRUE(is_note || line.size() <= 80U) << line;
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~');
  }
}

TEST(AnalysisTextTest, SaysWhatWasFound) {
  report::Analysis analysis = long_names();
  analysis.layers[0].name = "a";
  analysis.layers[1].name = "b";
  analysis.layers[2].name = "c";
  analysis.layers[1].top1_loss_alone = report::Top1Loss{0.25, 0.05};
  analysis.layers[0].output_sqnr_db = 33;
  const std::string text = analysis_text(analysis, false);
  EXPECT_NE(text.find("Most sensitive: b. Quantized alone it costs 25.00 points"),
            std::string::npos);
  EXPECT_EQ(text.find("within the noise"), std::string::npos);
  EXPECT_NE(text.find("First divergence: b."), std::string::npos);
  analysis.layers[1].top1_loss_alone->standard_error = 0.2;
  EXPECT_NE(analysis_text(analysis, false).find("within the"), std::string::npos);
  for (report::AnalyzedLayer& layer : analysis.layers) layer.output_sqnr_db = 33;
  EXPECT_NE(analysis_text(analysis, false).find("No divergence"), std::string::npos);
}

}  // namespace
}  // namespace npusim::cli
