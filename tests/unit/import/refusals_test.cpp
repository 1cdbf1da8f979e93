// SPDX-License-Identifier: Apache-2.0
// Every refusal names file, node, key, value and what would be right; all come at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <limits>

#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using test::Dims;
using test::one_node;
using test::OnnxBuilder;
using test::random_floats;
using test::refusals;
using testing::ElementsAre;
using testing::HasSubstr;

// One message, from the node "layer" of the given operator.
testing::Matcher<std::vector<std::string>> refused(const std::string& op_type,
                                                   const std::string& text) {
  return ElementsAre("model.onnx: node 'layer' (" + op_type + "): " + text);
}

TEST(Refusals, AllOffendingNodesAtOnce) {
  OnnxBuilder model;
  model.input("x", {1, 2, 4, 4}).floats("w", {2, 2, 1, 1}, random_floats(4, 1));
  model.node("LSTM", {"x"}, {"a"}, {}, "first");
  model.node("Conv", {"a", "w"}, {"b"}, {{"strides", {0, 1}}}, "second");
  model.node("Relu", {"b"}, {"c"}, {}, "innocent");
  model.node("Erf", {"c"}, {"d"}, {}, "third");
  model.node("Conv", {"x", "x"}, {"e"}, {}, "fourth");
  model.output("d").output("e");
  EXPECT_THAT(
      refusals(model),
      ElementsAre(
          "model.onnx: node 'first' (LSTM): operator: got LSTM, must be one of the operators "
          "in docs/operators.md",
          "model.onnx: node 'second' (Conv): strides: got [0, 1], must be 2 values in [1, "
          "1048576]",
          "model.onnx: node 'third' (Erf): operator: got Erf, must be one of the operators "
          "in docs/operators.md",
          "model.onnx: node 'fourth' (Conv): W: got a computed tensor, must be a constant"));
}

TEST(Refusals, OtherDomains) {
  OnnxBuilder model = one_node("Relu", {1, 1, 2, 2});
  model.proto().mutable_graph()->mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(refusals(model), refused("Relu",
                                       "operator: got com.example.Relu, must be one of the "
                                       "operators in docs/operators.md"));
}

OnnxBuilder conv(const Dims& input, const Dims& weights,
                 const std::vector<test::OnnxAttribute>& attributes) {
  OnnxBuilder model;
  std::size_t count = 1;
  for (const std::int64_t dim : weights) count *= static_cast<std::size_t>(dim);
  model.input("x", input).floats("w", weights, random_floats(count, 1));
  model.node("Conv", {"x", "w"}, {"y"}, attributes, "layer").output("y");
  return model;
}

TEST(Refusals, Conv) {
  EXPECT_THAT(refusals(conv({1, 3, 4, 4}, {2, 4, 1, 1}, {})),
              refused("Conv", "input channels: got 4, must be 3 for an input of 4 x 4 x 3"));
  EXPECT_THAT(
      refusals(conv({1, 4, 4, 4}, {3, 2, 1, 1}, {{"group", 2}})),
      refused("Conv", "groups: got 2, must be a divisor of the 4 input and 3 output channels"));
  EXPECT_THAT(refusals(conv({1, 4, 4, 4}, {3, 2, 1, 1}, {{"group", 0}})),
              refused("Conv", "group: got 0, must be a divisor of the channels"));
  EXPECT_THAT(
      refusals(conv({1, 1, 4, 4}, {1, 1, 5, 1}, {})),
      refused("Conv", "dilated kernel height: got 5, must be at most the padded input's 4"));
  EXPECT_THAT(refusals(conv({1, 1, 4, 4}, {1, 1, 3, 3}, {{"kernel_shape", {3, 2}}})),
              refused("Conv", "kernel_shape: got [3, 2], must be [3, 3] as the weights have"));
  EXPECT_THAT(refusals(conv({1, 1, 4, 4}, {1, 1, 3, 3}, {{"pads", {0, 0, -1, 0}}})),
              refused("Conv", "pads: got [0, 0, -1, 0], must be 4 values in [0, 1048576]"));
  EXPECT_THAT(
      refusals(conv({1, 1, 4, 4}, {1, 1, 3, 3}, {{"auto_pad", "BOTH"}})),
      refused("Conv", "auto_pad: got 'BOTH', must be NOTSET, SAME_UPPER, SAME_LOWER or VALID"));
  EXPECT_THAT(
      refusals(conv({1, 1, 4, 4}, {1, 1, 3, 3}, {{"auto_pad", "VALID"}, {"pads", {1, 1, 1, 1}}})),
      refused("Conv", "pads: got [1, 1, 1, 1], must be absent together with auto_pad VALID"));
  EXPECT_THAT(refusals(conv({1, 1, 4, 4}, {1, 1, 3}, {})),
              refused("Conv", "W: got [1, 1, 3], must be of 4 dimensions (a 2-D convolution)"));
  EXPECT_THAT(refusals(conv({1, 4}, {1, 1, 3, 3}, {})),
              refused("Conv", "X: got [1, C] = [1, 4], must be [1, C, H, W]"));
  EXPECT_THAT(refusals(conv({1, 1, 4, 4}, {1, 1, 3, 3}, {{"group", 1.0F}})),
              refused("Conv", "group: got an attribute of type FLOAT, must be INT"));
  OnnxBuilder bias = conv({1, 1, 4, 4}, {2, 1, 1, 1}, {});
  bias.floats("b", {3}, {1, 2, 3}).proto().mutable_graph()->mutable_node(0)->add_input("b");
  EXPECT_THAT(refusals(bias), refused("Conv", "B: got 3 values, must be 2"));
}

