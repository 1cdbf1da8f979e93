// SPDX-License-Identifier: Apache-2.0
// What each operator becomes. Values of most are compared in node_vectors_test.cpp as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/import/import_helpers.h"
#include "tests/unit/import/operators_document.h"

namespace npusim {
namespace {

using graph::Shape;
using test::Dims;
using test::import_built;
using test::kinds;
using test::layer;
using test::one_node;
using test::OnnxBuilder;
using test::random_floats;
using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

OnnxBuilder conv_model(const Dims& input, const Dims& weights,
                       const std::vector<test::OnnxAttribute>& attributes = {}) {
  OnnxBuilder model;
  std::size_t count = 1;
  for (const std::int64_t dim : weights) count *= static_cast<std::size_t>(dim);
  model.input("x", input).floats("w", weights, random_floats(count, 1));
  model.node("Conv", {"x", "w"}, {"y"}, attributes, "conv").output("y");
  return model;
}

TEST(ImportConv, WeightsAreReorderedAndAttributesKept) {
  auto model = conv_model({1, 3, 8, 9}, {4, 3, 2, 3},
                          {{"strides", {2, 1}}, {"dilations", {1, 2}}, {"pads", {0, 1, 2, 3}}});
  const graph::Graph g = import_built(model);
  ASSERT_THAT(kinds(g), ElementsAre("input", "conv"));
  EXPECT_EQ(g.nodes[0].shape, (Shape{8, 9, 3}));
  EXPECT_EQ(g.nodes[1].shape, (Shape{5, 9, 4}));
  EXPECT_EQ(g.nodes[1].name, "conv");
  const auto& conv = layer<graph::Conv>(g, 1);
  EXPECT_THAT(test::pads(conv.window), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(conv.window.stride_h, 2);
  EXPECT_EQ(conv.window.dilation_w, 2);
  EXPECT_THAT(conv.bias, ElementsAre(0, 0, 0, 0));
  const auto onnx_weights = random_floats(72, 1);
  for (std::size_t o = 0; o < 4; ++o) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t p = 0; p < 6; ++p) {
        EXPECT_EQ(conv.weights_ohwi[(o * 6 + p) * 3 + i], onnx_weights[(o * 3 + i) * 6 + p]);
      }
    }
  }
}

TEST(ImportConv, KindsByGroups) {
  EXPECT_THAT(kinds(import_built(conv_model({1, 4, 5, 5}, {4, 1, 3, 3}, {{"group", 4}}))),
              ElementsAre("input", "depthwise_conv"));
  // Two outputs per input channel are a grouped convolution.
  const graph::Graph g = import_built(conv_model({1, 4, 5, 5}, {8, 1, 3, 3}, {{"group", 4}}));
  EXPECT_THAT(kinds(g), ElementsAre("input", "conv"));
  EXPECT_EQ(layer<graph::Conv>(g, 1).groups, 4);
}

