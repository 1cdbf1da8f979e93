// SPDX-License-Identifier: Apache-2.0
// QuantizeLinear and DequantizeLinear: what they say of tensors, weights and biases, and what is
// refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <limits>

#include "frontend/graph/passes.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using graph::TensorQuantization;
using test::Dims;
using test::import_built;
using test::OnnxBuilder;
using test::refusals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

// x -> NAME by a pair of nodes.
OnnxBuilder& pair(OnnxBuilder& model, const std::string& x, const std::string& name, float scale,
                  std::int32_t zero_point, const std::string& type = "INT8",
                  const Dims& dims = {}) {
  model.floats(name + "_s", dims, {scale}).codes(name + "_z", dims, type, {zero_point});
  model.node("QuantizeLinear", {x, name + "_s", name + "_z"}, {name + "_q"}, {}, name + "_Q");
  return model.node("DequantizeLinear", {name + "_q", name + "_s", name + "_z"}, {name}, {},
                    name + "_DQ");
}

// Weights of a 1x1 convolution from 2 to 2 channels, [out][in] = 1 -2; 3 -128 less `shift`.
OnnxBuilder& weights(OnnxBuilder& model, const std::vector<float>& scales, int axis,
                     const std::string& type = "INT8", std::int32_t zero_point = 0,
                     const Dims& dims = {2, 2, 1, 1}) {
  const std::int32_t shift = type == "UINT8" ? 128 : 0;
  const Dims count = scales.size() > 1 ? Dims{static_cast<std::int64_t>(scales.size())} : Dims{};
  model.codes("w_q", dims, type, {1 + shift, -2 + shift, 3 + shift, -128 + shift});
  model.floats("w_s", count, scales);
  model.codes("w_z", count, type, std::vector<std::int32_t>(scales.size(), zero_point));
  return model.node("DequantizeLinear", {"w_q", "w_s", "w_z"}, {"w"}, {{"axis", axis}}, "w_DQ");
}

OnnxBuilder& conv(OnnxBuilder& model) {
  model.input("x", {1, 2, 3, 3});
  return model.node("Conv", {"x", "w"}, {"y"}, {}, "layer").output("y");
}

const graph::GivenWeights& given(const graph::Graph& graph, std::size_t node) {
  return test::layer<graph::Conv>(graph, node).given.value();
}

TEST(QuantizedModels, TensorsOfEveryTypeOpsetAndScalarShape) {
  for (const int opset : {10, 13, 17, 19, 21}) {
    for (const Dims& dims : {Dims{}, Dims{1}}) {
      OnnxBuilder model(opset);
      model.input("x", {1, 2, 3, 3});
      pair(model, "x", "a", 0.5F, -7, "INT8", dims);
      model.node("Relu", {"a"}, {"r"});
      pair(model, "r", "b", 0.25F, 3, "UINT8", dims).output("b");
      const graph::Graph graph = import_built(model);
      EXPECT_THAT(test::kinds(graph), ElementsAre("input", "clamp")) << opset;
      EXPECT_THAT(graph.nodes[0].given, Optional(TensorQuantization{0.5, -7}));
      EXPECT_THAT(graph.nodes[1].given, Optional(TensorQuantization{0.25, 3 - 128}));
    }
  }
}

TEST(QuantizedModels, WithoutAZeroPointCodesAreUint8) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).floats("s", {}, {0.5F}).node("Relu", {"x"}, {"r"});
  model.node("QuantizeLinear", {"r", "s"}, {"q"});
  model.node("DequantizeLinear", {"q", "s"}, {"y"}).output("y");
  EXPECT_THAT(import_built(model).nodes[1].given, Optional(TensorQuantization{0.5, -128}));
}

TEST(QuantizedModels, RenamingBetweenTheTwo) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).floats("s", {}, {0.5F}).codes("z", {}, "INT8", {4});
  model.node("Relu", {"x"}, {"r"}).node("QuantizeLinear", {"r", "s", "z"}, {"q"});
  model.node("Flatten", {"q"}, {"f"}).node("DequantizeLinear", {"f", "s", "z"}, {"d"});
  model.floats("b", {18, 1}, test::random_floats(18, 1));
  model.node("Gemm", {"d", "b"}, {"y"}).output("y");
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(test::kinds(graph), ElementsAre("input", "clamp", "gemm"));
  EXPECT_THAT(graph.nodes[1].given, Optional(TensorQuantization{0.5, 4}));
}