TEST(Refusals, Pools) {
  EXPECT_THAT(refusals(one_node("MaxPool", {1, 1, 4, 4})),
              refused("MaxPool", "kernel_shape: got none, must be given"));
  EXPECT_THAT(refusals(one_node("MaxPool", {1, 1, 4, 4}, {{"kernel_shape", {2}}})),
              refused("MaxPool", "kernel_shape: got [2], must be 2 values in [1, 1048576]"));
  EXPECT_THAT(
      refusals(
          one_node("MaxPool", {1, 1, 4, 4}, {{"kernel_shape", {2, 2}}, {"pads", {2, 0, 0, 0}}})),
      refused("MaxPool",
              "pads: got a window that lies in the padding only, must be pads so small that "
              "every window reaches the input of 4 x 4 x 1"));
  EXPECT_THAT(refusals(one_node("AveragePool", {1, 1, 6, 6},
                                {{"kernel_shape", {3, 3}},
                                 {"strides", {2, 2}},
                                 {"ceil_mode", 1},
                                 {"count_include_pad", 1}})),
              refused("AveragePool",
                      "ceil_mode: got 1 with count_include_pad and a last window over the edge of "
                      "height, must be 0, or count_include_pad = 0"));
  // Rows -1..0, 2..3, then a third window on row 5, outside of 4 rows and their pad.
  EXPECT_THAT(
      refusals(one_node("MaxPool", {1, 1, 4, 4},
                        {{"kernel_shape", {2, 2}},
                         {"strides", {3, 3}},
                         {"ceil_mode", 1},
                         {"pads", {1, 1, 1, 1}}})),
      refused("MaxPool",
              "ceil_mode: got 1 with a last window that starts in the padding of height, must "
              "be 0, or pads and strides where it starts on the input"));
  OnnxBuilder indices;
  indices.input("x", {1, 1, 4, 4});
  indices.node("MaxPool", {"x"}, {"y", "i"}, {{"kernel_shape", {2, 2}}}, "layer")
      .output("y")
      .output("i");
  EXPECT_THAT(refusals(indices), refused("MaxPool",
                                         "output 1: got 'i' in use, must be unused: only "
                                         "the first output is supported"));
}

TEST(Refusals, Gemm) {
  const auto gemm = [](const Dims& input, const Dims& b, const Dims& c,
                       const std::vector<test::OnnxAttribute>& attributes) {
    OnnxBuilder model;
    const auto count = [](const Dims& dims) {
      std::size_t n = 1;
      for (const std::int64_t dim : dims) n *= static_cast<std::size_t>(dim);
      return n;
    };
    model.input("x", input).floats("b", b, random_floats(count(b), 1));
    model.floats("c", c, random_floats(count(c), 2));
    model.node("Gemm", {"x", "b", "c"}, {"y"}, attributes, "layer").output("y");
    return model;
  };
  EXPECT_THAT(refusals(gemm({1, 3}, {3, 2}, {2}, {{"transA", 1}})),
              refused("Gemm", "transA: got 1, must be 0"));
  EXPECT_THAT(refusals(gemm({1, 3}, {3, 2}, {3}, {})),
              refused("Gemm", "C: got [3], must be one value or one per output, 2"));
  EXPECT_THAT(refusals(gemm({1, 3}, {3, 2}, {2, 1}, {})),
              refused("Gemm", "C: got [2, 1], must be one value or one per output, 2"));
  EXPECT_THAT(refusals(gemm({1, 4}, {3, 2}, {2}, {})),
              refused("Gemm", "A: got [1, 4], must be [1, 3]"));
  EXPECT_THAT(refusals(gemm({1, 3}, {3}, {1}, {})),
              refused("Gemm", "B: got [3], must be of 2 dimensions"));
  EXPECT_THAT(refusals(gemm({1, 3, 1, 1}, {3, 2}, {2}, {})),
              refused("Gemm", "A: got [1, 3, 1, 1], must be [1, 3]"));
}