TEST(ImportConv, AutoPad) {
  const auto pads_of = [](const char* mode) {
    const graph::Graph g = import_built(
        conv_model({1, 1, 6, 5}, {1, 1, 3, 3}, {{"auto_pad", mode}, {"strides", {2, 2}}}));
    return test::pads(layer<graph::Conv>(g, 1).window);
  };
  // Height: 3 outputs need 2 * 2 + 3 - 6 = 1 pad; width: 3 outputs need 2 * 2 + 3 - 5 = 2.
  EXPECT_THAT(pads_of("SAME_UPPER"), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(pads_of("SAME_LOWER"), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(pads_of("VALID"), ElementsAre(0, 0, 0, 0));
}

TEST(ImportConv, SymbolicBatchIsOne) {
  EXPECT_EQ(import_built(conv_model({-1, 3, 4, 4}, {2, 3, 1, 1})).nodes[1].shape, (Shape{4, 4, 2}));
}

TEST(ImportPools, WindowsAndGlobalPools) {
  graph::Graph g = import_built(
      one_node("MaxPool", {1, 2, 9, 9},
               {{"kernel_shape", {3, 2}}, {"strides", {2, 1}}, {"pads", {1, 0, 0, 1}}}));
  EXPECT_EQ(g.nodes[1].shape, (Shape{4, 9, 2}));
  EXPECT_EQ(layer<graph::Pool>(g, 1).kind, graph::PoolKind::max);
  g = import_built(
      one_node("AveragePool", {1, 2, 4, 4},
               {{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}, {"count_include_pad", 1}}));
  EXPECT_TRUE(layer<graph::Pool>(g, 1).count_include_pad);
  g = import_built(one_node("GlobalAveragePool", {1, 2, 4, 3}));
  EXPECT_EQ(layer<graph::Pool>(g, 1).kind, graph::PoolKind::average);
  EXPECT_EQ(layer<graph::Pool>(g, 1).window.kernel_h, 4);
  EXPECT_EQ(g.nodes[1].shape, (Shape{1, 1, 2}));
  g = import_built(one_node("GlobalMaxPool", {1, 2, 4, 3}));
  EXPECT_EQ(layer<graph::Pool>(g, 1).kind, graph::PoolKind::max);
}

TEST(ImportPools, CeilModeWidensBelowAndRight) {
  const graph::Graph g =
      import_built(one_node("AveragePool", {1, 1, 6, 7},
                            {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", 1}}));
  EXPECT_THAT(test::pads(layer<graph::Pool>(g, 1).window), ElementsAre(0, 0, 1, 0));
  EXPECT_EQ(g.nodes[1].shape, (Shape{3, 3, 1}));
}

TEST(ImportGemm, BehindFlattenReadsHeightWidthChannel) {
  OnnxBuilder model;
  const auto weights = random_floats(3 * 8, 2);
  const auto bias = random_floats(3, 3);
  model.input("x", {1, 2, 2, 2}).floats("b", {3, 8}, weights).floats("c", {3}, bias);
  model.node("Flatten", {"x"}, {"f"});
  model.node("Gemm", {"f", "b", "c"}, {"y"}, {{"transB", 1}, {"alpha", 0.5F}, {"beta", 2.0F}},
             "fc");
  model.output("y");
  const graph::Graph g = import_built(model);
  ASSERT_THAT(kinds(g), ElementsAre("input", "gemm"));
  EXPECT_EQ(g.nodes[1].shape, (Shape{1, 1, 3}));

  const auto chw = random_floats(8, 4);
  std::vector<double> hwc(8);
  for (std::size_t c = 0; c < 2; ++c) {
    for (std::size_t p = 0; p < 4; ++p) hwc[p * 2 + c] = static_cast<double>(chw[c * 4 + p]);
  }
  const auto y = test::first_output(g, hwc);
  for (std::size_t o = 0; o < 3; ++o) {
    double expected = 2.0 * static_cast<double>(bias[o]);
    for (std::size_t k = 0; k < 8; ++k) {
      expected += 0.5 * static_cast<double>(weights[o * 8 + k]) * static_cast<double>(chw[k]);
    }
    EXPECT_NEAR(y[o], expected, 1e-12);
  }
}

TEST(ImportGemm, TransposedOrNotAndBiasForms) {
  const auto weights = random_floats(6, 2);
  std::vector<float> transposed;
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t k = 0; k < 3; ++k) transposed.push_back(weights[k * 2 + n]);
  }
  OnnxBuilder plain;
  plain.input("x", {1, 3}).floats("b", {3, 2}, weights).floats("c", {1}, {0.5F});
  plain.node("Gemm", {"x", "b", "c"}, {"y"}).output("y");
  OnnxBuilder turned;
  turned.input("x", {1, 3}).floats("b", {2, 3}, transposed).floats("c", {1, 2}, {0.5F, 0.5F});
  turned.node("Gemm", {"x", "b", "c"}, {"y"}, {{"transB", 1}}).output("y");
  const graph::Graph g = import_built(plain);
  const graph::Graph h = import_built(turned);
  EXPECT_EQ(layer<graph::Conv>(g, 1).weights_ohwi, transposed);
  EXPECT_EQ(layer<graph::Conv>(h, 1).weights_ohwi, transposed);
  EXPECT_THAT(layer<graph::Conv>(g, 1).bias, ElementsAre(0.5F, 0.5F));
}

TEST(ImportBatchNormalization, ParametersAndEpsilon) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3});
  model.floats("s", {2}, {1, 2}).floats("b", {2}, {3, 4}).floats("m", {2}, {5, 6});
  model.floats("v", {2}, {7, 8});
  model.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}, {{"epsilon", 1e-3F}});
  const graph::Graph g = import_built(model.output("y"));
  const auto& norm = layer<graph::BatchNorm>(g, 1);
  EXPECT_THAT(norm.gamma, ElementsAre(1, 2));
  EXPECT_THAT(norm.variance, ElementsAre(7, 8));
  EXPECT_EQ(norm.epsilon, static_cast<double>(1e-3F));
}