// As for codes of 7 bits.
TEST(QuantizedModels, ClipBetweenTheTwo) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).floats("s", {}, {0.3F}).codes("z", {}, "UINT8", {20});
  model.codes("low", {}, "UINT8", {0}).codes("high", {}, "UINT8", {127});
  model.node("Relu", {"x"}, {"r"}).node("QuantizeLinear", {"r", "s", "z"}, {"q"});
  model.node("Clip", {"q", "low", "high"}, {"c"});
  model.node("DequantizeLinear", {"c", "s", "z"}, {"y"}).output("y");
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(test::kinds(graph), ElementsAre("input", "clamp", "clamp"));
  const auto scale = static_cast<double>(0.3F);
  EXPECT_THAT(graph.nodes[2].given, Optional(TensorQuantization{scale, 20 - 128}));
  EXPECT_EQ(graph.nodes[2].activation.low, scale * -20);
  EXPECT_EQ(graph.nodes[2].activation.high, scale * 107);
}

TEST(QuantizedModels, ZeroPointsByCast) {
  const auto model_of = [](std::int64_t zero_point) {
    OnnxBuilder model;
    model.input("x", {1, 2}).floats("s", {}, {0.5F}).ints("z64", {}, {zero_point});
    model.node("Cast", {"z64"}, {"z"}, {{"to", 3}}, "layer").node("Relu", {"x"}, {"r"});
    model.node("QuantizeLinear", {"r", "s", "z"}, {"q"});
    model.node("DequantizeLinear", {"q", "s", "z"}, {"y"}).output("y");
    return model;
  };
  EXPECT_THAT(import_built(model_of(-9)).nodes[1].given, Optional(TensorQuantization{0.5, -9}));
  EXPECT_THAT(refusals(model_of(128)),
              ElementsAre(HasSubstr("(Cast): input: got 128.000000, must be in [-128, 127]")));
}

TEST(QuantizedModels, OtherDomainsMayBeDeclared) {
  OnnxBuilder model;
  model.input("x", {1, 2}).node("Relu", {"x"}, {"r"});
  pair(model, "r", "y", 0.5F, 0).output("y");
  auto& import = *model.proto().add_opset_import();
  import.set_domain("com.microsoft");
  import.set_version(1);
  EXPECT_THAT(refusals(model), IsEmpty());
}

// int32 zero points of 0 beside the bias's scales.
TEST(QuantizedModels, BiasWithZeroPoints) {
  OnnxBuilder model;
  weights(model, {0.5F, 2.F}, 0).input("x", {1, 2, 3, 3});
  model.codes("b_q", {2}, "INT32", {7, -3}).floats("b_s", {2}, {0.25F, 1.F});
  model.codes("b_z", {2}, "INT32", {0, 0});
  model.node("DequantizeLinear", {"b_q", "b_s", "b_z"}, {"b"}, {{"axis", 0}});
  model.node("Conv", {"x", "w", "b"}, {"y"}).output("y");
  EXPECT_THAT(given(import_built(model), 1).bias_codes, ElementsAre(7, -3));
}

TEST(QuantizedModels, ASecondQuantizationIsALookup) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).node("Relu", {"x"}, {"r"});
  pair(model, "r", "a", 0.5F, 0);
  pair(model, "a", "same", 0.5F, 0);
  pair(model, "same", "b", 0.75F, 2).output("b");
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(test::kinds(graph), ElementsAre("input", "clamp", "lookup"));
  EXPECT_EQ(test::layer<graph::Lookup>(graph, 2).function, graph::Function::identity);
  EXPECT_THAT(graph.nodes[1].given, Optional(TensorQuantization{0.5, 0}));
  EXPECT_THAT(graph.nodes[2].given, Optional(TensorQuantization{0.75, 2}));
}

TEST(QuantizedModels, WeightsPerTensorAndPerChannel) {
  OnnxBuilder one;
  weights(one, {0.5F}, 1);
  conv(one);
  const graph::Graph a = import_built(one);
  EXPECT_THAT(given(a, 1).codes_ohwi, ElementsAre(1, -2, 3, -128));
  EXPECT_THAT(given(a, 1).scales, ElementsAre(0.5));
  EXPECT_THAT(test::layer<graph::Conv>(a, 1).weights_ohwi, ElementsAre(0.5F, -1.F, 1.5F, -64.F));
  EXPECT_THAT(given(a, 1).bias_codes, IsEmpty());

  for (const int axis : {0, -4}) {
    OnnxBuilder many;
    weights(many, {0.5F, 2.F}, axis, "UINT8", 129);
    conv(many);
    const graph::Graph b = import_built(many);
    EXPECT_THAT(given(b, 1).codes_ohwi, ElementsAre(1, -2, 3, -128));
    EXPECT_THAT(given(b, 1).scales, ElementsAre(0.5, 2.0));
    EXPECT_EQ(given(b, 1).zero_point, 1);
    EXPECT_THAT(test::layer<graph::Conv>(b, 1).weights_ohwi, ElementsAre(0.F, -1.5F, 4.F, -258.F));
  }
}

