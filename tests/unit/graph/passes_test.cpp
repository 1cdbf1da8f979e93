// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "frontend/graph/verify.h"
#include "tests/unit/graph/graph_helpers.h"

namespace npusim {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pointwise;

constexpr graph::Activation kRelu{0.0, std::numeric_limits<double>::infinity()};
constexpr graph::Activation kRelu6{0.0, 6.0};

std::vector<std::string> kinds(const graph::Graph& g) {
  std::vector<std::string> names;
  for (const graph::Node& node : g.nodes) names.push_back(graph::kind_name(node.op));
  return names;
}

// The pass keeps the graph sound and its values (folding rounds to float once); gives its result.
graph::Graph check_pass(graph::Graph (*pass)(graph::Graph), const graph::Graph& before,
                        double tolerance = 0) {
  EXPECT_THAT(graph::findings(before), IsEmpty());
  graph::Graph after = pass(before);
  EXPECT_THAT(graph::findings(after), IsEmpty());
  const auto input = test::random_input(before);
  EXPECT_THAT(test::first_output(after, input),
              Pointwise(DoubleNear(tolerance), test::first_output(before, input)));
  return after;
}

TEST(FoldBatchNorm, IntoConvIsRoundedOnceFromDouble) {
  test::GraphWriter writer({5, 5, 3});
  const graph::Conv conv = test::random_conv(3, 4, 2);
  const graph::BatchNorm norm = test::random_batch_norm(4);
  const auto c = writer.add("conv", conv, {0});
  const auto n = writer.add("norm", norm, {c}, kRelu6);
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({n}), 1e-5);

  ASSERT_THAT(kinds(after), ElementsAre("input", "conv"));
  EXPECT_EQ(after.nodes[1].name, "conv");
  EXPECT_EQ(after.nodes[1].activation.high, 6.0);
  const auto& folded = std::get<graph::Conv>(after.nodes[1].op);
  for (std::size_t o = 0; o < 4; ++o) {
    const double a = static_cast<double>(norm.gamma[o]) /
                     std::sqrt(static_cast<double>(norm.variance[o]) + norm.epsilon);
    const double bias = static_cast<double>(norm.beta[o]) -
                        (static_cast<double>(norm.mean[o]) - static_cast<double>(conv.bias[o])) * a;
    EXPECT_EQ(folded.bias[o], static_cast<float>(bias));
    for (std::size_t k = 12 * o; k < 12 * (o + 1); ++k) {
      EXPECT_EQ(folded.weights_ohwi[k],
                static_cast<float>(static_cast<double>(conv.weights_ohwi[k]) * a));
    }
  }
}

TEST(FoldBatchNorm, IntoGemmAndDepthwise) {
  test::GraphWriter writer({3, 3, 4});
  const auto dw = writer.add("dw", test::random_conv(4, 4, 3, 4), {0});
  const auto n1 = writer.add("n1", test::random_batch_norm(4), {dw});
  graph::Conv gemm = test::random_conv(4, 6, 1);
  gemm.kind = graph::ConvKind::gemm;
  const auto fc = writer.add("fc", gemm, {n1});
  const auto n2 = writer.add("n2", test::random_batch_norm(6), {fc});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({n2}), 1e-4);
  EXPECT_THAT(kinds(after), ElementsAre("input", "depthwise_conv", "gemm"));
}

TEST(FoldBatchNorm, TwoInARowBothGoIntoTheConv) {
  test::GraphWriter writer({3, 3, 4});
  const auto conv = writer.add("conv", test::random_conv(4, 5, 1), {0});
  const auto n1 = writer.add("n1", test::random_batch_norm(5), {conv});
  const auto n2 = writer.add("n2", test::random_batch_norm(5), {n1});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({n2}), 1e-3);
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv"));
}

