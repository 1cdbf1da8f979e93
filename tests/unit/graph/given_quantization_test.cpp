// SPDX-License-Identifier: Apache-2.0
// What the passes make of quantization that a model brings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "frontend/graph/passes.h"
#include "tests/unit/graph/graph_helpers.h"

namespace npusim::graph {
namespace {

using test::GraphWriter;
using test::square_pool;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

const TensorQuantization kFirst{0.5, 3};
const TensorQuantization kSecond{0.25, -128};
constexpr Activation kRelu{0, std::numeric_limits<double>::infinity()};

std::vector<std::string> kinds(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(kind_name(node.op));
  return names;
}

// 2 x 2 channels, codes 1 -2 / 3 -4 and scale 0.5.
Conv quantized_conv() {
  Conv conv;
  conv.in_channels = conv.out_channels = 2;
  conv.weights_ohwi = {0.5F, -1.F, 1.5F, -2.F};
  conv.bias = {1.F, 2.F};
  conv.given = GivenWeights{{1, -2, 3, -4}, {0.5}, 0, {4, 8}, {0.25}};
  return conv;
}

BatchNorm scaling(std::vector<float> factors) {
  const std::size_t count = factors.size();
  return {std::move(factors), std::vector<float>(count, 0.25F), std::vector<float>(count, 0.F),
          std::vector<float>(count, 1.F), 0};
}

struct Chain {
  GraphWriter writer{Shape{4, 4, 2}};
  NodeId last = 0;
  std::vector<std::optional<TensorQuantization>> given = {std::nullopt};

