// SPDX-License-Identifier: Apache-2.0
// The forms in which the same model may be written: types of weights, opsets, batches, containers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <limits>

#include "frontend/import/tensors.h"
#include "tests/support/support.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using test::Dims;
using test::import_built;
using test::kinds;
using test::layer;
using test::one_node;
using test::OnnxBuilder;
using test::refusals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A 1x1 convolution whose four weights `alter` stores in its own way.
template <typename Alter>
OnnxBuilder conv_with(Alter alter) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3}).floats("w", {2, 2, 1, 1}, {0, 0, 0, 0});
  onnx::TensorProto& w = *model.proto().mutable_graph()->mutable_initializer(0);
  w.clear_raw_data();
  alter(w);
  model.node("Conv", {"x", "w"}, {"y"}, {}, "layer").output("y");
  return model;
}

std::vector<float> weights_of(const OnnxBuilder& model) {
  return layer<graph::Conv>(import_built(model), 1).weights_ohwi;
}

TEST(FormatWeights, HalfPrecisionIsExact) {
  // 1, -2, the smallest subnormal, the largest number.
  const std::vector<std::uint16_t> bits = {0x3C00, 0xC000, 0x0001, 0x7BFF};
  const std::vector<float> wanted = {1.0F, -2.0F, 0x1p-24F, 65504.0F};
  EXPECT_EQ(weights_of(conv_with([&](onnx::TensorProto& w) {
              w.set_data_type(onnx::TensorProto::FLOAT16);
              w.set_raw_data(bits.data(), bits.size() * 2);
            })),
            wanted);
  EXPECT_EQ(weights_of(conv_with([&](onnx::TensorProto& w) {
              w.set_data_type(onnx::TensorProto::FLOAT16);
              for (const std::uint16_t value : bits) w.add_int32_data(value);
            })),
            wanted);
}

// Against the definition, for all 65,536.
TEST(FormatWeights, EveryHalf) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = import::half_to_float(static_cast<std::uint16_t>(bits));
    const int exponent = static_cast<int>(bits >> 10 & 0x1F);
    const double fraction = static_cast<double>(bits & 0x3FF) / 1024;
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(value), fraction > 0) << bits;
      EXPECT_EQ(std::isinf(value), fraction == 0) << bits;
      EXPECT_EQ(std::signbit(value), sign < 0) << bits;
    } else {
      const double wanted =
          exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
      EXPECT_EQ(static_cast<double>(value), sign * wanted) << bits;
      EXPECT_EQ(std::signbit(value), sign < 0) << bits;
    }
  }
}

TEST(FormatWeights, BfloatAndDouble) {
  EXPECT_EQ(weights_of(conv_with([](onnx::TensorProto& w) {
              w.set_data_type(onnx::TensorProto::BFLOAT16);
              for (const int bits : {0x3F80, 0xC000, 0x4049, 0x0000}) w.add_int32_data(bits);
            })),
            (std::vector<float>{1.0F, -2.0F, 3.140625F, 0.0F}));
  const std::vector<double> values = {0.1, 1 + 0x1p-24, 1 + 0x1.8p-23, -1e-60};
  const std::vector<float> wanted = {0.1F, 1.0F, 1 + 0x1p-22F, -0.0F};
  EXPECT_EQ(weights_of(conv_with([&](onnx::TensorProto& w) {
              w.set_data_type(onnx::TensorProto::DOUBLE);
              w.set_raw_data(values.data(), values.size() * 8);
            })),
            wanted);
  EXPECT_EQ(weights_of(conv_with([&](onnx::TensorProto& w) {
              w.set_data_type(onnx::TensorProto::DOUBLE);
              for (const double value : values) w.add_double_data(value);
            })),
            wanted);
}

TEST(FormatWeights, NotFinite) {
  EXPECT_THAT(refusals(conv_with([](onnx::TensorProto& w) {
                w.set_data_type(onnx::TensorProto::FLOAT16);
                for (const int bits : {0, 0x7E00, 0, 0}) w.add_int32_data(bits);
              })),
              ElementsAre("model.onnx: node 'layer' (Conv): tensor 'w': value 1: got nan, must be "
                          "finite"));
  EXPECT_THAT(refusals(conv_with([](onnx::TensorProto& w) {
                w.set_data_type(onnx::TensorProto::DOUBLE);
                for (const double value : {0.0, 0.0, 0.0, -1e300}) w.add_double_data(value);
              })),
              ElementsAre(HasSubstr("tensor 'w': value 3: got -inf, must be finite as a float")));
  EXPECT_THAT(refusals(conv_with([](onnx::TensorProto& w) {
                w.set_data_type(onnx::TensorProto::FLOAT16);
                for (const int bits : {0, 0, 70000, 0}) w.add_int32_data(bits);
              })),
              ElementsAre(HasSubstr("tensor 'w': data: got 70000, must be 16 bits")));
}