TEST(QuantizedModels, FloatWeightsAreQuantizedAsOnnxSays) {
  OnnxBuilder model;
  // Ties to the even code, then the zero point, then saturation.
  model.floats("f", {2, 2, 1, 1}, {1.25F, -1.25F, 1000.F, -0.75F}).floats("s", {}, {0.5F});
  model.codes("z", {}, "INT8", {5}).node("QuantizeLinear", {"f", "s", "z"}, {"q"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"w"});
  conv(model);
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(given(graph, 1).codes_ohwi, ElementsAre(2 + 5, -2 + 5, 127, -2 + 5));
  EXPECT_EQ(given(graph, 1).zero_point, 5);
}

TEST(QuantizedModels, BiasCodes) {
  OnnxBuilder model;
  weights(model, {0.5F, 2.F}, 0).input("x", {1, 2, 3, 3});
  model.codes("b_q", {2}, "INT32", {1000000, -3}).floats("b_s", {2}, {0.25F, 1.F});
  model.node("DequantizeLinear", {"b_q", "b_s"}, {"b"}, {{"axis", 0}});
  model.node("Conv", {"x", "w", "b"}, {"y"}).output("y");
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(given(graph, 1).bias_codes, ElementsAre(1000000, -3));
  EXPECT_THAT(given(graph, 1).bias_scales, ElementsAre(0.25, 1.0));
  EXPECT_THAT(test::layer<graph::Conv>(graph, 1).bias, ElementsAre(250000.F, -3.F));
}

TEST(QuantizedModels, MatricesTransposedOrNot) {
  const auto read = [](bool gemm, bool transposes_constant, int axis) {
    OnnxBuilder model;
    model.input("x", {1, 2});
    weights(model, {0.5F, 2.F}, axis, "INT8", 0, {2, 2});
    const std::string b = transposes_constant ? "wt" : "w";
    if (transposes_constant) model.node("Transpose", {"w"}, {"wt"}, {{"perm", {1, 0}}});
    model.node(gemm ? "Gemm" : "MatMul", {"x", b}, {"y"}).output("y");
    return given(import_built(model), 1);
  };
  // [K, N] with one scale for each column.
  EXPECT_THAT(read(true, false, 1).codes_ohwi, ElementsAre(1, 3, -2, -128));
  EXPECT_THAT(read(false, false, 1).scales, ElementsAre(0.5, 2.0));
  // [N, K], transposed behind the DequantizeLinear.
  EXPECT_THAT(read(false, true, 0).codes_ohwi, ElementsAre(1, -2, 3, -128));
  EXPECT_THAT(read(false, true, 0).scales, ElementsAre(0.5, 2.0));
}

TEST(QuantizedModels, TheSoftmaxAtTheEndTakesItsQuantizationAlong) {
  OnnxBuilder model;
  model.input("x", {1, 4}).node("Relu", {"x"}, {"r"});
  pair(model, "r", "a", 0.5F, 0).node("Softmax", {"a"}, {"s"});
  pair(model, "s", "y", 1.F / 256, -128).output("y");
  const graph::Graph graph = import_built(model);
  EXPECT_THAT(test::kinds(graph), ElementsAre("input", "clamp"));
  EXPECT_THAT(graph.nodes[1].given, Optional(TensorQuantization{0.5, 0}));
}

TEST(QuantizedModels, FoldedThroughAllPasses) {
  OnnxBuilder model;
  weights(model, {0.5F}, 1).input("x", {1, 2, 4, 4});
  pair(model, "x", "a", 0.5F, 0).node("Conv", {"a", "w"}, {"c"}, {}, "layer");
  pair(model, "c", "d", 0.25F, 3).node("Relu", {"d"}, {"r"});
  pair(model, "r", "e", 0.25F, 3).node("MaxPool", {"e"}, {"m"}, {{"kernel_shape", {2, 2}}});
  pair(model, "m", "f", 0.25F, 3).node("GlobalAveragePool", {"f"}, {"y"}).output("y");
  const graph::Graph graph = graph::prepare(import_built(model));
  EXPECT_THAT(test::kinds(graph), ElementsAre("input", "conv", "pool", "pool"));
  EXPECT_THAT(graph.nodes[1].given, Optional(TensorQuantization{0.25, 3}));
  EXPECT_EQ(graph.nodes[1].activation.low, 0);
  EXPECT_EQ(graph.nodes[3].given, std::nullopt);  // the end is calibrated
}

testing::Matcher<std::vector<std::string>> refused(const std::string& text) {
  return ElementsAre(HasSubstr(text));
}