TEST(Refusals, Elementwise) {
  EXPECT_THAT(refusals(one_node("Clip", {1, 1, 2, 2}, {{"min", 2.0F}, {"max", 1.0F}}, 10)),
              refused("Clip", "min: got 2.000000, must be at most max, 1.000000"));
  OnnxBuilder computed;
  computed.input("x", {1, 1, 1, 1}).node("Clip", {"x", "x"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(computed),
              refused("Clip", "min: got a computed tensor, must be a constant"));

  OnnxBuilder bias;
  bias.input("x", {1, 2, 3, 3}).floats("b", {3}, {1, 2, 3});
  bias.node("Add", {"x", "b"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(bias),
              refused("Add",
                      "B: got [3] that varies over height or width, must be a scalar "
                      "or one value per channel that broadcasts to [1, C, H, W] = "
                      "[1, 2, 3, 3]"));
  OnnxBuilder sum;
  sum.input("x", {1, 2, 3, 3}).node("GlobalMaxPool", {"x"}, {"g"});
  sum.node("Add", {"x", "g"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(sum),
              refused("Add",
                      "B: got [1, C, 1, 1] = [1, 2, 1, 1], must be [1, C, H, W] = [1, 2, "
                      "3, 3] as the first operand"));

  const auto norm = [](const Dims& input, float variance,
                       const std::vector<test::OnnxAttribute>& attributes) {
    OnnxBuilder model(14);
    model.input("x", input).floats("p", {2}, {1, 1}).floats("v", {2}, {1, variance});
    model.node("BatchNormalization", {"x", "p", "p", "p", "v"}, {"y"}, attributes, "layer")
        .output("y");
    return model;
  };
  EXPECT_THAT(
      refusals(norm({1, 3, 2, 2}, 1, {})),
      refused(
          "BatchNormalization",
          "scale: got 2 values, must be one per channel, dimension 1 of [1, C, H, W] = [1, 3, 2, "
          "2]"));
  EXPECT_THAT(
      refusals(norm({1, 2, 2, 2}, -1, {})),
      refused("BatchNormalization", "var + epsilon of channel 1: got -0.999990, must be above 0"));
  EXPECT_THAT(refusals(norm({1, 2, 2, 2}, 1, {{"training_mode", 1}})),
              refused("BatchNormalization", "training_mode: got 1, must be 0"));
}

TEST(Refusals, Layout) {
  EXPECT_THAT(refusals(one_node("Flatten", {1, 2, 3, 3}, {{"axis", 5}})),
              refused("Flatten", "axis: got 5, must be in [-4, 4]"));
  EXPECT_THAT(refusals(one_node("Pad", {1, 1, 3, 3},
                                {{"mode", "reflect"}, {"pads", {0, 0, 0, 0, 0, 0, 0, 0}}}, 10)),
              refused("Pad", "mode: got 'reflect', must be constant"));
  EXPECT_THAT(refusals(one_node("Pad", {1, 1, 3, 3}, {{"pads", {0, 1, 0, 0, 0, 0, 0, 0}}}, 10)),
              refused("Pad",
                      "pads: got [0, 1, 0, 0, 0, 0, 0, 0], must be 8 values, not negative, 0 for "
                      "batch and channels"));
  const auto reshape = [](const Dims& shape) {
    OnnxBuilder model;
    model.input("x", {1, 2, 3, 4}).node("Relu", {"x"}, {"r"});
    model.ints("s", {static_cast<std::int64_t>(shape.size())}, shape);
    model.node("Reshape", {"r", "s"}, {"y"}, {}, "layer").output("y");
    return model;
  };
  EXPECT_THAT(refusals(reshape({1, 3, 2, 4})),
              refused("Reshape",
                      "result: got [1, 3, 2, 4], must be the dimensions of [1, C, H, W] = [1, 2, "
                      "3, 4] in this order, joined, split or with ones between them"));
  EXPECT_THAT(refusals(reshape({-1, -1})),
              refused("Reshape", "shape: got [-1, -1], must be of 24 elements"));
  EXPECT_THAT(refusals(reshape({std::numeric_limits<std::int64_t>::max(), 2, 2})),
              refused("Reshape", "shape: got [9223372036854775807, 2, 2], must be of 24 elements"));
  EXPECT_THAT(
      refusals(reshape({0, -1})),
      ElementsAre(
          "model.onnx: output 'y': source: got [1, C*H*W] = [1, 24], must be a map, or flattened "
          "from a 1x1 map"));
}

// A node of two operands, the input [1, 2, 3, 4] and a constant.
OnnxBuilder with_constant(const std::string& op_type, bool constant_first, const Dims& dims,
                          const std::vector<float>& values) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 4}).floats("c", dims, values);
  model.node(
      op_type,
      constant_first ? std::vector<std::string>{"c", "x"} : std::vector<std::string>{"x", "c"},
      {"y"}, {}, "layer");
  return std::move(model.output("y"));
}

