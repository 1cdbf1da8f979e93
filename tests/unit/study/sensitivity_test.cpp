// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/sensitivity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>

#include "frontend/execute/plain_integer_executor.h"
#include "frontend/quantize/quantize.h"
#include "sim/arith/elementwise.h"
#include "sim/base/errors.h"
#include "tests/support/random_network.h"
#include "tests/unit/execute/plain_float.h"

namespace npusim::study {
namespace {

using Tensor = std::vector<float>;
constexpr std::int64_t kImages = 3;

execute::LabeledTensor image_of(const graph::Graph& graph, std::int64_t i) {
  return {test::random_input(100 + static_cast<std::uint64_t>(i), graph.node(0).shape.elements()),
          static_cast<std::int32_t>(i % 2)};
}

graph::QuantizedGraph quantize(const graph::Graph& graph, const std::string& scheme) {
  const auto calibrator = quantize::make_calibrator("min_max");
  const auto source = [&](std::int64_t i) { return image_of(graph, i).values; };
  const auto calibration = quantize::calibrate(graph, source, kImages, *calibrator, 1);
  quantize::QuantizationOptions options;
  options.layers.scheme.scheme = scheme;
  return quantize::quantize_graph(graph, calibration, options, {}).graph;
}

Sensitivity measure(const graph::Graph& graph, const graph::QuantizedGraph& quantized,
                    int threads) {
  return measure_sensitivity(graph, quantized, kImages, threads,
                             [&](std::int64_t i) { return image_of(graph, i); });
}

// The twin: the definition in plain loops, every layer from the input on, sharing nothing with what
// is tested but the order of operations of a layer.

graph::Conv plain_restored(const graph::Conv& conv, const graph::QuantizedConv& codes,
                           const graph::TensorQuantization& input) {
  graph::Conv result = conv;
  const std::size_t per_channel =
      codes.weights_ohwi.size() / static_cast<std::size_t>(codes.out_channels);
  for (std::size_t i = 0; i < codes.weights_ohwi.size(); ++i) {
    const std::size_t c = i / per_channel;
    double unit = codes.weight_scales.size() == 1 ? codes.weight_scales[0] : codes.weight_scales[c];
    if (!codes.requantization.channel_shifts.empty())
      unit /= static_cast<double>(1 << codes.requantization.channel_shifts[c]);
    const int code = codes.weights_ohwi[i] - codes.weight_zero_point;
    result.weights_ohwi[i] = static_cast<float>(unit * code);
    if (i % per_channel == 0) {
      std::int64_t corrected = codes.bias[c];
      for (std::size_t k = i; k < i + per_channel; ++k)
        corrected += input.zero_point * (codes.weights_ohwi[k] - codes.weight_zero_point);
      result.bias[c] = static_cast<float>(input.scale * unit * static_cast<double>(corrected));
    }
  }
  return result;
}

Tensor plain_rounded(Tensor values, const graph::QuantizedNode& node) {
  std::size_t channel = 0;
  for (float& value : values) {
    const auto& [scale, zero] = node.quantization;
    double code = std::nearbyint(static_cast<double>(value) / scale) + zero;
    const graph::Clamps& clamps = node.channel_clamps.empty()
                                      ? node.clamps
                                      : node.channel_clamps[channel++ % node.channel_clamps.size()];
    code = std::min(std::max(code, double(clamps.low)), double(clamps.high));
    value = static_cast<float>(scale * (code - zero));
  }
  return values;
}

std::vector<Tensor> plain_alone(const graph::Graph& graph, const graph::QuantizedGraph& quantized,
                                graph::NodeId id, const Tensor& input) {
  graph::Graph altered = graph;
  const graph::QuantizedNode& node = quantized.node(id);
  if (const auto* codes = std::get_if<graph::QuantizedConv>(&node.op)) {
    auto& conv = std::get<graph::Conv>(altered.nodes[static_cast<std::size_t>(id)].op);
    conv = plain_restored(conv, *codes, quantized.node(node.inputs[0]).quantization);
  }
  const Tensor of_layer = execute::run_plain_float(altered, input)[static_cast<std::size_t>(id)];
  return execute::run_plain_float(graph, input, {{id, plain_rounded(of_layer, node)}});
}

Distortion plain_distortion(const Tensor& reference, const Tensor& values) {
  Distortion sum;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = reference[i];
    const double v = values[i];
    sum.signal += r * r;
    sum.noise += (r - v) * (r - v);
  }
  return sum;
}

void expect_equal(const Distortion& got, const Distortion& wanted, const std::string& where) {
  EXPECT_NEAR(got.signal, wanted.signal, 1e-12 * wanted.signal) << where;
  EXPECT_NEAR(got.noise, wanted.noise, 1e-9 * wanted.noise) << where;
}

std::vector<std::int8_t> input_codes(const Tensor& values, const graph::QuantizedNode& node) {
  std::vector<std::int8_t> codes(values.size());
  execute::quantize_input(values.data(), static_cast<std::int64_t>(values.size()),
                          node.quantization, node.clamps, codes.data());
  return codes;
}

class SensitivityTwinTest : public testing::TestWithParam<const char*> {};

TEST_P(SensitivityTwinTest, EqualsThePlainDefinition) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const graph::Graph graph = test::random_network(seed);
    const graph::QuantizedGraph quantized = quantize(graph, GetParam());
    const Sensitivity got = measure(graph, quantized, 1);
    ASSERT_EQ(got.labels, (std::vector<std::int32_t>{0, 1, 0}));
    ASSERT_EQ(got.layers.size(), graph.nodes.size());
    const auto output = static_cast<std::size_t>(graph.outputs.front());
    std::vector<Distortion> outputs(graph.nodes.size());
    std::vector<Distortion> alone(graph.nodes.size());
    for (std::size_t i = 0; i < std::size_t{kImages}; ++i) {
      const Tensor input = image_of(graph, static_cast<std::int64_t>(i)).values;
      const std::vector<Tensor> exact = execute::run_plain_float(graph, input);
      const auto count = static_cast<std::int64_t>(exact[output].size());
      EXPECT_EQ(got.float_rankings[i], execute::rank(exact[output].data(), count));
      const auto codes = execute::run_plain(quantized, input_codes(input, quantized.node(0)));
      EXPECT_EQ(got.integer_rankings[i], execute::rank(codes[output].data(), count));
      for (std::size_t at = 0; at < graph.nodes.size(); ++at) {
        const auto id = static_cast<graph::NodeId>(at);
        const graph::TensorQuantization& q = quantized.node(id).quantization;
        Tensor restored;
        for (const std::int8_t code : codes[at])
          restored.push_back(static_cast<float>(q.scale * (code - q.zero_point)));
        outputs[at].add(plain_distortion(exact[at], restored));
        if (id == 0) continue;
        const Tensor last = plain_alone(graph, quantized, id, input)[output];
        alone[at].add(plain_distortion(exact[output], last));
        EXPECT_EQ(got.layers[at].rankings_alone.at(i), execute::rank(last.data(), count));
      }
    }
    EXPECT_TRUE(got.layers[0].rankings_alone.empty());
    for (std::size_t at = 0; at < graph.nodes.size(); ++at) {
      const std::string where = "seed " + std::to_string(seed) + ", " + graph.nodes[at].name;
      // The twin rounds restored values to float.
      EXPECT_NEAR(got.layers[at].output.noise, outputs[at].noise,
                  1e-4 * outputs[at].noise + 1e-12 * outputs[at].signal)
          << where;
      EXPECT_GT(outputs[at].noise, 0) << where;
      if (at > 0) expect_equal(got.layers[at].network_outputs_alone.front(), alone[at], where);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Schemes, SensitivityTwinTest,
                         testing::Values("per_layer", "shift_scaler", "per_channel"));

TEST(SensitivityTest, AnyNumberOfThreadsGivesTheSameBits) {
  const graph::Graph graph = test::random_network(7);
  const graph::QuantizedGraph quantized = quantize(graph, "shift_scaler");
  const Sensitivity one = measure(graph, quantized, 1);
  for (const int threads : {2, 5}) {
    const Sensitivity several = measure(graph, quantized, threads);
    EXPECT_EQ(several.integer_rankings, one.integer_rankings);
    for (std::size_t at = 0; at < one.layers.size(); ++at) {
      EXPECT_EQ(several.layers[at].output.noise, one.layers[at].output.noise);
      EXPECT_EQ(several.layers[at].rankings_alone, one.layers[at].rankings_alone);
      if (at > 0) {
        EXPECT_EQ(several.layers[at].network_outputs_alone[0].noise,
                  one.layers[at].network_outputs_alone[0].noise);
      }
    }
  }
}

TEST(SensitivityTest, ImagesThatASourceLeavesOutDoNotCount) {
  const graph::Graph graph = test::random_network(7);
  const graph::QuantizedGraph quantized = quantize(graph, "per_layer");
  const auto source = [&](std::int64_t i) -> std::optional<execute::LabeledTensor> {
    if (i == 1) return std::nullopt;
    return image_of(graph, i);
  };
  const Sensitivity got = measure_sensitivity(graph, quantized, kImages, 2, source);
  EXPECT_EQ(got.labels, (std::vector<std::int32_t>{0, 0}));
  EXPECT_EQ(got.layers[1].rankings_alone.size(), 2U);
  EXPECT_LT(got.layers[1].output.signal, measure(graph, quantized, 1).layers[1].output.signal);
}

// One 1x1 convolution of one channel: W 0.3 as code 38 at 2^-7 = 0.296875; x 1 and 3, bias 1.
class OneConvTest : public testing::Test {
 protected:
  OneConvTest() {
    graph::Conv conv;
    conv.in_channels = conv.out_channels = 1;
    conv.weights_ohwi = {0.3F};
    conv.bias = {1};
    graph_.nodes.push_back({"x", graph::Input{}, {}, {1, 2, 1}, {}});
    graph_.nodes.push_back({"conv", conv, {0}, {1, 2, 1}, {}});
    graph_.outputs = {1};
    graph::QuantizedConv codes;
    codes.in_channels = codes.out_channels = 1;
    codes.weights_ohwi = {38};
    codes.weight_scales = {0x1p-3};
    codes.requantization = {{{1 << 30, 30}}, {4}, 4};  // M = 1 = s_x s_w / s_y, behind it 2^-4
    codes.bias = {64 + 10 * 38};                       // 1 / (s_x s_w 2^-4) = 64, z_x = -10
    quantized_.nodes.push_back({"x", graph::Input{}, {}, {1, 2, 1}, {2, -10}, {-128, 127}});
    quantized_.nodes.push_back({"conv", codes, {0}, {1, 2, 1}, {0.25, 3}, {-128, 10}});
    quantized_.outputs = {1};
  }
  graph::Graph graph_;
  graph::QuantizedGraph quantized_;
};

TEST_F(OneConvTest, RestoredAreTheWeightsThatTheCodesStandFor) {
  const graph::Graph restored = restored_weights(graph_, quantized_);
  const auto& conv = std::get<graph::Conv>(restored.node(1).op);
  EXPECT_EQ(conv.weights_ohwi, Tensor{38 * 0x1p-7F});
  EXPECT_EQ(conv.bias, Tensor{1});
}

TEST_F(OneConvTest, ValuesBecomeThoseOfTheirCodes) {
  Tensor values = {0.12F, 0.125F, 0.375F, -0.2F, 9, -99};
  graph::QuantizedNode node = quantized_.node(1);
  node.shape = {1, 1, 6};
  round_to_codes(values.data(), node);
  // Halves go to the even multiple; clamped to codes 10 and -128: 7 and -131 steps of 0.25.
  EXPECT_EQ(values, (Tensor{0, 0, 0.5F, -0.25F, 1.75F, -32.75F}));
}

TEST_F(OneConvTest, DrawnValuesAsTheirCodes) {
  std::mt19937 engine(9);
  graph::QuantizedNode node = quantized_.node(1);
  node.shape = {1, 1, 301};
  for (const double scale : {0.25, 0.1, 3e-40}) {
    node.quantization = {scale, -7};
    Tensor values = {std::numeric_limits<float>::infinity(), -0.0F};
    while (values.size() < 301) {
      const auto eighths = static_cast<double>(static_cast<int>(engine() % 2601) - 1300);
      values.push_back(static_cast<float>(eighths * 0.5 * scale));
    }
    Tensor rounded = values;
    round_to_codes(rounded.data(), node);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::int8_t code = arith::quantize(static_cast<double>(values[i]), scale, -7,
                                               node.clamps.low, node.clamps.high);
      ASSERT_EQ(rounded[i], static_cast<float>(scale * static_cast<double>(code + 7)));
      ASSERT_EQ(std::signbit(rounded[i]), code < -7);
    }
    values[300] = std::nanf("");
    EXPECT_THROW(round_to_codes(values.data(), node), base::InternalError);
  }
}

