// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/graph/quantized_graph.h"
#include "tests/unit/graph/graph_helpers.h"

namespace npusim {
namespace {

using graph::Shape;
using testing::ElementsAre;
using testing::HasSubstr;

Shape shape_of(graph::Operator op, const std::vector<Shape>& inputs) {
  return graph::infer_shape(graph::Node{"n", std::move(op), {}, {}, {}}, inputs);
}

std::string refusal_of(graph::Operator op, const std::vector<Shape>& inputs) {
  const auto messages = test::refusals([&] { shape_of(std::move(op), inputs); });
  return messages.size() == 1 ? messages.front() : std::to_string(messages.size()) + " messages";
}

TEST(InferShape, ConvWithStrideDilationAndAsymmetricPads) {
  graph::Conv conv = test::random_conv(3, 8, 3);
  EXPECT_EQ(shape_of(conv, {{10, 12, 3}}), (Shape{8, 10, 8}));
  conv.window.stride_h = 2;
  conv.window.dilation_w = 2;
  conv.window.pad_bottom = 1;
  conv.window.pad_left = 3;
  // Height (10 + 1 - 3) / 2 + 1; width (12 + 3 - 5) / 1 + 1.
  EXPECT_EQ(shape_of(conv, {{10, 12, 3}}), (Shape{5, 11, 8}));
}

TEST(InferShape, GemmTakesAnyMapWithThatManyElements) {
  graph::Conv gemm = test::random_conv(24, 5, 1);
  gemm.kind = graph::ConvKind::gemm;
  EXPECT_EQ(shape_of(gemm, {{2, 3, 4}}), (Shape{1, 1, 5}));
  EXPECT_THAT(refusal_of(gemm, {{2, 3, 5}}), HasSubstr("input channels: got 24, must be 30"));
}

TEST(InferShape, ElementwiseAndConcat) {
  EXPECT_EQ(shape_of(graph::Add{}, {{2, 3, 4}, {2, 3, 4}}), (Shape{2, 3, 4}));
  EXPECT_EQ(shape_of(graph::Mul{}, {{2, 3, 4}, {1, 1, 4}}), (Shape{2, 3, 4}));
  EXPECT_EQ(shape_of(graph::Concat{}, {{2, 3, 4}, {2, 3, 1}, {2, 3, 2}}), (Shape{2, 3, 7}));
  EXPECT_THAT(refusal_of(graph::Add{}, {{2, 3, 4}, {1, 1, 4}}),
              "node 'n' (add): second input: got 1 x 1 x 4, must be 2 x 3 x 4 as the first");
  EXPECT_THAT(refusal_of(graph::Mul{}, {{2, 3, 4}, {1, 1, 1}}), HasSubstr("must be 2 x 3 x 4"));
  EXPECT_THAT(refusal_of(graph::Concat{}, {{2, 3, 4}, {3, 3, 4}}), HasSubstr("got 3 x 3 x 4"));
  EXPECT_THAT(refusal_of(graph::Concat{}, {}), HasSubstr("inputs: got 0, must be at least 1"));
  EXPECT_THAT(refusal_of(graph::Add{}, {{2, 3, 4}}), HasSubstr("inputs: got 1, must be 2"));
}

TEST(InferShape, PadAndPool) {
  EXPECT_EQ(shape_of(graph::Pad{1, 2, 3, 4, 0}, {{5, 5, 2}}), (Shape{9, 11, 2}));
  EXPECT_EQ(shape_of(test::square_pool(graph::PoolKind::max, 3, 2), {{9, 7, 2}}), (Shape{4, 3, 2}));
}

TEST(InferShape, EveryWindowOfAPoolHoldsARealCell) {
  graph::Pool pool = test::square_pool(graph::PoolKind::average, 2, 1);
  pool.window.pad_top = 1;
  EXPECT_EQ(shape_of(pool, {{4, 4, 1}}), (Shape{4, 3, 1}));
  pool.window.pad_top = 2;  // the first window is rows -2 and -1
  EXPECT_THAT(refusal_of(pool, {{4, 4, 1}}), HasSubstr("a window that lies in the padding only"));
  pool.window.pad_top = 0;
  pool.window.pad_right = 1;  // the last window is columns 3 and 4
  EXPECT_EQ(shape_of(pool, {{4, 4, 1}}), (Shape{3, 4, 1}));
  pool.window.pad_right = 2;
  EXPECT_THAT(refusal_of(pool, {{4, 4, 1}}), HasSubstr("a window that lies in the padding only"));
}

TEST(InferShape, RefusesWindowsThatDoNotFit) {
  graph::Conv conv = test::random_conv(1, 1, 3);
  EXPECT_THAT(refusal_of(conv, {{2, 9, 1}}),
              "node 'n' (depthwise_conv): dilated kernel height: got 3, must be at most the padded "
              "input's 2");
  conv.window.stride_w = 0;
  EXPECT_THAT(refusal_of(conv, {{9, 9, 1}}),
              HasSubstr("stride over width: got 0, must be in [1, "));
  conv.window.stride_w = 1;
  conv.window.pad_left = -1;
  EXPECT_THAT(refusal_of(conv, {{9, 9, 1}}),
              HasSubstr("pad before width: got -1, must be in [0, "));
  graph::Conv grouped = test::random_conv(6, 4, 1, 2);
  EXPECT_EQ(shape_of(grouped, {{1, 1, 6}}), (Shape{1, 1, 4}));
  grouped.groups = 3;
  EXPECT_THAT(refusal_of(grouped, {{1, 1, 6}}), HasSubstr("groups: got 3, must be a divisor"));
}

TEST(InferShape, LimitsAreRefusalsAndNotOverflows) {
  graph::Node input{"in", graph::Input{}, {}, {std::int64_t{1} << 40, 1, 3}, {}};
  EXPECT_THAT(test::refusals([&] { graph::infer_shape(input, {}); }),
              ElementsAre(HasSubstr("height: got 1099511627776, must be in [1, 1048576]")));
  input.shape = {1 << 20, 1 << 20, 1 << 20};
  EXPECT_THAT(test::refusals([&] { graph::infer_shape(input, {}); }),
              ElementsAre(HasSubstr("must be at most 268435456 elements")));
}

TEST(Macs, AreMultiplicationsOfTheConvolutions) {
  test::GraphWriter writer({8, 8, 4});
  const auto conv = writer.add("conv", test::random_conv(4, 6, 3), {0});  // 6 x 6 x 6, 36 each
  const auto depthwise = writer.add("dw", test::random_conv(6, 6, 3, 6), {conv});  // 4 x 4 x 6, 9
  graph::Conv gemm = test::random_conv(96, 10, 1);
  gemm.kind = graph::ConvKind::gemm;
  const auto fc = writer.add("fc", gemm, {depthwise});
  const graph::Graph g = writer.finish({fc});
  EXPECT_EQ(graph::macs(g, g.node(0)), 0);
  EXPECT_EQ(graph::macs(g, g.node(conv)), 6 * 6 * 6 * 36);
  EXPECT_EQ(graph::macs(g, g.node(depthwise)), 4 * 4 * 6 * 9);
  EXPECT_EQ(graph::macs(g, g.node(fc)), 960);
  EXPECT_EQ(graph::kind_name(g.node(conv).op), "conv");
  EXPECT_EQ(graph::kind_name(g.node(depthwise).op), "depthwise_conv");
  EXPECT_EQ(graph::kind_name(g.node(fc).op), "gemm");
}

TEST(QuantizedForm, HasTheSameKindsShapesAndMacs) {
  graph::QuantizedConv conv;
  conv.kind = graph::ConvKind::depthwise_conv;
  conv.window.kernel_h = 3;
  conv.groups = conv.in_channels = conv.out_channels = 4;
  graph::QuantizedNode node{"q", conv, {0}, {}, {}, {}};
  node.shape = graph::infer_shape(node, {{5, 2, 4}});
  EXPECT_EQ(node.shape, (Shape{3, 2, 4}));
  EXPECT_EQ(graph::macs(graph::QuantizedGraph{}, node), 3 * 2 * 4 * 3);
  EXPECT_EQ(graph::kind_name(node.op), "depthwise_conv");
  EXPECT_EQ(graph::kind_name(graph::QuantizedOperator{graph::QuantizedLookup{}}), "lookup");
  node.op = graph::QuantizedAdd{};
  EXPECT_THAT(test::refusals([&] {
                graph::infer_shape(node, {{1, 1, 2}, {1, 1, 3}});
              }),
              ElementsAre(HasSubstr("node 'q' (add): second input")));
}

}  // namespace
}  // namespace npusim