TEST(Refusals, Arithmetic) {
  EXPECT_THAT(refusals(with_constant("Div", true, {}, {1})),
              refused("Div", "B: got a computed tensor, must be a constant"));
  EXPECT_THAT(refusals(with_constant("Div", false, {}, {0})),
              refused("Div", "B: got 0.000000, must be a divisor other than 0"));
  // A vector meets the width, not the channels.
  EXPECT_THAT(refusals(with_constant("Mul", false, {4}, {1, 2, 3, 4})),
              refused("Mul",
                      "B: got [4] that varies over height or width, must be a scalar or one value "
                      "per channel that broadcasts to [1, C, H, W] = [1, 2, 3, 4]"));
  EXPECT_THAT(refusals(with_constant("Sub", false, {2}, {1, 2})),
              refused("Sub",
                      "B: got [2], must be a scalar or one value per channel that broadcasts to "
                      "[1, C, H, W] = [1, 2, 3, 4]"));
  EXPECT_THAT(refusals(with_constant("Max", false, {2, 1, 1}, {1, 2})),
              refused("Max", "input 1: got different values, must be one value for all channels"));
  OnnxBuilder gate;
  gate.input("x", {1, 2, 3, 4}).node("GlobalMaxPool", {"x"}, {"g"}).node("Flatten", {"g"}, {"f"});
  gate.node("Mul", {"x", "f"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(gate),
              refused("Mul",
                      "B: got [1, C] = [1, 2], must be [1, C, H, W] = [1, 2, 3, 4] as A, or one of "
                      "the two with height and width 1"));
}

TEST(Refusals, AxesOtherThanTheChannels) {
  OnnxBuilder concat;
  concat.input("x", {1, 2, 3, 4}).node("Relu", {"x"}, {"r"});
  concat.node("Concat", {"x", "r"}, {"y"}, {{"axis", 2}}, "layer").output("y");
  EXPECT_THAT(refusals(concat),
              refused("Concat",
                      "axis: got 2 of [1, C, H, W] = [1, 2, 3, 4], must be the channels of inputs "
                      "of as many dimensions"));
  OnnxBuilder slice;
  slice.input("x", {1, 2, 3, 4}).ints("from", {1}, {0}).ints("to", {1}, {2}).ints("axes", {1}, {3});
  slice.node("Slice", {"x", "from", "to", "axes"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(slice),
              refused("Slice",
                      "axis: got 3 of [1, C, H, W] = [1, 2, 3, 4], must be the channels, or what "
                      "leaves the dimension as it is"));
  OnnxBuilder split;
  split.input("x", {1, 4, 3, 4}).ints("sizes", {2}, {1, 2});
  split.node("Split", {"x", "sizes"}, {"y", "z"}, {{"axis", 1}}, "layer").output("y").output("z");
  EXPECT_THAT(refusals(split),
              refused("Split", "split: got [1, 2], must be 2 parts whose sum is 4"));
  EXPECT_THAT(
      refusals(one_node("ReduceMean", {1, 2, 3, 4}, {{"axes", {1}}})),
      refused("ReduceMean",
              "axes: got [1] of [1, C, H, W] = [1, 2, 3, 4], must be height and width only"));
}

TEST(Refusals, OrderOfDimensions) {
  OnnxBuilder conv;
  conv.input("x", {1, 2, 3, 4}).node("Relu", {"x"}, {"r"});
  conv.node("Transpose", {"r"}, {"t"}, {{"perm", {0, 1, 3, 2}}});
  conv.floats("w", {1, 2, 1, 1}, {1, 2}).node("Conv", {"t", "w"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(conv),
              refused("Conv", "X: got [1, C, W, H] = [1, 2, 4, 3], must be [1, C, H, W]"));
  EXPECT_THAT(refusals(one_node("Transpose", {1, 2, 3, 4}, {{"perm", {0, 1, 1, 2}}})),
              refused("Transpose", "perm: got [0, 1, 1, 2], must be an order of the 4 dimensions"));
}

// A constant computed by node 'layer', which the model's Reshape reads.
OnnxBuilder reshaped_by(const std::string& op_type, const std::vector<std::string>& inputs,
                        const std::vector<test::OnnxAttribute>& attributes = {}) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 4}).ints("two", {2}, {1, 24}).ints("three", {3}, {1, 2, 3});
  model.ints("zero", {2}, {0, 0}).ints("huge", {2}, {std::numeric_limits<std::int64_t>::max(), 1});
  model.ints("table", {1, 2}, {1, 24}).floats("reals", {2}, {-129, 4e9F});
  model.node(op_type, inputs, {"shape"}, attributes, "layer");
  model.node("Reshape", {"x", "shape"}, {"y"}).output("y");
  return model;
}