TEST(ImportClip, AttributesInputsAndTheirAbsence) {
  const auto limits = [](const OnnxBuilder& model) {
    return import_built(model).nodes.at(1).activation;
  };
  graph::Activation a =
      limits(one_node("Clip", {1, 1, 2, 2}, {{"min", 0.0F}, {"max", 6.0F}}, /*opset=*/10));
  EXPECT_EQ(a.low, 0.0);
  EXPECT_EQ(a.high, 6.0);
  EXPECT_TRUE(limits(one_node("Clip", {1, 1, 2, 2}, {}, 10)).is_identity());
  EXPECT_TRUE(limits(one_node("Clip", {1, 1, 2, 2})).is_identity());

  OnnxBuilder only_max;
  only_max.input("x", {1, 1, 2, 2}).floats("six", {}, {6});
  only_max.node("Clip", {"x", "", "six"}, {"y"}).output("y");
  EXPECT_EQ(limits(only_max).low, -kInfinity);
  EXPECT_EQ(limits(only_max).high, 6.0);

  // As exporters write it: limits by Constant nodes and through an Identity.
  OnnxBuilder exported;
  exported.input("x", {1, 1, 2, 2}).constant_node("low", {}, {-1});
  exported.floats("top", {}, {1}).node("Identity", {"top"}, {"high"});
  exported.node("Clip", {"x", "low", "high"}, {"y"}).output("y");
  EXPECT_EQ(limits(exported).low, -1.0);
  EXPECT_EQ(limits(exported).high, 1.0);

  a = limits(one_node("Relu", {1, 1, 2, 2}));
  EXPECT_EQ(a.low, 0.0);
  EXPECT_EQ(a.high, kInfinity);
}

TEST(ImportAdd, TwoTensorsOrAConstantPerChannel) {
  OnnxBuilder sum;
  sum.input("x", {1, 2, 3, 3}).node("Relu", {"x"}, {"r"});
  sum.node("Add", {"r", "x"}, {"y"}).output("y");
  EXPECT_THAT(kinds(import_built(sum)), ElementsAre("input", "clamp", "add"));

  for (const bool constant_first : {false, true}) {
    OnnxBuilder bias;
    bias.input("x", {1, 2, 3, 3}).floats("b", {2, 1, 1}, {0.25F, -3});
    bias.node(
        "Add",
        constant_first ? std::vector<std::string>{"b", "x"} : std::vector<std::string>{"x", "b"},
        {"y"});
    const graph::Graph g = import_built(bias.output("y"));
    ASSERT_THAT(kinds(g), ElementsAre("input", "batch_norm"));
    const auto y = test::first_output(g, std::vector<double>(18, 1.0));
    EXPECT_EQ(y[0], 1.25);
    EXPECT_EQ(y[1], -2.0);
  }
  OnnxBuilder scalar;
  scalar.input("x", {1, 2, 3, 3}).floats("b", {}, {2});
  scalar.node("Add", {"x", "b"}, {"y"}).output("y");
  EXPECT_THAT(layer<graph::BatchNorm>(import_built(scalar), 1).beta, ElementsAre(2, 2));
}

TEST(ImportPad, AttributesAndInputs) {
  const graph::Graph old = import_built(one_node(
      "Pad", {1, 2, 3, 3}, {{"pads", {0, 0, 1, 2, 0, 0, 3, 4}}, {"value", -1.0F}}, /*opset=*/10));
  EXPECT_EQ(old.nodes[1].shape, (Shape{7, 9, 2}));
  EXPECT_EQ(layer<graph::Pad>(old, 1).value, -1.0);

  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).ints("p", {8}, {0, 0, 1, 2, 0, 0, 3, 4});
  model.node("Pad", {"x", "p"}, {"y"}).output("y");
  const graph::Graph g = import_built(model);
  EXPECT_EQ(layer<graph::Pad>(g, 1).left, 2);
  EXPECT_EQ(layer<graph::Pad>(g, 1).bottom, 3);
  EXPECT_EQ(layer<graph::Pad>(g, 1).value, 0.0);
}

TEST(ImportLayout, NothingIsLeftOfOperatorsThatOnlyRename) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).node("Relu", {"x"}, {"r"});
  model.node("GlobalAveragePool", {"r"}, {"p"}).node("Dropout", {"p"}, {"d"});
  model.ints("axes", {2}, {2, 3}).node("Squeeze", {"d", "axes"}, {"s"});
  model.node("Unsqueeze", {"s", "axes"}, {"u"}).node("Identity", {"u"}, {"i"});
  model.ints("shape", {2}, {0, -1}).node("Reshape", {"i", "shape"}, {"f"});
  model.ints("back", {4}, {1, 2, 1, 1}).node("Reshape", {"f", "back"}, {"m"});
  model.node("Flatten", {"m"}, {"g"}).node("Softmax", {"g"}, {"y"}).output("y", {1, 2});
  const graph::Graph g = import_built(model);
  EXPECT_THAT(kinds(g), ElementsAre("input", "clamp", "pool"));
  EXPECT_THAT(g.outputs, ElementsAre(2));
}

