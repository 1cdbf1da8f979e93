// SPDX-License-Identifier: Apache-2.0
// Equalized networks compute what they computed, with channels of one range on both sides.
#include "frontend/graph/equalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "frontend/graph/verify.h"
#include "tests/unit/graph/graph_helpers.h"

namespace npusim::graph {
namespace {

using test::GraphWriter;
using test::random_conv;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Activation kRelu = {0, kInfinity};
constexpr Activation kRelu6 = {0, 6};

/// Channels of very different ranges.
Conv spread(Conv conv) {
  const std::size_t row = conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
  for (std::size_t i = 0; i < conv.weights_ohwi.size(); ++i) {
    conv.weights_ohwi[i] = std::ldexp(conv.weights_ohwi[i], static_cast<int>(i / row % 5) * 2 - 3);
  }
  return conv;
}

const Conv& conv_of(const Graph& graph, NodeId id) { return std::get<Conv>(graph.node(id).op); }

double greatest(const std::vector<double>& values) {
  return *std::max_element(values.begin(), values.end());
}

/// The ranges of the weights that make channel c of a layer, and of those that read it.
double range_made(const Conv& conv, std::size_t c) {
  const std::size_t row = conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
  double range = 0;
  for (std::size_t k = 0; k < row; ++k) {
    range = std::max(range, double{std::fabs(conv.weights_ohwi[c * row + k])});
  }
  return range;
}

double range_read(const Conv& conv, std::size_t c) {
  if (conv.kind == ConvKind::depthwise_conv) return range_made(conv, c);
  double range = 0;
  for (std::size_t i = c; i < conv.weights_ohwi.size();
       i += static_cast<std::size_t>(conv.in_channels)) {
    range = std::max(range, double{std::fabs(conv.weights_ohwi[i])});
  }
  return range;
}

void expect_same_results(const Graph& before, const Graph& after) {
  const std::vector<double> input = test::random_input(before);
  const std::vector<double> wanted = test::first_output(before, input);
  const std::vector<double> got = test::first_output(after, input);
  ASSERT_EQ(wanted.size(), got.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], 1e-5 * (1 + greatest(wanted))) << i;
  }
}

Graph chain() {
  GraphWriter writer({6, 6, 3});
  const NodeId first = writer.add("first", spread(random_conv(3, 8, 3)), {0}, kRelu6);
  const NodeId dw = writer.add("dw", spread(random_conv(8, 8, 3, 8)), {first}, kRelu6);
  const NodeId last = writer.add("last", spread(random_conv(8, 4, 1)), {dw}, kRelu);
  return writer.finish({last});
}

TEST(EqualizeTest, RangesOfMakersAndReadersBecomeEqual) {
  const Graph before = chain();
  const Equalization result = equalize(before);
  EXPECT_EQ(result.tensors, 2);
  EXPECT_LT(result.sweeps, 100);
  EXPECT_EQ(findings(result.graph), std::vector<std::string>{});
  for (NodeId id = 1; id <= 2; ++id) {
    for (std::size_t c = 0; c < 8; ++c) {
      const double made = range_made(conv_of(result.graph, id), c);
      EXPECT_NEAR(made / range_read(conv_of(result.graph, id + 1), c), 1, 0x1p-8) << id << ' ' << c;
    }
  }
  expect_same_results(before, result.graph);
}

TEST(EqualizeTest, ClampsGoAlong) {
  const Graph before = chain();
  const Graph after = equalize(before).graph;
  const std::vector<Activation>& caps = after.node(1).channel_activations;
  ASSERT_EQ(caps.size(), 8U);
  for (std::size_t c = 0; c < caps.size(); ++c) {
    const double divisor = range_made(conv_of(before, 1), c) / range_made(conv_of(after, 1), c);
    EXPECT_EQ(caps[c].low, 0);
    EXPECT_NEAR(caps[c].high, 6 / divisor, 1e-5 / divisor) << c;
    EXPECT_LE(caps[c].high, after.node(1).activation.high);
  }
  // The network's output is nobody's input: it stays, and so does its clamp.
  EXPECT_TRUE(after.node(3).channel_activations.empty());
  EXPECT_EQ(after.node(3).activation.high, kInfinity);
}