// A half-precision network between two Casts, and one that is half-precision throughout.
TEST(FormatTypes, HalfPrecisionNetworks) {
  OnnxBuilder model = conv_with([](onnx::TensorProto& w) {
    w.set_data_type(onnx::TensorProto::FLOAT16);
    w.set_raw_data(std::string("\0\x3C\0\0\0\0\0\x3C", 8));
  });
  auto& graph = *model.proto().mutable_graph();
  auto& type = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT16);
  graph.mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::FLOAT16);
  EXPECT_THAT(kinds(import_built(model)), ElementsAre("input", "conv"));

  OnnxBuilder cast;
  cast.input("x", {1, 2, 3, 3}).node("Cast", {"x"}, {"h"}, {{"to", 10}});
  cast.node("Relu", {"h"}, {"r"}).node("Cast", {"r"}, {"y"}, {{"to", 1}}).output("y");
  EXPECT_THAT(kinds(import_built(cast)), ElementsAre("input", "clamp"));

  EXPECT_THAT(refusals(one_node("Cast", {1, 1, 2, 2}, {{"to", 7}})),
              ElementsAre("model.onnx: node 'layer' (Cast): to: got INT64, must be FLOAT, FLOAT16, "
                          "BFLOAT16 or DOUBLE"));
}

TEST(FormatContainers, InitializersAmongTheInputsOrNot) {
  for (const int ir_version : {3, 4, 8, 10}) {
    for (const bool is_listed : {false, true}) {
      OnnxBuilder model =
          conv_with([](onnx::TensorProto& w) { w.set_raw_data(std::string(16, 0)); });
      model.proto().set_ir_version(ir_version);
      if (is_listed) model.input("w", {2, 2, 1, 1});
      EXPECT_THAT(refusals(model), IsEmpty()) << ir_version << is_listed;
    }
  }
}

TEST(FormatContainers, WhatNothingReads) {
  OnnxBuilder model = one_node("Relu", {1, 2, 3, 3});
  auto& proto = model.proto();
  proto.add_opset_import()->set_domain("com.microsoft");
  proto.mutable_opset_import(1)->set_version(1);
  proto.add_training_info();
  proto.add_functions()->set_name("Unused");
  auto& unread = *proto.mutable_graph()->add_initializer();
  unread.set_name("unread");
  unread.set_data_location(onnx::TensorProto::EXTERNAL);
  proto.mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("sparse");
  EXPECT_THAT(refusals(model), IsEmpty());
  proto.mutable_graph()->mutable_node(0)->set_domain("com.microsoft");
  EXPECT_THAT(refusals(model),
              ElementsAre("model.onnx: node 'layer' (Relu): operator: got com.microsoft.Relu, must "
                          "be one of the operators in docs/operators.md"));
}

TEST(FormatContainers, FunctionsAndSparseWeightsInUse) {
  OnnxBuilder function = one_node("Special", {1, 2, 3, 3});
  function.proto().mutable_graph()->mutable_node(0)->set_domain("local");
  function.proto().add_functions()->set_name("Special");
  function.proto().mutable_functions(0)->set_domain("local");
  EXPECT_THAT(refusals(function),
              ElementsAre("model.onnx: node 'layer' (Special): operator: got a function that the "
                          "model itself defines, must be an operator of ONNX: export the model "
                          "with its functions inlined"));
  OnnxBuilder sparse;
  sparse.input("x", {1, 2, 3, 3}).node("Conv", {"x", "w"}, {"y"}).output("y");
  sparse.proto().mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("w");
  EXPECT_THAT(refusals(sparse),
              ElementsAre("model.onnx: initializer 'w': got a sparse tensor, must "
                          "be dense: store all values"));
}

TEST(FormatOrder, ReadBeforeMade) {
  OnnxBuilder model;
  model.input("x", {1, 1, 2, 2});
  model.node("Relu", {"late"}, {"y"}, {}, "first").node("Relu", {"x"}, {"late"}, {}, "second");
  model.node("Add", {"own", "ghost"}, {"own"}, {}, "third").output("y").output("own");
  EXPECT_THAT(
      refusals(model),
      ElementsAre("model.onnx: node 'first' (Relu): input: got 'late', made by the later node "
                  "'second' (Relu), must be an input, an initializer or the output of an earlier "
                  "node",
                  "model.onnx: node 'third' (Add): input: got 'own', the node's own output, must "
                  "be an input, an initializer or the output of an earlier node",
                  "model.onnx: node 'third' (Add): input: got 'ghost', which nothing in the model "
                  "makes, must be an input, an initializer or the output of an earlier node"));
}

// [N, -1], [N, C, 1, 1] and the like begin with the batch.
OnnxBuilder batch_of_four(const Dims& shape) {
  OnnxBuilder model;
  model.input("x", {4, 2, 3, 3}).node("GlobalAveragePool", {"x"}, {"p"});
  model.ints("s", {static_cast<std::int64_t>(shape.size())}, shape);
  model.node("Reshape", {"p", "s"}, {"y"}, {}, "layer").output("y", {4, 2});
  return model;
}

TEST(FormatBatch, AFixedBatchIsTakenAsOne) {
  for (const Dims& shape : {Dims{4, -1}, Dims{4, 2}, Dims{-1, 2}, Dims{0, -1}, Dims{0, 2}}) {
    EXPECT_THAT(refusals(batch_of_four(shape)), IsEmpty()) << import::to_text(shape);
  }
  EXPECT_EQ(import_built(batch_of_four({4, -1})).node(0).shape, (graph::Shape{3, 3, 2}));
}

TEST(FormatBatch, UnlessTheModelMixesIt) {
  EXPECT_THAT(refusals(batch_of_four({2, 4})), ElementsAre(HasSubstr("node 'layer' (Reshape): ")));
  EXPECT_THAT(refusals(batch_of_four({1, 8})), ElementsAre(HasSubstr("must be of 2 elements")));
}

}  // namespace
}  // namespace npusim