TEST(ImportLayout, ShapeArithmeticBeforeAReshape) {
  OnnxBuilder model;
  model.input("x", {-1, 4, 1, 1}).node("Relu", {"x"}, {"r"}).node("Shape", {"r"}, {"s"});
  model.ints("zero", {}, {0}).node("Gather", {"s", "zero"}, {"n"}, {{"axis", 0}});
  model.ints("axes", {1}, {0}).node("Unsqueeze", {"n", "axes"}, {"n1"});
  model.ints("rest", {1}, {-1}).node("Concat", {"n1", "rest"}, {"shape"}, {{"axis", 0}});
  model.node("Reshape", {"r", "shape"}, {"y"}).output("y");
  EXPECT_THAT(kinds(import_built(model)), ElementsAre("input", "clamp"));
}

TEST(ImportGraph, NamesAreUniqueAndNeverEmpty) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3});
  model.node("Relu", {"x"}, {"a"}, {}, "act").node("Relu", {"a"}, {"b"}, {}, "act");
  model.node("Relu", {"b"}, {"c"}).node("Relu", {"c"}, {"d"}, {}, "x\n\xff");
  EXPECT_THAT(test::layer_names(import_built(model.output("d"))),
              ElementsAre("x", "act", "act_2", "Relu_2", "x__"));
}

TEST(ImportGraph, SeveralOutputsAndUnneededNodes) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).node("Relu", {"x"}, {"a"}).node("LSTM", {"x"}, {"dead"});
  model.node("GlobalMaxPool", {"a"}, {"b"}).output("b").output("a");
  const graph::Graph g = import_built(model);
  EXPECT_THAT(kinds(g), ElementsAre("input", "clamp", "pool"));
  EXPECT_THAT(g.outputs, ElementsAre(2, 1));
  EXPECT_EQ(g.name, "built");
}

TEST(ImportGraph, NewerContainerVersionIsRead) {
  OnnxBuilder model = one_node("Relu", {1, 1, 2, 2});
  std::string bytes = model.bytes();
  ASSERT_EQ(bytes.substr(0, 2), "\x08\x07");  // ir_version 7
  bytes[1] = 10;
  EXPECT_EQ(import::import_onnx(bytes, "m.onnx").nodes.size(), 2U);
}

// The BatchNorm that a constant becomes, by what it gives for 3.
std::vector<double> of_three(const std::string& op_type, bool constant_first, const Dims& dims,
                             const std::vector<float>& values) {
  OnnxBuilder model;
  model.input("x", {1, 2, 1, 3}).floats("c", dims, values);
  model.node(
      op_type,
      constant_first ? std::vector<std::string>{"c", "x"} : std::vector<std::string>{"x", "c"},
      {"y"});
  const graph::Graph g = import_built(model.output("y"));
  EXPECT_THAT(kinds(g), ElementsAre("input", "batch_norm"));
  std::vector<double> y = test::first_output(g, std::vector<double>(6, 3.0));
  y.resize(2);  // the channels of one position
  return y;
}

TEST(ImportArithmetic, ConstantsOnEitherSide) {
  EXPECT_THAT(of_three("Sub", false, {2, 1, 1}, {1, 5}), ElementsAre(2, -2));
  EXPECT_THAT(of_three("Sub", true, {1, 2, 1, 1}, {1, 5}), ElementsAre(-2, 2));
  EXPECT_THAT(of_three("Mul", true, {1}, {4}), ElementsAre(12, 12));
  EXPECT_THAT(of_three("Div", false, {2, 1, 1}, {2, 4}), ElementsAre(1.5, 0.75));
  // All of the map's dimensions, but one value per channel.
  EXPECT_THAT(of_three("Add", false, {1, 2, 1, 3}, {1, 1, 1, 2, 2, 2}), ElementsAre(4, 5));
  EXPECT_THAT(of_three("Mul", false, {3}, {2, 2, 2}), ElementsAre(6, 6));
}

TEST(ImportArithmetic, ConstantsAmongThemselves) {
  OnnxBuilder model;
  model.input("x", {1, 2, 1, 1}).floats("a", {2}, {3, 8}).floats("b", {}, {2});
  model.node("Add", {"a", "b"}, {"sum"}).node("Mul", {"sum", "b"}, {"product"});
  model.node("Sub", {"product", "a"}, {"rest"}).node("Div", {"rest", "b"}, {"half"});
  model.floats("four", {}, {4}).node("Sqrt", {"four"}, {"two"}).node("Div", {"half", "two"}, {"q"});
  model.ints("shape", {3}, {2, 1, 1}).node("Reshape", {"q", "shape"}, {"c"});
  model.node("Mul", {"x", "c"}, {"y"}).output("y");
  // ((a + 2) * 2 - a) / 2 / 2 = (a + 4) / 4
  EXPECT_THAT(layer<graph::BatchNorm>(import_built(model), 1).gamma, ElementsAre(1.75F, 3.0F));
}