TEST(EqualizeTest, DeadChannelsAreLeftAlone) {
  GraphWriter writer({4, 4, 2});
  Conv maker = spread(random_conv(2, 4, 1));
  Conv reader = spread(random_conv(4, 3, 1));
  maker.weights_ohwi[2] = maker.weights_ohwi[3] = 0;                   // nothing makes channel 1
  for (std::size_t o = 0; o < 3; ++o) reader.weights_ohwi[4 * o] = 0;  // nothing reads channel 0
  const NodeId first = writer.add("first", maker, {0}, kRelu6);
  const Graph before = writer.finish({writer.add("last", reader, {first})});
  const Graph after = equalize(before).graph;
  EXPECT_EQ(after.node(1).channel_activations[0].high, 6);
  EXPECT_EQ(after.node(1).channel_activations[1].high, 6);
  EXPECT_NE(after.node(1).channel_activations[2].high, 6);
  EXPECT_EQ(conv_of(after, 1).weights_ohwi[0], maker.weights_ohwi[0]);
  EXPECT_EQ(conv_of(after, 1).bias[1], maker.bias[1]);
  expect_same_results(before, after);
}

TEST(EqualizeTest, PoolingAndLeakyReluLieInBetween) {
  GraphWriter writer({8, 8, 2});
  const NodeId first = writer.add("first", spread(random_conv(2, 5, 3)), {0});
  const NodeId leaky = writer.add("leaky", Lookup{Function::leaky_relu, 0.25, 0}, {first});
  const NodeId pool = writer.add("pool", test::square_pool(PoolKind::average, 2, 2), {leaky});
  Conv gemm = spread(random_conv(3 * 3 * 5, 4, 1));
  gemm.kind = ConvKind::gemm;
  const Graph before = writer.finish({writer.add("gemm", gemm, {pool})});
  const Equalization result = equalize(before);
  EXPECT_EQ(result.tensors, 1);
  EXPECT_NE(conv_of(result.graph, 4).weights_ohwi, gemm.weights_ohwi);
  expect_same_results(before, result.graph);
}

TEST(EqualizeTest, GroupsKeepTheirChannels) {
  GraphWriter writer({5, 5, 4});
  const NodeId first = writer.add("first", spread(random_conv(4, 6, 1, 2)), {0}, kRelu);
  const Graph before =
      writer.finish({writer.add("last", spread(random_conv(6, 9, 3, 3)), {first})});
  const Equalization result = equalize(before);
  EXPECT_EQ(result.tensors, 1);
  EXPECT_TRUE(result.graph.node(1).channel_activations.empty());  // a ReLU
  expect_same_results(before, result.graph);
}

// Outputs, tensors with two readers, and what is not homogeneous stand between no two layers.
TEST(EqualizeTest, TensorsThatOthersSeeStay) {
  GraphWriter writer({4, 4, 3});
  const NodeId a = writer.add("a", spread(random_conv(3, 3, 1)), {0});
  const NodeId b = writer.add("b", spread(random_conv(3, 3, 1)), {a});
  const NodeId c = writer.add("c", spread(random_conv(3, 3, 1)), {a});
  const NodeId sum = writer.add("sum", Add{}, {b, c});
  const NodeId d = writer.add("d", spread(random_conv(3, 3, 1)), {sum});
  const NodeId gate = writer.add("gate", Lookup{Function::sigmoid, 0, 0}, {d});
  const NodeId e = writer.add("e", spread(random_conv(3, 3, 1)), {gate});
  const NodeId f = writer.add("f", spread(random_conv(3, 3, 1)), {e});
  const Equalization result = equalize(writer.finish({e, f}));
  EXPECT_EQ(result.tensors, 0);
  EXPECT_EQ(result.sweeps, 0);
  EXPECT_EQ(conv_of(result.graph, a).weights_ohwi, spread(random_conv(3, 3, 1)).weights_ohwi);
}

TEST(EqualizeTest, Refusals) {
  Graph given = chain();
  given.nodes[2].given = TensorQuantization{0.5, 0};
  EXPECT_THAT(test::refusals([&] { equalize(given); }),
              ElementsAre(HasSubstr("quantization.equalization: got true, must be false: the "
                                    "model brings scales of its own, which fit its channels as "
                                    "they are (layer 'dw')")));
  Graph huge = chain();
  auto& first = std::get<Conv>(huge.nodes[1].op);
  for (std::size_t k = 0; k < 27; ++k) first.weights_ohwi[k] = 1e-4F;
  first.bias[0] = 3e38F;
  EXPECT_THAT(test::refusals([&] { equalize(huge); }),
              ElementsAre(HasSubstr("layer 'first', channel 0: equalized bias: got ")));
}

}  // namespace
}  // namespace npusim::graph