TEST(FoldBatchNorm, WithoutAConvOfItsOwnBecomesDepthwise) {
  test::GraphWriter writer({3, 3, 4});
  const auto first = writer.add("first", test::random_batch_norm(4), {0}, kRelu);
  const auto conv = writer.add("conv", test::random_conv(4, 4, 1), {first}, kRelu);
  graph::Conv padded = test::random_conv(4, 4, 1);
  padded.window.pad_left = 1;
  const auto before_pads = writer.add("before_pads", test::random_batch_norm(4), {conv});
  const auto shared = writer.add("shared", padded, {before_pads});
  const auto reader = writer.add("reader", test::random_batch_norm(4), {shared});
  const auto sum = writer.add("sum", graph::Add{}, {shared, reader});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({sum}), 1e-3);
  EXPECT_THAT(kinds(after), ElementsAre("input", "depthwise_conv", "conv", "depthwise_conv", "conv",
                                        "depthwise_conv", "add"));
  EXPECT_EQ(after.nodes[1].name, "first");
}

TEST(FoldBatchNorm, ForwardIntoTheConvThatReadsIt) {
  test::GraphWriter writer({3, 3, 4});
  const auto mean = writer.add("mean", test::random_batch_norm(4), {0});
  const auto deviation = writer.add("deviation", test::random_batch_norm(4), {mean});
  const auto conv = writer.add("conv", test::random_conv(4, 6, 2, 2), {deviation}, kRelu);
  graph::BatchNorm scale_only = test::random_batch_norm(6);
  scale_only.beta.assign(6, 0.0F);
  scale_only.mean.assign(6, 0.0F);
  const auto scale = writer.add("scale", scale_only, {conv});
  graph::Conv padded = test::random_conv(6, 2, 3);
  padded.window.pad_top = padded.window.pad_left = 1;
  const auto second = writer.add("second", padded, {scale}, kRelu);
  const auto norm = writer.add("norm", test::random_batch_norm(2), {second});
  graph::Conv gemm = test::random_conv(2, 5, 1);
  gemm.in_channels = 2;
  gemm.kind = graph::ConvKind::gemm;
  const auto fc = writer.add("fc", gemm, {norm});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({fc}), 1e-3);
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv", "conv", "gemm"));
}

// The channels of a flattened map repeat at each position.
TEST(FoldBatchNorm, ForwardIntoAGemmOfAMap) {
  test::GraphWriter writer({2, 3, 4});
  const auto norm = writer.add("norm", test::random_batch_norm(4), {0});
  graph::Conv gemm = test::random_conv(24, 5, 1);
  gemm.kind = graph::ConvKind::gemm;
  const auto fc = writer.add("fc", gemm, {norm});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({fc}), 1e-4);
  EXPECT_THAT(kinds(after), ElementsAre("input", "gemm"));
}

TEST(FoldBatchNorm, OneThatChangesNothingVanishes) {
  test::GraphWriter writer({3, 3, 2});
  const auto pool = writer.add("pool", test::square_pool(graph::PoolKind::max, 2, 1), {0});
  const graph::BatchNorm six{{6, 6}, {0, 0}, {0, 0}, {1, 1}, 0};
  const graph::BatchNorm sixth{{1.0F / 6, 1.0F / 6}, {0, 0}, {0, 0}, {1, 1}, 0};
  const auto by = writer.add("by", six, {pool});
  const auto back = writer.add("back", sixth, {by});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({back}), 1e-6);
  EXPECT_THAT(kinds(after), ElementsAre("input", "pool"));
}

TEST(FoldBatchNorm, AnOutputKeepsItsRawResult) {
  test::GraphWriter writer({3, 3, 4});
  const auto conv = writer.add("conv", test::random_conv(4, 4, 1), {0});
  const auto norm = writer.add("norm", test::random_batch_norm(4), {conv});
  const graph::Graph after = check_pass(graph::fold_batch_norm, writer.finish({conv, norm}));
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv", "depthwise_conv"));
}

TEST(FoldBatchNorm, OverflowIsARefusal) {
  test::GraphWriter writer({1, 1, 1});
  graph::BatchNorm norm{{3e38F}, {0}, {0}, {1e-4F}, 0.0};
  const auto n = writer.add("wild", norm, {0});
  const graph::Graph g = writer.finish({n});
  EXPECT_THAT(test::refusals([&] { graph::fold_batch_norm(g); }),
              ElementsAre(HasSubstr("node 'wild' (batch_norm): folded weight of channel 0")));
}