TEST(Refusals, ConstantsThatCannotBeComputed) {
  EXPECT_THAT(
      refusals(reshaped_by("Add", {"two", "three"})),
      refused("Add", "operands: got [2] and [3], must be dimensions that broadcast to each other"));
  const std::string overflow = " must be a result that 64 bits hold";
  EXPECT_THAT(refusals(reshaped_by("Add", {"huge", "two"})),
              refused("Add", "operands: got 9223372036854775807 and 1," + overflow));
  EXPECT_THAT(
      refusals(reshaped_by("Mul", {"huge", "huge"})),
      refused("Mul", "operands: got 9223372036854775807 and 9223372036854775807," + overflow));
  EXPECT_THAT(refusals(reshaped_by("Div", {"two", "zero"})),
              refused("Div", "operands: got 1 and 0," + overflow));
  EXPECT_THAT(refusals(reshaped_by("Concat", {"two", "table"}, {{"axis", 0}})),
              refused("Concat", "input 1: got [1, 2], must be of 1 dimension"));
}

TEST(Refusals, CastsOfConstants) {
  const auto cast = [](const std::string& from, onnx::TensorProto::DataType to) {
    return refusals(reshaped_by("Cast", {from}, {{"to", static_cast<std::int64_t>(to)}}));
  };
  EXPECT_THAT(cast("reals", onnx::TensorProto::INT8),
              refused("Cast", "input: got -129.000000, must be in [-128, 127]"));
  EXPECT_THAT(cast("huge", onnx::TensorProto::UINT8),
              ElementsAre(HasSubstr("must be in [0, 255]")));
  EXPECT_THAT(cast("reals", onnx::TensorProto::INT64),
              refused("Cast", "input: got 4000000000.000000, must be within 32 bits"));
  EXPECT_THAT(cast("two", onnx::TensorProto::BOOL),
              refused("Cast",
                      "to: got BOOL, must be FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32 "
                      "or INT64"));
}

// (a + b - c) * d / e with e as it must be, and one more.
TEST(Refusals, ShapesComputedFromConstants) {
  for (const std::int64_t divisor : {3, 4}) {
    OnnxBuilder model;
    model.input("x", {1, 2, 3, 4}).ints("a", {2}, {2, 20}).ints("b", {2}, {1, 4});
    model.ints("c", {2}, {2, 0}).ints("d", {2}, {2, 3}).ints("e", {2}, {2, divisor});
    model.node("Add", {"a", "b"}, {"ab"}).node("Sub", {"ab", "c"}, {"abc"});
    model.node("Mul", {"abc", "d"}, {"abcd"}).node("Div", {"abcd", "e"}, {"shape"});
    model.floats("w", {24, 3}, random_floats(72, 1));
    model.node("Reshape", {"x", "shape"}, {"f"}, {}, "layer").node("Gemm", {"f", "w"}, {"y"});
    EXPECT_EQ(refusals(model.output("y")).empty(), divisor == 3);
  }
}

