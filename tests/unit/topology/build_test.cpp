// SPDX-License-Identifier: Apache-2.0
#include "frontend/topology/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/graph/passes.h"
#include "sim/base/errors.h"
#include "sim/config/topology_reader.h"

namespace npusim::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

config::TopologyConfig read(const std::string& text) {
  base::ErrorList errors;
  const config::YamlNode root = config::parse_yaml(text, "net.yaml", errors);
  config::TopologyConfig topology = config::read_topology(root, errors);
  errors.throw_if_any();
  return topology;
}

graph::Graph build(const std::string& input, const std::string& layers) {
  return build_graph(read("input: " + input + "\nlayers: " + layers), "net");
}

std::vector<std::string> errors_of(const std::string& input, const std::string& layers) {
  try {
    build(input, layers);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

const graph::Node& named(const graph::Graph& graph, const std::string& name) {
  for (const graph::Node& node : graph.nodes) {
    if (node.name == name) return node;
  }
  throw base::InternalError("no node " + name);
}

const graph::Window& window_of(const graph::Graph& graph, const std::string& name) {
  return std::get<graph::Conv>(named(graph, name).op).window;
}

TEST(BuildTopologyTest, SamePaddingIsTensorFlows) {
  const graph::Graph graph =
      build("{height: 224, width: 15, channels: 3}", "[conv: {channels: 4, kernel: 3, stride: 2}]");
  const graph::Window& window = window_of(graph, "conv_1");
  // ceil(224 / 2) = 112 rows reach 225 deep: one row more than there is, at the bottom.
  EXPECT_EQ(window.pad_top, 0);
  EXPECT_EQ(window.pad_bottom, 1);
  // ceil(15 / 2) = 8 columns reach 17 wide: one on each side.
  EXPECT_EQ(window.pad_left, 1);
  EXPECT_EQ(window.pad_right, 1);
  EXPECT_EQ(named(graph, "conv_1").shape, (graph::Shape{112, 8, 4}));
}

TEST(BuildTopologyTest, SamePaddingCountsTheDilation) {
  const graph::Graph graph = build("{height: 10, width: 10, channels: 3}",
                                   "[conv: {channels: 4, kernel: [3, 1], dilation: 2}]");
  const graph::Window& window = window_of(graph, "conv_1");
  EXPECT_EQ(window.pad_top, 2);
  EXPECT_EQ(window.pad_bottom, 2);
  EXPECT_EQ(window.pad_left, 0);
  EXPECT_EQ(window.pad_right, 0);
}

TEST(BuildTopologyTest, WrittenPadsAreTopLeftBottomRight) {
  const graph::Graph graph = build("{height: 8, width: 8, channels: 1}",
                                   "[conv: {name: a, channels: 4, kernel: 3, pad: [0, 1, 2, 3]},"
                                   " conv: {name: b, channels: 4, kernel: 3, pad: valid}]");
  EXPECT_EQ(named(graph, "a").shape, (graph::Shape{8, 10, 4}));
  EXPECT_EQ(window_of(graph, "a").pad_left, 1);
  EXPECT_EQ(window_of(graph, "a").pad_bottom, 2);
  EXPECT_EQ(named(graph, "b").shape, (graph::Shape{6, 8, 4}));
}

TEST(BuildTopologyTest, EveryKindOfLayer) {
  const graph::Graph graph = graph::prepare(
      build("{height: 6, width: 4, channels: 2}",
            R"([conv: {name: stem, channels: 4, kernel: 3, groups: 2, activation: relu6},
          depthwise: {kernel: 3, bias: false},
          silu,
          add: {with: stem, activation: relu},
          pool: {name: squeezed, kind: average, global: true},
          conv: {channels: 4, kernel: 1, activation: hard_sigmoid},
          mul: {with: add_1},
          concat: {with: [stem, add_1]},
          pool: {kind: max, kernel: 2},
          gemm: {channels: 5}])"));
  std::vector<std::string> kinds;
  for (const graph::Node& node : graph.nodes) kinds.push_back(graph::kind_name(node.op));
  EXPECT_THAT(kinds, ElementsAre("input", "conv", "depthwise_conv", "lookup", "add", "pool", "conv",
                                 "lookup", "mul", "concat", "pool", "gemm"));
  EXPECT_EQ(named(graph, "stem").activation.high, 6);
  EXPECT_EQ(named(graph, "add_1").activation.low, 0);
  EXPECT_EQ(named(graph, "concat_1").shape, (graph::Shape{6, 4, 12}));
  EXPECT_EQ(named(graph, "pool_1").shape, (graph::Shape{3, 2, 12}));
  EXPECT_EQ(std::get<graph::Conv>(named(graph, "gemm_1").op).in_channels, 72);
  // The gate comes second, though the layer reads it as the one before.
  EXPECT_EQ(graph.node(named(graph, "mul_1").inputs[0]).name, "add_1");
  for (const float bias : std::get<graph::Conv>(named(graph, "depthwise_1").op).bias)
    EXPECT_EQ(bias, 0);
  EXPECT_NE(std::get<graph::Conv>(named(graph, "stem").op).bias[0], 0);
}

TEST(BuildTopologyTest, WhatNobodyReadsIsAnOutput) {
  const graph::Graph graph = build("{channels: 8}",
                                   "[gemm: {name: a, channels: 4}, gemm: {name: b, channels: 2},"
                                   " gemm: {name: c, channels: 3, from: a}]");
  EXPECT_THAT(graph.outputs, ElementsAre(2, 3));
}

TEST(BuildTopologyTest, ShapeErrorsNameThePlaceAndAllComeAtOnce) {
  EXPECT_THAT(errors_of("{height: 8, width: 8, channels: 3}",
                        "[conv: {name: a, channels: 4, kernel: 3},\n"
                        " conv: {name: b, channels: 5, kernel: 3},\n"
                        " add: {with: a},\n"
                        " conv: {channels: 4, kernel: 3},\n"
                        " conv: {channels: 4, kernel: 9, pad: valid, from: a}]"),
              ElementsAre("net.yaml:4:2: node 'add_1' (add): second input: got 8 x 8 x 4, must be "
                          "8 x 8 x 5 as the first",
                          HasSubstr("net.yaml:6:2: node 'conv_2' (conv): dilated kernel height: "
                                    "got 9, must be at most the padded input's 8")));
}

TEST(BuildTopologyTest, MoreParametersThanFitAreRefusedBeforeAnyIsDrawn) {
  EXPECT_THAT(errors_of("{channels: 1000000}",
                        "[gemm: {channels: 500},\n gemm: {channels: 1000000},\n"
                        " gemm: {channels: 1000000}]"),
              ElementsAre(HasSubstr("net.yaml:3:2: layer 'gemm_2': parameters up to here: got more "
                                    "than 536870912, must be at most")));
}

TEST(BuildTopologyTest, TheSameSeedGivesTheSameWeights) {
  const auto weights = [](const std::string& seed) {
    const graph::Graph graph = build_graph(
        read("input: {channels: 40}\nseed: " + seed + "\nlayers: [gemm: {channels: 7}]"), "net");
    return std::get<graph::Conv>(graph.nodes[1].op).weights_ohwi;
  };
  EXPECT_EQ(weights("1"), weights("1"));
  EXPECT_NE(weights("1"), weights("2"));
}

// 40 channels of 16384 weights: three blocks.
TEST(BuildTopologyTest, AnyNumberOfThreadsDrawsTheSameWeights) {
  const auto weights = [](int threads) {
    const auto topology = read("input: {channels: 16384}\nseed: 3\nlayers: [gemm: {channels: 40}]");
    return std::get<graph::Conv>(build_graph(topology, "net", threads).nodes[1].op).weights_ohwi;
  };
  const std::vector<float> one = weights(1);
  for (const int threads : {2, 30}) EXPECT_TRUE(weights(threads) == one);
}

}  // namespace
}  // namespace npusim::topology
