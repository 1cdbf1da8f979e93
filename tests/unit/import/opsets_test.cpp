// SPDX-License-Identifier: Apache-2.0
// Opsets older and newer than the rules: the same graph as the same model in opset 13.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/support.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using test::Dims;
using test::first_output;
using test::import_built;
using test::kinds;
using test::one_node;
using test::OnnxBuilder;
using test::random_floats;
using test::refusals;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> ramp(std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = 0.25 * static_cast<double>(i) - 2;
  return values;
}

TEST(OldOpsets, ANetworkOfOpsetOne) {
  OnnxBuilder model(1);
  model.input("x", {1, 2, 4, 4}).floats("w", {3, 2, 3, 3}, random_floats(54, 1));
  model.floats("s", {3}, {1, 2, 3}).floats("m", {3}, {0, 1, -1}).floats("v", {3}, {1, 4, 9});
  model.node("Pad", {"x"}, {"p"}, {{"paddings", {0, 0, 1, 1, 0, 0, 1, 1}}}, "pad");
  model.node("Conv", {"p", "w"}, {"c"}, {}, "conv");
  model.node("BatchNormalization", {"c", "s", "m", "m", "v"}, {"b"},
             {{"is_test", 1}, {"consumed_inputs", {0, 0, 0, 1, 1}}}, "norm");
  model.node("Relu", {"b"}, {"r"}, {{"consumed_inputs", {0}}}, "relu");
  model.node("Dropout", {"r"}, {"d"}, {{"is_test", 1}}, "drop");
  model.node("Cast", {"d"}, {"f"}, {{"to", "FLOAT"}}, "cast");
  model.node("MaxPool", {"f"}, {"q"}, {{"kernel_shape", {4, 4}}}, "max");
  model.node("Reshape", {"q"}, {"y"}, {{"shape", {1, 3}}}, "flat").output("y", {1, 3});
  const graph::Graph old = import_built(model);
  EXPECT_THAT(test::layer_names(old), ElementsAre("x", "pad", "conv", "norm", "relu", "max"));

  OnnxBuilder recent(13);
  recent.input("x", {1, 2, 4, 4}).floats("w", {3, 2, 3, 3}, random_floats(54, 1));
  recent.floats("s", {3}, {1, 2, 3}).floats("m", {3}, {0, 1, -1}).floats("v", {3}, {1, 4, 9});
  recent.node("Conv", {"x", "w"}, {"c"}, {{"pads", {1, 1, 1, 1}}});
  recent.node("BatchNormalization", {"c", "s", "m", "m", "v"}, {"b"}).node("Relu", {"b"}, {"r"});
  recent.node("GlobalMaxPool", {"r"}, {"y"}).output("y");
  EXPECT_EQ(first_output(old, ramp(32)), first_output(import_built(recent), ramp(32)));
}

// The second operand lies along the dimensions from `axis` on.
TEST(OldOpsets, BroadcastAlongAnAxis) {
  const std::vector<float> addend = {10, 20, 30};
  OnnxBuilder recent(13);
  recent.input("x", {1, 3, 2, 2}).floats("a", {3, 1, 1}, addend);
  recent.node("Add", {"x", "a"}, {"y"}).output("y");
  for (const int opset : {1, 5, 6}) {
    for (const Dims& dims : {Dims{3}, Dims{3, 1}, Dims{3, 1, 1}}) {
      OnnxBuilder old(opset);
      old.input("x", {1, 3, 2, 2}).floats("a", dims, addend);
      old.node("Add", {"x", "a"}, {"y"}, {{"axis", 1}, {"broadcast", 1}}, "add").output("y");
      EXPECT_EQ(first_output(import_built(old), ramp(12)),
                first_output(import_built(recent), ramp(12)))
          << opset << ' ' << dims.size();
    }
  }
  OnnxBuilder wrong(6);
  wrong.input("x", {1, 3, 2, 2}).floats("a", {3}, addend);
  wrong.node("Add", {"x", "a"}, {"y"}, {{"axis", 4}, {"broadcast", 1}}, "layer").output("y");
  EXPECT_THAT(refusals(wrong), ElementsAre("model.onnx: node 'layer' (Add): axis: got 4, must be "
                                           "in [0, 3] for [3] and [1, 3, 2, 2]"));
}

TEST(OldOpsets, BroadcastOfAnActivation) {
  OnnxBuilder model(6);
  model.input("x", {1, 3, 2, 2}).node("GlobalMaxPool", {"x"}, {"p"});
  model.node("Squeeze", {"p"}, {"g"}, {{"axes", {0, 2, 3}}});
  model.node("Mul", {"x", "g"}, {"y"}, {{"axis", 1}, {"broadcast", 1}}, "mul").output("y");
  OnnxBuilder recent(13);
  recent.input("x", {1, 3, 2, 2}).node("GlobalMaxPool", {"x"}, {"p"});
  recent.node("Mul", {"x", "p"}, {"y"}).output("y");
  EXPECT_EQ(first_output(import_built(model), ramp(12)),
            first_output(import_built(recent), ramp(12)));
}