TEST(Refusals, ConstantsComputedWithoutEnd) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 4}).ints("dims", {2}, {1 << 20, 1 << 20});
  model.node("ConstantOfShape", {"dims"}, {"c"}, {}, "layer");
  model.node("Add", {"x", "c"}, {"y"}).output("y");
  EXPECT_THAT(refusals(model),
              refused("ConstantOfShape",
                      "result: got [1048576, 1048576], must be at most 268435456 elements of "
                      "constants computed at import"));
}

TEST(Refusals, SoftmaxOnlyAtTheEnd) {
  OnnxBuilder model;
  model.input("x", {1, 4}).node("Softmax", {"x"}, {"s"}, {}, "soft");
  model.node("Relu", {"s"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(model), refused("Relu",
                                       "X: got the result of a Softmax, must be anything else: a "
                                       "Softmax may only end the model"));
  EXPECT_THAT(
      refusals(one_node("Softmax", {1, 4, 2, 2}, {{"axis", 1}})),
      refused("Softmax",
              "axis: got 1 of [1, C, H, W] = [1, 4, 2, 2], must be the classes of [1, N] or "
              "[1, N, 1, 1]"));
}

TEST(Refusals, InputsAndOutputs) {
  EXPECT_THAT(refusals(one_node("Relu", {0, 3, 4, 4})),
              ElementsAre("model.onnx: input 'x': batch: got 0, must be at least 1, or symbolic"));
  EXPECT_THAT(
      refusals(one_node("Relu", {1, 3, -1, 4})),
      ElementsAre("model.onnx: input 'x': dimension 2 (height): got the symbol 'batch', must be "
                  "a number: export the model with a fixed size"));
  EXPECT_THAT(
      refusals(one_node("Relu", {1, 3, 4})),
      ElementsAre(
          "model.onnx: input 'x': dimensions: got 3, must be 4, [N, C, H, W], or 2, [N, F]"));
  EXPECT_THAT(refusals(one_node("Relu", {1, 3, 0, 4})),
              ElementsAre(HasSubstr("input 'x': height: got 0, must be in [1, ")));
  OnnxBuilder two = one_node("Relu", {1, 3, 4, 4});
  two.input("z", {1, 3, -1, 4});  // which nothing reads yet
  EXPECT_THAT(refusals(two), testing::IsEmpty());
  two.node("Add", {"y", "z"}, {"sum"}).output("sum");
  EXPECT_THAT(refusals(two),
              ElementsAre("model.onnx: inputs that something reads: got 2 (x [1, 3, 4, 4], z "
                          "[1, 3, ?, 4]), must be exactly 1, the image"));
  OnnxBuilder absent = one_node("Relu", {1, 3, 4, 4});
  absent.output("nobody");
  EXPECT_THAT(refusals(absent),
              ElementsAre("model.onnx: output 'nobody': source: got a name that nothing "
                          "computes, must be a node's output"));
  EXPECT_THAT(
      refusals(one_node("Identity", {1, 3, 4, 4})),
      ElementsAre(
          "model.onnx: output 'y': source: got the model's input, must be computed by a layer"));
}

TEST(Refusals, Opsets) {
  EXPECT_THAT(refusals(one_node("Relu", {1, 1, 2, 2}, {}, 0)),
              ElementsAre("model.onnx: opset: got 0, must be in [1, 21]"));
  EXPECT_THAT(refusals(one_node("Relu", {1, 1, 2, 2}, {}, 22)),
              ElementsAre("model.onnx: opset: got 22, must be in [1, 21]: export the model with "
                          "opset 17"));
  OnnxBuilder twice = one_node("Relu", {1, 1, 2, 2});
  twice.proto().add_opset_import()->set_version(9);
  EXPECT_THAT(refusals(twice), ElementsAre("model.onnx: opset: got two versions of the default "
                                           "domain, must be one"));
  OnnxBuilder none = one_node("Relu", {1, 1, 2, 2});
  none.proto().clear_opset_import();
  EXPECT_THAT(refusals(none),
              ElementsAre("model.onnx: opset: got none for the default domain, must be "
                          "in [1, 21]"));
}

TEST(Refusals, Tensors) {
  const auto with_weights = [](auto alter) {
    OnnxBuilder model = conv({1, 1, 4, 4}, {1, 1, 2, 2}, {});
    alter(*model.proto().mutable_graph()->mutable_initializer(0));
    return refusals(model);
  };
  EXPECT_THAT(
      with_weights([](onnx::TensorProto& w) { w.set_data_type(onnx::TensorProto::INT64); }),
      refused("Conv", "tensor 'w': type: got INT64, must be FLOAT, FLOAT16, BFLOAT16 or DOUBLE"));
  EXPECT_THAT(with_weights([](onnx::TensorProto& w) { w.mutable_raw_data()->pop_back(); }),
              refused("Conv", "tensor 'w': data: got 15 bytes, must be 16 for [1, 1, 2, 2]"));
  EXPECT_THAT(with_weights([](onnx::TensorProto& w) { w.clear_raw_data(); }),
              refused("Conv", "tensor 'w': data: got 0 values, must be 4 for [1, 1, 2, 2]"));
  EXPECT_THAT(with_weights([](onnx::TensorProto& w) { w.set_dims(0, std::int64_t{1} << 40); }),
              refused("Conv",
                      "tensor 'w': dimensions: got [1099511627776, 1, 2, 2], must be not "
                      "negative, with at most 536870912 elements"));
  EXPECT_THAT(with_weights([](onnx::TensorProto& w) { w.set_dims(0, 0), w.clear_raw_data(); }),
              refused("Conv", "W: got [0, 1, 2, 2], must be not empty"));
  EXPECT_THAT(
      with_weights([](onnx::TensorProto& w) { w.set_data_location(onnx::TensorProto::EXTERNAL); }),
      refused("Conv",
              "tensor 'w': data: got external data, must be in the model file: save the "
              "model as one file"));
  EXPECT_THAT(with_weights([](onnx::TensorProto& w) {
                const float nan = std::numeric_limits<float>::quiet_NaN();
                w.mutable_raw_data()->replace(4, 4, reinterpret_cast<const char*>(&nan), 4);
              }),
              refused("Conv", "tensor 'w': value 1: got nan, must be finite"));
}

TEST(Refusals, WrongStructure) {
  OnnxBuilder cycle;
  cycle.input("x", {1, 1, 2, 2});
  cycle.node("Add", {"x", "b"}, {"a"}, {}, "layer")
      .node("Relu", {"a"}, {"b"}, {}, "relu")
      .output("b");
  EXPECT_THAT(refusals(cycle), refused("Add",
                                       "input: got 'b', made by the later node 'relu' (Relu) in a "
                                       "cycle of nodes, must be an input, an initializer or the "
                                       "output of an earlier node"));
  OnnxBuilder twice;
  twice.input("x", {1, 1, 2, 2}).node("Relu", {"x"}, {"y"});
  twice.node("Relu", {"y"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(twice),
              refused("Relu", "output: got 'y' a second time, must be a new tensor name"));
  OnnxBuilder clash;
  clash.input("x", {1, 1, 2, 2})
      .floats("y", {1}, {1})
      .node("Relu", {"x"}, {"y"}, {}, "layer")
      .output("y");
  EXPECT_THAT(refusals(clash), testing::Contains(HasSubstr("output: got 'y' a second time")));
  EXPECT_THAT(refusals(one_node("Relu", {1, 1, 2, 2}, {{"slope", 1.0F}})),
              refused("Relu", "attribute: got 'slope', must be absent: Relu has none"));
  EXPECT_THAT(
      refusals(one_node("Flatten", {1, 1, 2, 2}, {{"axis", 1.0F}, {"order", 1}, {"axis", 1}})),
      ElementsAre(
          HasSubstr("axis: got an attribute of type FLOAT, must be INT"),
          HasSubstr("attribute: got 'order', must be one that Flatten has in opset 13: axis"),
          HasSubstr("attribute: got 'axis' twice, must be given once")));
  // A declared shape that is not what the node computes.
  OnnxBuilder shape;
  shape.input("x", {1, 1, 2, 2}).node("Relu", {"x"}, {"y"}).output("y", {1, 1, 2, 3});
  EXPECT_THAT(refusals(shape),
              ElementsAre("model.onnx: shape of tensor 'y': got [1, 1, 2, 3], must be [1, 1, 2, "
                          "2] as its node computes"));
}

}  // namespace
}  // namespace npusim