TEST(QuantizedModels, RefusedScalesAndZeroPoints) {
  for (const float scale : {0.F, -1.F, std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()}) {
    OnnxBuilder model;
    model.input("x", {1, 2}).node("Relu", {"x"}, {"r"});
    pair(model, "r", "y", scale, 0).output("y");
    EXPECT_THAT(refusals(model), refused("(QuantizeLinear): y_scale value 0: got ")) << scale;
  }
  OnnxBuilder two;
  two.input("x", {1, 2}).node("Relu", {"x"}, {"r"});
  two.floats("s", {2}, {1, 2}).codes("z", {2}, "INT8", {0, 0});
  two.node("QuantizeLinear", {"r", "s", "z"}, {"q"});
  two.node("DequantizeLinear", {"q", "s", "z"}, {"y"}).output("y");
  EXPECT_THAT(refusals(two), refused("y_scale: got 2 values, must be one: only constants may"));

  OnnxBuilder mixed;
  weights(mixed, {1, 2}, 0);
  mixed.proto().mutable_graph()->mutable_initializer(2)->set_raw_data(std::string("\0\1", 2));
  conv(mixed);
  EXPECT_THAT(refusals(mixed), refused("x_zero_point: got 0 and 1, must be one for all channels"));

  OnnxBuilder computed;
  computed.input("x", {1, 1}).node("Relu", {"x"}, {"r"});
  computed.node("QuantizeLinear", {"r", "r"}, {"q"}).output("q");
  EXPECT_THAT(refusals(computed), refused("y_scale: got a computed tensor, must be a constant"));
}

TEST(QuantizedModels, RefusedAxes) {
  OnnxBuilder inputs;
  weights(inputs, {0.5F, 2.F}, 1);
  conv(inputs);
  EXPECT_THAT(refusals(inputs),
              refused("(Conv): W: got scales along axis 1, must be one scale, or scales along axis "
                      "0, the output channels"));
  OnnxBuilder nowhere;
  weights(nowhere, {0.5F, 2.F}, 7);
  conv(nowhere);
  EXPECT_THAT(refusals(nowhere), refused("axis: got 7 of [2, 2, 1, 1], must be a dimension of 2"));
}

TEST(QuantizedModels, RefusedCodes) {
  OnnxBuilder read;
  read.input("x", {1, 2}).floats("s", {}, {0.5F}).node("Relu", {"x"}, {"r"});
  read.node("QuantizeLinear", {"r", "s"}, {"q"}).node("Relu", {"q"}, {"y"}, {}, "layer");
  read.output("y");
  EXPECT_THAT(refusals(read),
              refused("(Relu): X: got the codes of a QuantizeLinear, must be real values"));
  OnnxBuilder ends;
  ends.input("x", {1, 2}).floats("s", {}, {0.5F}).node("Relu", {"x"}, {"r"});
  ends.node("QuantizeLinear", {"r", "s"}, {"q"}).output("q");
  EXPECT_THAT(refusals(ends), refused("output 'q': source: got the codes of a QuantizeLinear"));

  OnnxBuilder real;
  real.input("x", {1, 2}).floats("s", {}, {0.5F}).node("Relu", {"x"}, {"r"});
  real.node("DequantizeLinear", {"r", "s"}, {"y"}).output("y");
  EXPECT_THAT(refusals(real), refused("x: got real values, must be the codes of a QuantizeLinear"));
}

TEST(QuantizedModels, RefusedPairs) {
  OnnxBuilder other;
  other.input("x", {1, 2}).floats("s", {}, {0.5F}).floats("t", {}, {0.75F});
  other.node("Relu", {"x"}, {"r"}).node("QuantizeLinear", {"r", "s"}, {"q"});
  other.node("DequantizeLinear", {"q", "t"}, {"y"}).output("y");
  EXPECT_THAT(refusals(other),
              refused("x_scale: got scale 0.75, zero point -128, must be scale 0.5, zero point "
                      "-128, as the QuantizeLinear before it"));
  OnnxBuilder beside;
  beside.input("x", {1, 2}).node("Relu", {"x"}, {"r"});
  pair(beside, "r", "a", 0.5F, 0);
  pair(beside, "r", "b", 0.75F, 0).node("Add", {"a", "b"}, {"y"}).output("y");
  EXPECT_THAT(refusals(beside),
              refused("node 'b_Q' (QuantizeLinear): y_scale: got scale 0.75, zero point 0, must be "
                      "scale 0.5, zero point 0, as another QuantizeLinear of this tensor has"));
}

TEST(QuantizedModels, CodesOutOfRangeAreRefused) {
  OnnxBuilder model;
  weights(model, {0.5F}, 1);
  conv(model);
  auto& tensor = *model.proto().mutable_graph()->mutable_initializer(0);
  tensor.clear_raw_data();
  for (const int code : {1, 2, 3, 300}) tensor.add_int32_data(code);
  EXPECT_THAT(refusals(model),
              refused("tensor 'w_q': data: got 300, must be 8 bits, in [-128, 127]"));
}

}  // namespace
}  // namespace npusim