graph::Conv picking(std::int64_t in, const std::vector<std::int64_t>& channels) {
  graph::Conv conv = test::random_conv(in, static_cast<std::int64_t>(channels.size()), 1);
  std::fill(conv.bias.begin(), conv.bias.end(), 0.0F);
  std::fill(conv.weights_ohwi.begin(), conv.weights_ohwi.end(), 0.0F);
  for (std::size_t o = 0; o < channels.size(); ++o) {
    conv.weights_ohwi[o * static_cast<std::size_t>(in) + static_cast<std::size_t>(channels[o])] = 1;
  }
  conv.kind = graph::ConvKind::conv;
  return conv;
}

TEST(FuseChannelPicks, IntoTheConvsThatReadThem) {
  test::GraphWriter writer({3, 3, 6});
  const auto shuffled = writer.add("shuffled", picking(6, {0, 3, 1, 4, 2, 5}), {0});
  const auto half = writer.add("half", picking(6, {3, 4, 5}), {shuffled});
  const auto pointwise = writer.add("pointwise", test::random_conv(3, 4, 1), {half});
  const auto wide = writer.add("wide", test::random_conv(6, 4, 3), {shuffled});
  const auto pool = writer.add("pool", test::square_pool(graph::PoolKind::max, 3, 1), {pointwise});
  const auto sum = writer.add("sum", graph::Add{}, {pool, wide});
  const graph::Graph after = check_pass(graph::fuse_channel_picks, writer.finish({sum}), 1e-12);
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv", "conv", "pool", "add"));
}

TEST(FuseChannelPicks, NotWhereMoreWouldBeMultiplied) {
  test::GraphWriter writer({3, 3, 6});
  const auto one = writer.add("one", picking(6, {4}), {0});
  const auto wide = writer.add("wide", test::random_conv(1, 4, 3), {one});
  // A weight other than 1 is a scale: no picking.
  graph::Conv scaled = picking(6, {0, 1, 2, 3, 4, 5});
  scaled.weights_ohwi[0] = 2;
  const auto other = writer.add("other", scaled, {0});
  const auto reader = writer.add("reader", test::random_conv(6, 4, 3), {other});
  const auto sum = writer.add("sum", graph::Add{}, {wide, reader});
  const graph::Graph after = check_pass(graph::fuse_channel_picks, writer.finish({sum}), 1e-12);
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv", "conv", "conv", "conv", "add"));
}

TEST(FuseActivations, IntoTheOnlyProducer) {
  test::GraphWriter writer({4, 4, 3});
  const auto conv = writer.add("conv", test::random_conv(3, 3, 1), {0});
  const auto relu = writer.add("relu", graph::Clamp{}, {conv}, kRelu);
  const auto clip = writer.add("clip", graph::Clamp{}, {relu}, {-1.0, 0.25});
  const auto pool = writer.add("pool", test::square_pool(graph::PoolKind::max, 2, 2), {clip});
  const auto after_pool = writer.add("after_pool", graph::Clamp{}, {pool}, {0.1, 0.2});
  const graph::Graph after = check_pass(graph::fuse_activations, writer.finish({after_pool}));
  ASSERT_THAT(kinds(after), ElementsAre("input", "conv", "pool"));
  EXPECT_EQ(after.nodes[1].activation.low, 0.0);
  EXPECT_EQ(after.nodes[1].activation.high, 0.25);
  EXPECT_EQ(after.nodes[2].activation.low, 0.1);
}

TEST(FuseActivations, DisjointLimitsGiveAConstant) {
  test::GraphWriter writer({4, 4, 3});
  const auto conv = writer.add("conv", test::random_conv(3, 3, 1), {0}, kRelu);
  const auto clip = writer.add("clip", graph::Clamp{}, {conv}, {-2.0, -1.0});
  const graph::Graph after = check_pass(graph::fuse_activations, writer.finish({clip}));
  EXPECT_EQ(after.nodes[1].activation.low, -1.0);
  EXPECT_EQ(after.nodes[1].activation.high, -1.0);
}

TEST(FuseActivations, OnInputAndSharedProducersBecomesAPoolOfOneCell) {
  test::GraphWriter writer({4, 4, 3});
  const auto on_input = writer.add("on_input", graph::Clamp{}, {0}, kRelu);
  const auto conv = writer.add("conv", test::random_conv(3, 3, 1), {on_input});
  const auto relu = writer.add("relu", graph::Clamp{}, {conv}, kRelu);
  const auto sum = writer.add("sum", graph::Add{}, {conv, relu});
  const graph::Graph after = check_pass(graph::fuse_activations, writer.finish({sum}));
  EXPECT_THAT(kinds(after), ElementsAre("input", "pool", "conv", "pool", "add"));
  EXPECT_TRUE(after.nodes[0].activation.is_identity());
}

