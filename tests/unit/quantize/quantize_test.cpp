// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "frontend/quantize/activation.h"
#include "frontend/quantize/content_hash.h"
#include "sim/base/errors.h"
#include "tests/unit/quantize/small_graph.h"

namespace npusim::quantize {
namespace {

using test::small_calibration;
using test::small_graph;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> refusals(const graph::Graph& graph, const QuantizationOptions& options,
                                  const HardwareLimits& limits) {
  try {
    quantize_graph(graph, small_calibration(), options, limits);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

TEST(QuantizeTest, KeepsTheShapeOfTheGraph) {
  const graph::Graph graph = small_graph();
  const graph::QuantizedGraph q = quantize_graph(graph, small_calibration(), {}, {}).graph;
  EXPECT_EQ(q.name, "small");
  EXPECT_EQ(q.scheme, "shift_scaler");
  EXPECT_EQ(q.multiplier_bits, 31);
  EXPECT_EQ(q.outputs, graph.outputs);
  ASSERT_EQ(q.nodes.size(), graph.nodes.size());
  const std::size_t indices[] = {0, 1, 5, 1, 2, 6, 3, 4, 5, 1};  // in QuantizedOperator
  for (std::size_t i = 0; i < q.nodes.size(); ++i) {
    EXPECT_EQ(q.nodes[i].name, graph.nodes[i].name);
    EXPECT_EQ(q.nodes[i].inputs, graph.nodes[i].inputs);
    EXPECT_EQ(q.nodes[i].shape, graph.nodes[i].shape);
    EXPECT_EQ(q.nodes[i].op.index(), indices[i]) << q.nodes[i].name;
  }
}

TEST(QuantizeTest, TensorsFollowTheCalibration) {
  const graph::QuantizedGraph q = quantize_graph(small_graph(), small_calibration(), {}, {}).graph;
  const Calibration calibration = small_calibration();
  for (const graph::NodeId id : {0, 1, 3, 4, 5, 6, 7, 8, 9}) {
    const TensorCalibration& seen = calibration.tensors[static_cast<std::size_t>(id)];
    const graph::TensorQuantization expected = activation_quantization(seen.low, seen.high);
    EXPECT_EQ(q.node(id).quantization.scale, expected.scale) << id;
    EXPECT_EQ(q.node(id).quantization.zero_point, expected.zero_point) << id;
  }
  // ReLU6 over [0, 2.25]: the clamp at 6 is beyond the codes. ReLU: from the zero point up.
  EXPECT_EQ(q.node(1).clamps.low, -128);
  EXPECT_EQ(q.node(1).clamps.high, 127);
  EXPECT_EQ(q.node(4).clamps.low, -128);
}

TEST(QuantizeTest, MaxPoolKeepsTheQuantizationOfItsInput) {
  graph::Graph graph = small_graph();
  graph.nodes[1].activation = {0, 1};  // s = 2.25 / 255: 113 codes
  const graph::QuantizedGraph q = quantize_graph(graph, small_calibration(), {}, {}).graph;
  EXPECT_EQ(q.node(2).quantization.scale, q.node(1).quantization.scale);
  EXPECT_EQ(q.node(2).quantization.zero_point, -128);
  EXPECT_EQ(q.node(1).clamps.high, -128 + 113);
  EXPECT_EQ(q.node(2).clamps.high, -128 + 113);
  graph.nodes[2].activation = {0.5, 3};
  const graph::QuantizedGraph r = quantize_graph(graph, small_calibration(), {}, {}).graph;
  EXPECT_EQ(r.node(2).clamps.low, -128 + 57);  // 56.67
  EXPECT_EQ(r.node(2).clamps.high, -128 + 113);
}

TEST(QuantizeTest, LayersSeeTheClampsOfTheirInput) {
  graph::Graph graph = small_graph();
  const auto bits = [&] {
    return quantize_graph(graph, small_calibration(), {}, {}).summary.layers[1];
  };
  const LayerSummary wide = bits();
  EXPECT_EQ(wide.node, 3);
  graph.nodes[1].activation = {0, 0.125};  // 14 codes instead of 255, through the max pool
  EXPECT_LT(bits().safe_accumulator_bits, wide.safe_accumulator_bits);
}

TEST(QuantizeTest, SummaryListsTheLayersWithWeights) {
  const QuantizationSummary s = quantize_graph(small_graph(), small_calibration(), {}, {}).summary;
  ASSERT_EQ(s.layers.size(), 3U);
  EXPECT_EQ(s.layers[0].node, 1);
  EXPECT_EQ(s.layers[1].node, 3);
  EXPECT_EQ(s.layers[2].node, 9);
  std::int32_t widest = 0;
  for (const LayerSummary& layer : s.layers) {
    EXPECT_GT(layer.safe_accumulator_bits, 8);
    widest = std::max(widest, layer.safe_accumulator_bits);
  }
  EXPECT_EQ(s.safe_accumulator_bits, widest);
}

// The reported width is exact: it suffices, and one bit less changes or refuses the network.
TEST(QuantizeTest, SafeWidthIsTheSmallest) {
  for (const std::string& scheme : scheme_names()) {
    QuantizationOptions options;
    options.layers.scheme.scheme = scheme;
    const Quantization wide = quantize_graph(small_graph(), small_calibration(), options, {});
    HardwareLimits limits;
    limits.accumulator_bits = wide.summary.safe_accumulator_bits;
    const Quantization safe = quantize_graph(small_graph(), small_calibration(), options, limits);
    EXPECT_EQ(content_hash(safe.graph), content_hash(wide.graph)) << scheme;
    --limits.accumulator_bits;
    std::int64_t coarsened = 0;
    try {
      const Quantization less = quantize_graph(small_graph(), small_calibration(), options, limits);
      for (const LayerSummary& layer : less.summary.layers) coarsened += layer.coarsened_channels;
    } catch (const base::InputError&) {
      coarsened = -1;
    }
    EXPECT_NE(coarsened, 0) << scheme;
  }
}

TEST(QuantizeTest, AllLayersThatDoNotFitAreNamedAtOnce) {
  HardwareLimits limits;
  limits.accumulator_bits = 9;
  EXPECT_THAT(refusals(small_graph(), {}, limits),
              ElementsAre(AllOf(HasSubstr("layer 'first', channel "), HasSubstr("at least 1")),
                          AllOf(HasSubstr("layer 'depthwise', channel "), HasSubstr("at least 1")),
                          AllOf(HasSubstr("layer 'logits', channel "), HasSubstr("at least 1"))));
}

TEST(QuantizeTest, OptionsOutOfRangeAreNamedAtOnce) {
  QuantizationOptions options;
  options.layers.weight_bits = 9;
  EXPECT_THAT(refusals(small_graph(), options, {33, 16, 5, false}),
              ElementsAre("hardware.mac_array.accumulator_bits: got 33, must be 2 to 32",
                          "hardware.requantization.multiplier_bits: got 16, must be 15 or 31",
                          "hardware.requantization.field_bits: got 5, must be 0 to 4",
                          "quantization.weight_bits: got 9, must be 2 to 8"));
}

// Weights and activations of every layer in codes of their own widths; nothing else changes place.
TEST(QuantizeTest, WidthsPerLayer) {
  QuantizationOptions options;
  options.layers.weight_bits = 3;
  options.layers.activation_bits = 5;
  options.overrides.emplace_back().match = "first";
  options.overrides.back().weight_bits = 6;
  options.overrides.back().activation_bits = 7;
  options.overrides.back().scheme = "per_channel";
  const Calibration calibration = small_calibration();
  const graph::QuantizedGraph q = quantize_graph(small_graph(), calibration, options, {}).graph;
  for (std::size_t i = 0; i < q.nodes.size(); ++i) {
    const graph::QuantizedNode& node = q.nodes[i];
    const std::int32_t bits = i == 1 || i == 2 ? 7 : 5;  // max pooling: as the first layer
    EXPECT_EQ(node.activation_bits, bits) << node.name;
    EXPECT_GE(node.clamps.low, code_range(bits).low) << node.name;
    EXPECT_LE(node.clamps.high, code_range(bits).high) << node.name;
    const TensorCalibration& seen = calibration.tensors[i == 2 ? 1 : i];
    EXPECT_EQ(node.quantization, activation_quantization(seen.low, seen.high, bits)) << node.name;
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (conv == nullptr) continue;
    EXPECT_EQ(conv->weight_bits, i == 1 ? 6 : 3);
    EXPECT_EQ(conv->requantization.field_bits, i == 1 ? 0 : 4);
    EXPECT_EQ(conv->weight_scales.size(), i == 1 ? 4U : 1U);
    const std::int8_t most = i == 1 ? 31 : 3;
    const auto& codes = conv->weights_ohwi;
    EXPECT_EQ(*std::max_element(codes.begin(), codes.end()), most);
    EXPECT_GE(*std::min_element(codes.begin(), codes.end()), -most);
  }
  const auto& table = std::get<graph::QuantizedLookup>(q.node(5).op).table;
  EXPECT_GE(*std::min_element(table.begin(), table.end()), -16);
  EXPECT_LE(*std::max_element(table.begin(), table.end()), 15);
}

// One message per kind, however many layers there are.
TEST(QuantizeTest, CodesOfTheModelHaveEightBits) {
  graph::Graph graph = small_graph();
  for (const std::size_t i : {0U, 1U, 3U}) graph.nodes[i].given = graph::TensorQuantization{1, 0};
  auto& conv = std::get<graph::Conv>(graph.nodes[3].op);
  conv.given = graph::GivenWeights{{}, {1}, 0, {}, {}};
  conv.given->codes_ohwi.resize(conv.weights_ohwi.size());
  QuantizationOptions options;
  options.layers.weight_bits = 4;
  options.layers.activation_bits = 6;
  EXPECT_THAT(refusals(graph, options, {}),
              ElementsAre("layer 'depthwise': quantization.weight_bits: got 4, must be 8, as the "
                          "model's own weights",
                          "layer 'input': quantization.activation_bits: got 6, must be 8, as the "
                          "model's own activations, here and in 2 more"));
}

TEST(QuantizeTest, FieldWiderThanTheHardwaresIsRefused) {
  QuantizationOptions options;
  EXPECT_THAT(refusals(small_graph(), options, {32, 31, 3, false}),
              ElementsAre("quantization.field_bits: got 4, must be at most 3 "
                          "(hardware.requantization.field_bits)"));
  options.layers.scheme.scheme = "per_channel";  // needs no field
  EXPECT_THAT(refusals(small_graph(), options, {32, 31, 0, false}), testing::IsEmpty());
}

TEST(QuantizeTest, UnfoldedOperatorsAndForeignCalibrationsAreInternalErrors) {
  graph::Graph graph = small_graph();
  graph.nodes[2].op = graph::Clamp{};
  EXPECT_THROW(quantize_graph(graph, small_calibration(), {}, {}), base::InternalError);
  Calibration calibration = small_calibration();
  calibration.tensors[4].channel_mean.pop_back();
  EXPECT_THROW(quantize_graph(small_graph(), calibration, {}, {}), base::InternalError);
}

// Pinned: the same bits on every machine and compiler.
TEST(QuantizeTest, HashesArePinned) {
  std::vector<std::uint64_t> hashes;
  for (const std::string& scheme : scheme_names()) {
    QuantizationOptions options;
    options.layers.scheme.scheme = scheme;
    hashes.push_back(
        content_hash(quantize_graph(small_graph(), small_calibration(), options, {}).graph));
  }
  EXPECT_THAT(hashes,
              ElementsAre(4817392343687966914U, 6593889913111879130U, 13730080619570482902U));
}

}  // namespace
}  // namespace npusim::quantize
