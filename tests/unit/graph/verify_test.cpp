// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/graph/graph_helpers.h"

namespace npusim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

graph::Graph sound_graph() {
  test::GraphWriter writer({6, 6, 2});
  const auto conv = writer.add("conv", test::random_conv(2, 4, 3), {0});
  const auto norm = writer.add("norm", test::random_batch_norm(4), {conv});
  return writer.finish({norm});
}

graph::Conv& conv_of(graph::Graph& g) { return std::get<graph::Conv>(g.nodes.at(1).op); }
graph::BatchNorm& norm_of(graph::Graph& g) { return std::get<graph::BatchNorm>(g.nodes.at(2).op); }

TEST(Verify, FindsNothingInASoundGraph) {
  EXPECT_THAT(graph::findings(sound_graph()), IsEmpty());
  EXPECT_NO_THROW(graph::verify(sound_graph()));
}

TEST(Verify, ReportsAllFindingsAtOnce) {
  graph::Graph g = sound_graph();
  g.nodes[2].name = "conv";
  conv_of(g).bias.pop_back();
  conv_of(g).weights_ohwi[5] = std::nanf("");
  EXPECT_THAT(test::refusals([&] { graph::verify(g); }),
              ElementsAre("node 'conv' (conv): weights value 5: got nan, must be finite",
                          "node 'conv' (conv): bias: got 3 values, must be 4",
                          "node 'conv' (batch_norm): name: got 'conv' twice, must be unique"));
}

TEST(Verify, OrderOfNodes) {
  graph::Graph g = sound_graph();
  g.nodes[1].inputs = {2};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("got node 2, must be an earlier node")));
  g.nodes[1].inputs = {1};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("got node 1, must be an earlier node")));
  g.nodes[1].inputs = {-1};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("got node -1, must be an earlier node")));
}

TEST(Verify, InputsAndOutputs) {
  graph::Graph g = sound_graph();
  g.outputs = {};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("outputs: got 0, must be at least 1")));
  g.outputs = {3};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("got 3, must be a node id below 3")));
  g.outputs = {2, 2};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("got node 2 twice")));
  g.outputs = {2};
  g.nodes[0].op = graph::Clamp{};
  EXPECT_THAT(graph::findings(g), Contains(HasSubstr("inputs: got 0, must be at least 1")));
  EXPECT_THAT(graph::findings(graph::Graph{}), Contains(HasSubstr("nodes: got 0")));
}

TEST(Verify, ShapesNamesAndActivations) {
  graph::Graph g = sound_graph();
  g.nodes[1].shape.width = 5;
  EXPECT_THAT(graph::findings(g), Contains(HasSubstr("shape: got 4 x 5 x 4, must be 4 x 4 x 4")));
  g = sound_graph();
  g.nodes[1].name.clear();
  EXPECT_THAT(graph::findings(g),
              ElementsAre(HasSubstr("name of node 1: got '', must be not empty")));
  g = sound_graph();
  g.nodes[1].activation = {1, 0};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("must be low <= high")));
  g.nodes[1].activation = {std::nan(""), 0};
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("must be low <= high")));
}

TEST(Verify, BatchNormAndKinds) {
  graph::Graph g = sound_graph();
  norm_of(g).variance[3] = -1;
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("variance + epsilon of channel 3")));
  g = sound_graph();
  norm_of(g).gamma.clear();
  EXPECT_THAT(graph::findings(g), ElementsAre(HasSubstr("gamma: got 0 values, must be 4")));
  g = sound_graph();
  conv_of(g).kind = graph::ConvKind::depthwise_conv;
  EXPECT_THAT(graph::findings(g),
              ElementsAre(HasSubstr("groups: got 1, must be the input channels")));
  g = sound_graph();
  conv_of(g).window.kernel_h = std::int64_t{1} << 40;
  EXPECT_THAT(graph::findings(g), Contains(HasSubstr("fields: got an extent out of range")));
}

}  // namespace
}  // namespace npusim