TEST(FuseActivations, WithoutLimitsVanishes) {
  test::GraphWriter writer({4, 4, 3});
  const auto conv = writer.add("conv", test::random_conv(3, 3, 1), {0});
  const auto nothing = writer.add("nothing", graph::Clamp{}, {conv});
  const auto relu = writer.add("relu", graph::Clamp{}, {nothing}, kRelu);
  const auto sum = writer.add("sum", graph::Add{}, {nothing, relu});
  const graph::Graph after = check_pass(graph::fuse_activations, writer.finish({nothing, sum}));
  EXPECT_THAT(kinds(after), ElementsAre("input", "conv", "pool", "add"));
  EXPECT_THAT(after.outputs, ElementsAre(1, 3));
}

TEST(FusePads, IntoConvAlsoThroughAChain) {
  test::GraphWriter writer({4, 4, 3});
  const auto p1 = writer.add("p1", graph::Pad{1, 0, 2, 0, 0}, {0});
  const auto p2 = writer.add("p2", graph::Pad{0, 3, 0, 1, 0}, {p1});
  graph::Conv conv = test::random_conv(3, 2, 3);
  conv.window.pad_left = 1;
  const auto c = writer.add("conv", conv, {p2});
  const graph::Graph after = check_pass(graph::fuse_pads, writer.finish({c}));
  ASSERT_THAT(kinds(after), ElementsAre("input", "conv"));
  const auto& w = std::get<graph::Conv>(after.nodes[1].op).window;
  EXPECT_THAT((std::vector<std::int64_t>{w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}),
              ElementsAre(1, 4, 2, 1));
}

TEST(FusePads, IntoAveragePoolOnlyWherePaddingCounts) {
  for (const bool counts : {false, true}) {
    for (const std::int64_t own_pad : {0, 1}) {
      test::GraphWriter writer({5, 5, 2});
      const auto pad = writer.add("pad", graph::Pad{1, 1, 0, 1, 0}, {0});
      graph::Pool pool = test::square_pool(graph::PoolKind::average, 3, 1);
      pool.count_include_pad = counts;
      pool.window.pad_top = own_pad;
      const auto p = writer.add("pool", pool, {pad});
      const graph::Graph after = check_pass(graph::fuse_pads, writer.finish({p}), 1e-15);
      if (counts || own_pad == 0) {
        EXPECT_THAT(kinds(after), ElementsAre("input", "pool"));
        EXPECT_TRUE(std::get<graph::Pool>(after.nodes[1].op).count_include_pad);
      } else {
        EXPECT_THAT(kinds(after), ElementsAre("input", "depthwise_conv", "pool"));
      }
    }
  }
}

TEST(FusePads, IntoMaxPoolWhereNoPaddedCellCanWin) {
  const auto padded_max = [](const graph::Activation& activation, double value, std::int64_t top) {
    test::GraphWriter writer({5, 5, 2});
    const auto conv = writer.add("conv", test::random_conv(2, 2, 1), {0}, activation);
    const auto pad = writer.add("pad", graph::Pad{top, 1, 1, 1, value}, {conv});
    return writer.finish(
        {writer.add("pool", test::square_pool(graph::PoolKind::max, 3, 2), {pad})});
  };
  const double minus_infinity = -std::numeric_limits<double>::infinity();
  EXPECT_THAT(kinds(check_pass(graph::fuse_pads, padded_max(kRelu, 0, 1))),
              ElementsAre("input", "conv", "pool"));
  EXPECT_THAT(kinds(check_pass(graph::fuse_pads, padded_max({}, minus_infinity, 1))),
              ElementsAre("input", "conv", "pool"));
  EXPECT_THAT(kinds(check_pass(graph::fuse_pads, padded_max({-1, 1}, -1.5, 1))),
              ElementsAre("input", "conv", "pool"));
  // A zero may win over negative values; and the first window may be padding only.
  EXPECT_THAT(kinds(check_pass(graph::fuse_pads, padded_max({}, 0, 1))),
              ElementsAre("input", "conv", "depthwise_conv", "pool"));
  EXPECT_THAT(kinds(check_pass(graph::fuse_pads, padded_max(kRelu, 0, 3))),
              ElementsAre("input", "conv", "depthwise_conv", "pool"));
}