TEST(ImportArithmetic, TransposedWeights) {
  OnnxBuilder model;
  model.input("x", {1, 3}).floats("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  model.node("Transpose", {"w"}, {"t"}).node("MatMul", {"x", "t"}, {"y"}).output("y");
  EXPECT_THAT(layer<graph::Conv>(import_built(model), 1).weights_ohwi,
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(ImportArithmetic, AVectorMeetsTheLastDimension) {
  OnnxBuilder model;
  model.input("x", {1, 2, 2, 3}).floats("c", {3}, {1, 2, 3}).node("Mul", {"x", "c"}, {"m"});
  model.node("Transpose", {"m"}, {"y"}, {{"perm", {0, 3, 1, 2}}}).output("y");
  const graph::Graph g = import_built(model);
  EXPECT_EQ(g.nodes[0].shape, (Shape{2, 2, 3}));
  EXPECT_THAT(layer<graph::BatchNorm>(g, 1).gamma, ElementsAre(1, 2, 3));
}

TEST(ImportArithmetic, GatesBroadcastOnEitherSide) {
  for (const bool gate_first : {false, true}) {
    OnnxBuilder model;
    model.input("x", {1, 2, 3, 3}).node("GlobalMaxPool", {"x"}, {"g"});
    model.node("Mul",
               gate_first ? std::vector<std::string>{"g", "x"} : std::vector<std::string>{"x", "g"},
               {"y"});
    const graph::Graph g = import_built(model.output("y"));
    ASSERT_THAT(kinds(g), ElementsAre("input", "pool", "mul"));
    EXPECT_THAT(g.nodes[2].inputs, ElementsAre(0, 1));
  }
}

TEST(ImportFunctions, AttributesAndTheirDefaults) {
  const auto lookup = [](const char* op, const std::vector<test::OnnxAttribute>& attributes) {
    return layer<graph::Lookup>(import_built(one_node(op, {1, 2, 3, 3}, attributes, 14)), 1);
  };
  EXPECT_EQ(lookup("HardSigmoid", {}).alpha, static_cast<double>(0.2F));
  EXPECT_EQ(lookup("HardSigmoid", {{"beta", 0.25F}}).beta, 0.25);
  EXPECT_EQ(lookup("LeakyRelu", {}).alpha, static_cast<double>(0.01F));
  EXPECT_EQ(lookup("Elu", {{"alpha", 0.5F}}).alpha, 0.5);
  EXPECT_EQ(lookup("Selu", {}).function, graph::Function::elu);
  EXPECT_EQ(lookup("HardSwish", {}).function, graph::Function::hard_swish);
}

TEST(ImportChannels, SplitOfUnevenParts) {
  OnnxBuilder model;
  model.input("x", {1, 5, 2, 2}).ints("sizes", {3}, {1, 3, 1});
  model.node("Split", {"x", "sizes"}, {"a", "b", "c"}, {{"axis", -3}}, "split");
  model.output("b").output("c");
  const graph::Graph g = import_built(model);
  ASSERT_THAT(test::layer_names(g), ElementsAre("x", "split_part0", "split_part1", "split_part2"));
  EXPECT_EQ(g.nodes[2].shape.channels, 3);
  std::vector<double> input(20);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<double>(i);
  const auto all = test::evaluate_naively(g, input);
  EXPECT_THAT(all[2], ElementsAre(1, 2, 3, 6, 7, 8, 11, 12, 13, 16, 17, 18));
  EXPECT_THAT(all[3], ElementsAre(4, 9, 14, 19));
}

TEST(OperatorTable, IsSortedAndTheDocumentHoldsIt) {
  std::string previous;
  std::string table = "| ONNX operator | becomes | limits |\n| --- | --- | --- |\n";
  for (const import::SupportedOperator& row : import::supported_operators()) {
    EXPECT_LT(previous, row.op_type);
    previous = row.op_type;
    const std::string limits = row.limits.empty() ? "–" : row.limits;
    table += "| " + row.op_type + " | " + row.becomes + " | " + limits + " |\n";
  }
  test::expect_section("operators", table);
}

}  // namespace
}  // namespace npusim
