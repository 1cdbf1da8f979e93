// SPDX-License-Identifier: Apache-2.0
#include "sim/report/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "sim/base/errors.h"
#include "sim/report/chart_axis.h"

namespace npusim::report {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

AnalyzedLayer layer_of(const std::string& name, double output_sqnr_db, double loss) {
  AnalyzedLayer layer;
  layer.name = name;
  layer.kind = "conv";
  layer.output_sqnr_db = output_sqnr_db;
  layer.network_sqnr_alone_db = 30.5;
  layer.top1_loss_alone = Top1Loss{loss, 0.125};
  AnalyzedWeights weights;
  weights.channels = 3;
  weights.live_channels = 2;
  weights.lost_channels = 1;
  weights.range_spread = 4;
  weights.range_spread_octaves = 2;
  weights.range_full_octaves = 3;
  weights.shift_histogram = {1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  weights.sqnr_db = 40.25;
  weights.worst_sqnr_db = 33;
  weights.use = {{-8.5, -0.5}, {0, 0}, {-30, -28}};
  weights.lost_below_octaves = -8;
  layer.weights = weights;
  return layer;
}

/// conv, a pool without weights, a classifier.
Analysis example() {
  Analysis analysis;
  analysis.workload = {"example", "network", 2000};
  analysis.hardware.name = "npu";
  analysis.quantization = {"shift_scaler", 4, "floor", true};
  analysis.images = 200;
  analysis.images_total = 2000;
  analysis.images_of = "dataset images";
  analysis.float_top1 = 100;
  analysis.quantized_top1 = 50;
  analysis.threshold_db = 10;
  analysis.layers = {layer_of("first", 25, 0.25), layer_of("pool", 9.5, 0),
                     layer_of("last", 8, 0.5)};
  analysis.layers[1].kind = "pool";
  analysis.layers[1].weights.reset();
  analysis.layers[2].weights->range_spread = 3;
  analysis.layers[2].weights->shift_histogram.clear();
  return analysis;
}

Analysis without_labels() {
  Analysis analysis = example();
  analysis.float_top1.reset();
  analysis.quantized_top1.reset();
  for (AnalyzedLayer& layer : analysis.layers) layer.top1_loss_alone.reset();
  return analysis;
}

pugi::xml_document parsed(const std::string& svg) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_string(svg.c_str());
  EXPECT_TRUE(result) << result.description();
  return document;
}

std::vector<std::string> texts(const pugi::xml_document& svg) {
  std::vector<std::string> found;
  for (const pugi::xml_node node : svg.child("svg").children("text"))
    found.emplace_back(node.text().get());
  return found;
}

/// Of the rectangles of this colour.
std::vector<double> widths(const pugi::xml_document& svg, const std::string& fill) {
  std::vector<double> found;
  for (const pugi::xml_node node : svg.child("svg").children("rect")) {
    if (node.attribute("fill").value() == fill)
      found.push_back(node.attribute("width").as_double());
  }
  return found;
}

TEST(AnalysisTest, FindsTheLayersThatStandOut) {
  Analysis analysis = example();
  EXPECT_EQ(analysis.widest_layer(), 0U);
  EXPECT_EQ(analysis.most_sensitive_layer(), 2U);
  EXPECT_EQ(analysis.first_divergent_layer(), 1U);
  analysis.threshold_db = 8;  // exactly the least: not below
  EXPECT_EQ(analysis.first_divergent_layer(), std::nullopt);
  analysis.layers[2].top1_loss_alone->fraction = 0.25;
  EXPECT_EQ(analysis.most_sensitive_layer(), 0U);  // of equals the first
  analysis.layers[2].network_sqnr_alone_db = 30;
  EXPECT_EQ(analysis.most_sensitive_layer(), 2U);  // unless it disturbs the output more
}

TEST(AnalysisTest, NothingStandsOutWhereThereIsNothing) {
  Analysis analysis = without_labels();
  analysis.layers[1].network_sqnr_alone_db = 20;
  EXPECT_EQ(analysis.most_sensitive_layer(), 1U);
  for (AnalyzedLayer& layer : analysis.layers) layer.weights.reset();
  EXPECT_EQ(analysis.widest_layer(), std::nullopt);
  EXPECT_THROW(channel_ranges_picture(analysis, 0), base::InternalError);
  analysis.layers.clear();
  EXPECT_EQ(analysis.most_sensitive_layer(), std::nullopt);
  EXPECT_EQ(analysis.first_divergent_layer(), std::nullopt);
}

TEST(AnalysisJsonTest, HasTheKeysOfTheContract) {
  const json document = json::parse(to_json(example()));
  EXPECT_EQ(document["first_divergent_layer"], "pool");
  EXPECT_EQ(document["most_sensitive_layer"], "last");
  EXPECT_EQ(document["widest_layer"], "first");
  EXPECT_EQ(document["accuracy"],
            (json{{"images", 200}, {"float_top1", 0.5}, {"quantized_top1", 0.25}}));
  const json first = document["layers"][0];
  EXPECT_EQ(first["name"], "first");
  EXPECT_EQ(first["channel_range_spread"], 4);
  EXPECT_EQ(first["channel_range_spread_octaves"], 2);
  EXPECT_EQ(first["shift_histogram"][2], 2);
  EXPECT_EQ(first["weight_sqnr_db"], 40.25);
  EXPECT_EQ(first["output_sqnr_db"], 25);
  EXPECT_EQ(first["top1_loss_alone"], 0.25);
  EXPECT_EQ(first["top1_loss_alone_se"], 0.125);
  EXPECT_EQ(first["lost_channels"], 1);
  const json pool = document["layers"][1];
  for (const char* key : {"channel_range_spread", "shift_histogram", "weight_sqnr_db", "channels"})
    EXPECT_TRUE(pool.at(key).is_null()) << key;
  EXPECT_TRUE(document["layers"][2]["shift_histogram"].is_null());
}

TEST(AnalysisJsonTest, WithoutLabelsThereIsNoAccuracy) {
  const json document = json::parse(to_json(without_labels()));
  EXPECT_FALSE(document.contains("accuracy"));
  EXPECT_TRUE(document["layers"][0].at("top1_loss_alone").is_null());
}

TEST(AnalysisCsvTest, OneLinePerLayer) {
  const std::string shifts = ",1,0,2,0,0,0,0,0,0,0,0,0,0,0,0,0";
  Analysis analysis = example();
  analysis.layers[2].name = "a,\"b\"";
  const std::string csv = to_csv(analysis);
  const std::string lines = csv.substr(csv.find('\n') + 1);
  EXPECT_EQ(lines, "first,conv,3,2,1,8,4,2,3,40.25,33" + shifts + ",25,30.5,0.25,0.125\n" +
                       "pool,pool" + std::string(25, ',') + ",9.5,30.5,0,0.125\n" +
                       "\"a,\"\"b\"\"\",conv,3,2,1,8,3,2,3,40.25,33" + std::string(16, ',') +
                       ",8,30.5,0.5,0.125\n");
  const auto columns = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  EXPECT_EQ(columns(csv.substr(0, csv.find('\n'))), columns(csv.substr(csv.find("pool"), 50)));
  EXPECT_THAT(csv, HasSubstr("top1_loss_alone_fraction"));
  EXPECT_THAT(to_csv(without_labels()), testing::Not(HasSubstr("top1")));
}

TEST(SensitivityPictureTest, BarsHaveTheLengthOfTheirValues) {
  // Losses with their errors up to 62.5 points: an axis of 0 to 80, or 0.25 * 300 px for 20 points;
  // the lowest value less its error is -12.5: the axis begins at -20. 300 px stand for 100 points.
  const pugi::xml_document svg = parsed(sensitivity_picture(example()));
  // First the loss (blue but for the most sensitive layer), then the outputs' dB: 0 to 30 on 300
  // px.
  EXPECT_THAT(widths(svg, "#0072b2"), ElementsAre(75, 0, 300));
  EXPECT_THAT(widths(svg, "#d55e00"), ElementsAre(150, 114, 96));
  EXPECT_THAT(texts(svg), testing::IsSupersetOf({"first", "pool", "last", "25.00", "9.5"}));
}

TEST(SensitivityPictureTest, NamesAreShortenedAndEscaped) {
  Analysis analysis = without_labels();
  analysis.layers[0].name = "a<b>&\"c\"\x01\xff";
  analysis.layers[1].name = std::string(500, 'n');
  for (int i = 0; i < 150; ++i) analysis.layers.push_back(layer_of("more", 200, 0));
  const std::string picture = sensitivity_picture(analysis);
  const pugi::xml_document svg = parsed(picture);
  EXPECT_THAT(texts(svg), testing::Contains("a<b>&\"c\"??"));
  for (const std::string& text : texts(svg)) EXPECT_LE(text.size(), 100U);
  EXPECT_GT(svg.child("svg").attribute("height").as_int(), 153 * 12);
  const double width = svg.child("svg").attribute("width").as_double();
  for (const pugi::xml_node node : svg.child("svg").children("rect")) {
    EXPECT_GE(node.attribute("x").as_double(), 0);
    EXPECT_LE(node.attribute("x").as_double() + node.attribute("width").as_double(), width);
  }
  EXPECT_EQ(picture, sensitivity_picture(analysis));
}

TEST(ChannelRangesPictureTest, ShowsChannelsFromTheLargestOn) {
  const pugi::xml_document svg = parsed(channel_ranges_picture(example(), 0));
  // The axis ends at -24 octaves, 300 px below 0; the channel further down is drawn at its end.
  std::vector<double> before, after;
  for (const pugi::xml_node node : svg.child("svg").children("circle")) {
    if (node.attribute("cy").as_double() < 100) continue;  // the key
    const bool hollow = node.attribute("stroke") != nullptr;
    (hollow ? before : after).push_back(node.attribute("cy").as_double());
  }
  EXPECT_THAT(before, ElementsAre(112, 112 + 8.5 * 12.5, 412));
  EXPECT_THAT(after, ElementsAre(112, 112 + 0.5 * 12.5, 412));
  EXPECT_THAT(texts(svg), testing::Contains("below: every 8-bit code is 0"));
  EXPECT_THAT(texts(svg), testing::Contains("channels: 1 further down than -24"));
}

TEST(ChannelRangesPictureTest, AnyNumberOfChannelsFits) {
  for (const std::size_t channels : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
    Analysis analysis = example();
    analysis.layers[0].weights->use.assign(channels, {-1, 0});
    const pugi::xml_document svg = parsed(channel_ranges_picture(analysis, 0));
    for (const pugi::xml_node node : svg.child("svg").children("circle"))
      EXPECT_LE(node.attribute("cx").as_double(), 836);
  }
}

TEST(ChartAxisTest, TicksAreRound) {
  EXPECT_EQ(tick_step(100, 6), 20);
  EXPECT_EQ(tick_step(60, 6), 10);
  EXPECT_EQ(tick_step(61, 6), 20);
  EXPECT_DOUBLE_EQ(tick_step(1, 6), 0.2);
  EXPECT_EQ(tick_step(5, 10), 0.5);
  EXPECT_EQ(tick_step(3000, 10), 500);
  EXPECT_THAT(ticks(-20, 40, 20), ElementsAre(-20, 0, 20, 40));
  EXPECT_THAT(ticks(-7, 7, 5), ElementsAre(-5, 0, 5));
  const Axis axis = {-10, 10, 100, 200};
  EXPECT_EQ(axis.at(0), 150);
  EXPECT_EQ(axis.at(-99), 100);
}

}  // namespace
}  // namespace npusim::report