TEST(FusePads, SharedPadGoesIntoEachReaderThatCanTakeIt) {
  test::GraphWriter writer({4, 4, 2});
  const auto pad = writer.add("pad", graph::Pad{1, 1, 1, 1, 0}, {0});
  const auto conv = writer.add("conv", test::random_conv(2, 2, 1), {pad});
  const auto sum = writer.add("sum", graph::Add{}, {pad, conv});
  const graph::Graph after = check_pass(graph::fuse_pads, writer.finish({sum}));
  EXPECT_THAT(kinds(after), ElementsAre("input", "depthwise_conv", "conv", "add"));
  EXPECT_THAT(after.nodes[2].inputs, ElementsAre(0));
}

TEST(FusePads, OtherValuesAreRefusedAllAtOnce) {
  test::GraphWriter writer({4, 4, 2});
  const auto p1 = writer.add("p1", graph::Pad{1, 1, 1, 1, 0.5}, {0});
  const auto conv = writer.add("conv", test::random_conv(2, 2, 1), {p1});
  const auto p2 = writer.add("p2", graph::Pad{1, 1, 1, 1, -1}, {conv});
  const auto pool = writer.add("pool", test::square_pool(graph::PoolKind::max, 3, 1), {p2});
  const graph::Graph g = writer.finish({pool});
  EXPECT_THAT(
      test::refusals([&] { graph::fuse_pads(g); }),
      ElementsAre(HasSubstr("node 'p1' (pad): value: got 0.5"), HasSubstr("node 'p2' (pad)")));
}

TEST(RemoveDeadNodes, KeepsTheInputAndOrder) {
  test::GraphWriter writer({4, 4, 2});
  const auto dead = writer.add("dead", test::random_conv(2, 2, 1), {0});
  writer.add("dead_too", graph::Clamp{}, {dead}, kRelu);
  const auto live = writer.add("live", test::random_conv(2, 3, 1), {0});
  const graph::Graph after = check_pass(graph::remove_dead_nodes, writer.finish({live}));
  ASSERT_EQ(after.nodes.size(), 2U);
  EXPECT_EQ(after.nodes[1].name, "live");
  EXPECT_THAT(after.outputs, ElementsAre(1));
}

TEST(Prepare, LeavesOnlyWhatTheQuantizerKnows) {
  test::GraphWriter writer({9, 9, 3});
  const auto scale = writer.add("scale", test::random_batch_norm(3), {0});
  const auto pad = writer.add("pad", graph::Pad{0, 0, 1, 1, 0}, {scale});
  graph::Conv conv = test::random_conv(3, 8, 3);
  conv.window.stride_h = conv.window.stride_w = 2;
  const auto c = writer.add("conv", conv, {pad});
  const auto norm = writer.add("norm", test::random_batch_norm(8), {c});
  const auto relu = writer.add("relu", graph::Clamp{}, {norm}, kRelu6);
  const auto pad2 = writer.add("pad2", graph::Pad{1, 1, 1, 1, 0}, {relu});
  const auto pool = writer.add("pool", test::square_pool(graph::PoolKind::max, 3, 1), {pad2});
  const auto clip = writer.add("clip", graph::Clamp{}, {pool}, {0.0, 0.5});
  const auto sum = writer.add("sum", graph::Add{}, {relu, clip});
  const graph::Graph after = check_pass(graph::prepare, writer.finish({sum}), 1e-4);
  EXPECT_THAT(kinds(after), ElementsAre("input", "depthwise_conv", "conv", "pool", "add"));
  EXPECT_EQ(after.nodes[2].activation.high, 6.0);
  EXPECT_EQ(after.nodes[3].activation.high, 0.5);
}

TEST(Prepare, RefusesAnUnsoundGraphAsInput) {
  graph::Graph g;
  EXPECT_THROW(graph::prepare(g), base::InputError);
}

}  // namespace
}  // namespace npusim