TEST(OldOpsets, Gemm) {
  OnnxBuilder model(6);
  model.input("x", {1, 4}).floats("b", {3, 4}, random_floats(12, 1)).floats("c", {3}, {1, 2, 3});
  model.node("Gemm", {"x", "b", "c"}, {"y"}, {{"transB", 1}, {"broadcast", 1}}, "fc").output("y");
  EXPECT_THAT(kinds(import_built(model)), ElementsAre("input", "gemm"));
  OnnxBuilder ranks(6);
  ranks.input("x", {1, 4, 1, 1}).floats("b", {3, 4}, random_floats(12, 1));
  ranks.floats("c", {3}, {1, 2, 3});
  ranks.node("Gemm", {"x", "b", "c"}, {"y"}, {{"transB", 1}}, "layer").output("y");
  EXPECT_THAT(refusals(ranks), ElementsAre("model.onnx: node 'layer' (Gemm): A: got [1, 4, 1, 1], "
                                           "must be of 2 dimensions"));
}

// The converter aborts the program where operands are missing.
TEST(OldOpsets, NumbersOfOperands) {
  EXPECT_THAT(refusals(one_node("Add", {1, 1, 2, 2}, {{"broadcast", 1}}, 6)),
              ElementsAre("model.onnx: node 'layer' (Add): inputs: got 1, must be 2"));
  OnnxBuilder none(6);
  none.node("Sum", {}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(refusals(none), ElementsAre("model.onnx: node 'layer' (Sum): inputs: got 0, must be "
                                          "at least 1"));
}

TEST(OldOpsets, WhatTheConverterRefuses) {
  EXPECT_THAT(refusals(one_node("Dropout", {1, 1, 2, 2}, {{"is_test", 0}}, 6)),
              ElementsAre(HasSubstr("node 'layer' (Dropout): operator: got Dropout of opset 6 "
                                    "('Attribute is_test must not have value 0")));
  EXPECT_THAT(refusals(one_node("HardSwish", {1, 1, 2, 2}, {}, 6)),
              ElementsAre("model.onnx: node 'layer' (HardSwish): operator: got HardSwish, must be "
                          "one that opset 6 has"));
  OnnxBuilder all(6);
  all.input("x", {1, 1, 2, 2}).node("LSTM", {"x"}, {"a"}, {}, "first");
  all.node("Relu", {"a"}, {"b"}).node("Dropout", {"x"}, {"c"}, {{"is_test", 0}}, "second");
  all.output("b").output("c");
  EXPECT_EQ(refusals(all).size(), 2U);
}

TEST(NewOpsets, WhatHasNotChanged) {
  for (const int opset : {18, 19, 20, 21}) {
    OnnxBuilder model(opset);
    model.input("x", {1, 2, 4, 4}).floats("w", {3, 2, 1, 1}, random_floats(6, 1));
    model.node("Conv", {"x", "w"}, {"c"}).node("Relu", {"c"}, {"r"});
    model.node("AveragePool", {"r"}, {"p"}, {{"kernel_shape", {2, 2}}, {"dilations", {1, 1}}});
    model.node("Cast", {"p"}, {"f"}, {{"to", 1}, {"saturate", 1}});
    model.ints("axes", {2}, {2, 3});
    model.node("ReduceMean", {"f", "axes"}, {"m"}, {{"keepdims", 0}}).output("m");
    EXPECT_THAT(kinds(import_built(model)), ElementsAre("input", "conv", "clamp", "pool", "pool"))
        << opset;
  }
}

TEST(NewOpsets, WhatHas) {
  EXPECT_THAT(
      refusals(one_node("AveragePool", {1, 1, 4, 4},
                        {{"kernel_shape", {2, 2}}, {"dilations", {2, 2}}}, 19)),
      ElementsAre("model.onnx: node 'layer' (AveragePool): attribute: got 'dilations' as in opset "
                  "19, must be absent, or of no effect: export the model with opset 17"));
  OnnxBuilder pad(18);
  pad.input("x", {1, 1, 4, 4}).ints("p", {4}, {1, 1, 1, 1}).floats("v", {}, {0});
  pad.ints("a", {2}, {2, 3}).node("Pad", {"x", "p", "v", "a"}, {"y"}, {}, "layer").output("y");
  EXPECT_THAT(
      refusals(pad),
      ElementsAre("model.onnx: node 'layer' (Pad): inputs: got 4 as in opset 18, must be at "
                  "most 3: export the model with opset 17"));
}

}  // namespace
}  // namespace npusim