TEST_F(OneConvTest, ChannelsHaveClampsOfTheirOwn) {
  graph::QuantizedNode node = quantized_.node(1);
  node.shape = {1, 2, 2};
  node.channel_clamps = {{-128, 10}, {3, 4}};
  Tensor values = {9, 9, -1, -1};
  round_to_codes(values.data(), node);
  EXPECT_EQ(values, (Tensor{1.75F, 0.25F, -1, 0}));
}

TEST_F(OneConvTest, ByHand) {
  const Sensitivity got = measure_sensitivity(graph_, quantized_, 1, 1, [](std::int64_t) {
    return execute::LabeledTensor{{1, 3}, 1};
  });
  // Float: 1.3 and 1.9. Codes of x at scale 2: rne(0.5) = 0 and rne(1.5) = 2, so 0 and 4, and the
  // integer layer has 1 and 2.1875, rounded 1 and 2.25 but clamped to 1.75. Alone: 1.296875 and
  // 1.890625, rounded 1.25 and 2, clamped to 1.75.
  const double signal = double{1.3F} * 1.3F + double{1.9F} * 1.9F;
  const LayerSensitivity& layer = got.layers[1];
  EXPECT_NEAR(layer.output.signal, signal, 1e-6);
  EXPECT_NEAR(layer.output.noise, 0.3 * 0.3 + 0.15 * 0.15, 1e-6);
  EXPECT_NEAR(layer.network_outputs_alone.at(0).noise, 0.05 * 0.05 + 0.15 * 0.15, 1e-6);
  EXPECT_NEAR(layer.network_sqnr_alone_db(), 10 * std::log10(signal / 0.025), 1e-4);
  EXPECT_EQ(got.layers[0].output.noise, 2.0);  // 1 by 0 and 3 by 4
  EXPECT_EQ(layer.rankings_alone[0][0], 1);
}

TEST(DistortionTest, DecibelsOfNothingStayWithinTheirLimits) {
  Distortion none;
  EXPECT_EQ(none.sqnr_db(), kMostDecibels);
  none.add(0, 0);
  EXPECT_EQ(none.sqnr_db(), kMostDecibels);
  none.add(0, 0.5);
  EXPECT_EQ(none.sqnr_db(), -kMostDecibels);
  none.add(5, 5);  // 25 to 0.25
  EXPECT_NEAR(none.sqnr_db(), 20, 1e-9);
  EXPECT_EQ((Distortion{1, 1e300}).sqnr_db(), -kMostDecibels);
}

}  // namespace
}  // namespace npusim::study