  Chain& add(const char* name, Operator op, std::optional<TensorQuantization> quantization,
             const Activation& activation = {}) {
    last = writer.add(name, std::move(op), {last}, activation);
    given.push_back(quantization);
    return *this;
  }
  Graph finish() {
    Graph graph = writer.finish({last});
    for (std::size_t i = 0; i < given.size(); ++i) graph.nodes[i].given = given[i];
    return graph;
  }
};

TEST(GivenQuantization, AClampTakesItsLayersPlaceWithIt) {
  const auto fused = [](std::optional<TensorQuantization> layer,
                        std::optional<TensorQuantization> clamp) {
    return prepare(
        Chain().add("layer", quantized_conv(), layer).add("relu", Clamp{}, clamp, kRelu).finish());
  };
  for (const Graph& graph :
       {fused(kFirst, kFirst), fused(kFirst, std::nullopt), fused(std::nullopt, kFirst)}) {
    EXPECT_THAT(kinds(graph), ElementsAre("input", "conv"));
    EXPECT_THAT(graph.nodes[1].given, Optional(kFirst));
    EXPECT_EQ(graph.nodes[1].activation.low, 0);
  }
  // Rounded twice: a lookup in the clamp's place.
  const Graph twice = fused(kFirst, kSecond);
  EXPECT_THAT(kinds(twice), ElementsAre("input", "conv", "lookup"));
  EXPECT_THAT(twice.nodes[1].given, Optional(kFirst));
  EXPECT_THAT(twice.nodes[2].given, Optional(kSecond));
  EXPECT_EQ(twice.nodes[2].activation.low, 0);
  EXPECT_EQ(std::get<Lookup>(twice.nodes[2].op).function, Function::identity);
}

TEST(GivenQuantization, AMaxPoolOfAnotherScaleIsFollowedByALookup) {
  const Graph graph = prepare(Chain()
                                  .add("layer", quantized_conv(), kFirst)
                                  .add("pool", square_pool(PoolKind::max, 2, 2), kSecond, kRelu)
                                  .finish());
  EXPECT_THAT(kinds(graph), ElementsAre("input", "conv", "pool", "lookup"));
  EXPECT_EQ(graph.nodes[3].name, "pool_requantize");
  EXPECT_THAT(graph.nodes[2].given, Optional(kFirst));
  EXPECT_TRUE(graph.nodes[2].activation.is_identity());
  EXPECT_THAT(graph.nodes[3].given, Optional(kSecond));
  EXPECT_EQ(graph.nodes[3].activation.low, 0);
  EXPECT_THAT(graph.outputs, ElementsAre(3));
}

TEST(GivenQuantization, LayersThatPassValuesOnHandItToTheirInputsAndTakeItFromThem) {
  const Graph backward = prepare(Chain()
                                     .add("layer", quantized_conv(), std::nullopt)
                                     .add("pool", square_pool(PoolKind::max, 2, 2), kSecond)
                                     .finish());
  EXPECT_THAT(kinds(backward), ElementsAre("input", "conv", "pool"));
  EXPECT_THAT(backward.nodes[1].given, Optional(kSecond));

  const Graph forward = prepare(Chain()
                                    .add("layer", quantized_conv(), kFirst)
                                    .add("pool", square_pool(PoolKind::max, 2, 2), std::nullopt)
                                    .finish());
  EXPECT_THAT(forward.nodes[2].given, Optional(kFirst));
}

TEST(GivenQuantization, ATensorWithOtherReadersKeepsItsOwn) {
  GraphWriter writer({4, 4, 2});
  writer.add("layer", quantized_conv(), {0});
  writer.add("pool", square_pool(PoolKind::max, 1, 1), {1});
  writer.add("sum", Add{}, {1, 2});
  Graph graph = writer.finish({3});
  graph.nodes[2].given = kFirst;
  graph = prepare(graph);
  EXPECT_THAT(kinds(graph), ElementsAre("input", "conv", "lookup", "add"));
  EXPECT_EQ(graph.nodes[1].given, std::nullopt);
}

TEST(GivenQuantization, APadIsAbsorbedWhereItRoundsAsItsInput) {
  const auto padded = [](const TensorQuantization& pad) {
    return kinds(prepare(Chain()
                             .add("layer", quantized_conv(), kFirst)
                             .add("pad", Pad{1, 1, 1, 1, 0}, pad)
                             .add("next", quantized_conv(), kFirst)
                             .finish()));
  };
  EXPECT_THAT(padded(kFirst), ElementsAre("input", "conv", "conv"));
  EXPECT_THAT(padded(kSecond), ElementsAre("input", "conv", "depthwise_conv", "conv"));
}

TEST(GivenQuantization, BatchNormGoesIntoTheScalesOfGivenWeights) {
  const Graph graph = prepare(Chain()
                                  .add("layer", quantized_conv(), std::nullopt)
                                  .add("norm", scaling({3.F, -0.5F}), kFirst)
                                  .finish());
  EXPECT_THAT(kinds(graph), ElementsAre("input", "conv"));
  EXPECT_THAT(graph.nodes[1].given, Optional(kFirst));
  const auto& conv = std::get<Conv>(graph.nodes[1].op);
  EXPECT_THAT(conv.given->codes_ohwi, ElementsAre(1, -2, -3, 4));
  EXPECT_THAT(conv.given->scales, ElementsAre(1.5, 0.25));
  EXPECT_THAT(conv.given->bias_codes, IsEmpty());
  EXPECT_THAT(conv.weights_ohwi, ElementsAre(1.5F, -3.F, -0.75F, 1.F));
  EXPECT_THAT(conv.bias, ElementsAre(3.25F, -0.75F));

  const Graph none = prepare(Chain()
                                 .add("layer", quantized_conv(), std::nullopt)
                                 .add("norm", scaling({3.F, 0.F}), kFirst)
                                 .finish());
  EXPECT_THAT(std::get<Conv>(none.nodes[1].op).given->codes_ohwi, ElementsAre(1, -2, 0, 0));
}

TEST(GivenQuantization, BatchNormThatTurnsAnUnturnableCodeIsRefused) {
  Conv conv = quantized_conv();
  conv.given->codes_ohwi[3] = -128;
  const auto run = [&] {
    prepare(Chain()
                .add("layer", conv, std::nullopt)
                .add("norm", scaling({1.F, -1.F}), kFirst)
                .finish());
  };
  EXPECT_THAT(test::refusals(run),
              ElementsAre(HasSubstr("node 'norm' (batch_norm): factor of channel 1: got -1.000000 "
                                    "behind quantized weights, must be above 0 where a weight's "
                                    "code is -128")));
}

TEST(GivenQuantization, BatchNormBehindAQuantizedTensorStaysALayer) {
  const Graph graph = prepare(Chain()
                                  .add("layer", quantized_conv(), kFirst)
                                  .add("norm", scaling({3.F, -0.5F}), kSecond)
                                  .add("next", quantized_conv(), kFirst)
                                  .finish());
  EXPECT_THAT(kinds(graph), ElementsAre("input", "conv", "depthwise_conv", "conv"));
  EXPECT_THAT(graph.nodes[2].given, Optional(kSecond));
}

TEST(GivenQuantization, ProductsWithAQuantizedGateStayTwoLayers) {
  const auto product = [](std::optional<TensorQuantization> gate) {
    GraphWriter writer({4, 4, 2});
    writer.add("gate", Lookup{Function::sigmoid, 0, 0}, {0});
    writer.add("product", Mul{}, {0, 1});
    Graph graph = writer.finish({2});
    graph.nodes[1].given = gate;
    return kinds(prepare(graph));
  };
  EXPECT_THAT(product(std::nullopt), ElementsAre("input", "lookup"));
  EXPECT_THAT(product(kFirst), ElementsAre("input", "lookup", "mul"));
}

TEST(GivenQuantization, IsVerified) {
  Graph graph = Chain().add("layer", quantized_conv(), TensorQuantization{0, 200}).finish();
  auto& given = std::get<Conv>(graph.nodes[1].op).given;
  given->codes_ohwi.pop_back();
  given->scales = {1, 2, 3};
  given->zero_point = -129;
  given->bias_scales = {};
  EXPECT_THAT(
      test::refusals([&] { prepare(graph); }),
      ElementsAre("node 'layer' (conv): output scale 0: got 0.000000, must be finite and "
                  "above 0",
                  "node 'layer' (conv): output zero point: got 200, must be in [-128, 127]",
                  "node 'layer' (conv): weight codes: got 3 values, must be 4",
                  "node 'layer' (conv): weight scale: got 3 values, must be 1 or 2",
                  "node 'layer' (conv): weight zero point: got -129, must be in [-128, 127]",
                  "node 'layer' (conv): bias scale: got 0 values, must be 1 or 2"));
}

}  // namespace
}  // namespace npusim::graph
