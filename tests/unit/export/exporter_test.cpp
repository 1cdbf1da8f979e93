// SPDX-License-Identifier: Apache-2.0
// What an exported model looks like: ports, limits, functions, metadata; what is refused.
#include "frontend/export/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>

#include <limits>
#include <map>

#include "sim/base/errors.h"
#include "tests/support/integer_graphs.h"
#include "tests/unit/export/export_helpers.h"

namespace npusim {
namespace {

using test::Dims;
using test::OnnxBuilder;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A pointwise convolution of 2 channels, x -> y, as the model NAME.
OnnxBuilder& conv(OnnxBuilder& model, const std::string& x, const std::string& y,
                  const std::string& name) {
  model.floats(name + "_w", {2, 2, 1, 1}, {0.5F, -0.3F, 0.01F, 0.25F});
  return model.node("Conv", {x, name + "_w"}, {y}, {}, name);
}

struct Exported {
  test::Network from;
  graph::QuantizedGraph quantized;
  onnx::ModelProto model;
  test::Network read;
};

Exported round_trip(const OnnxBuilder& builder) {
  Exported result;
  result.from = test::read_network(builder.bytes());
  result.quantized = test::quantized(result.from.graph);
  const std::string bytes =
      exporter::to_onnx(result.from.graph, result.quantized, result.from.interface, {}).bytes;
  result.model = test::parsed(bytes);
  onnx::checker::check_model(result.model);
  result.read = test::read_network(bytes);
  EXPECT_THAT(test::integers_that_differ(result.quantized, test::quantized(result.read.graph)),
              IsEmpty());
  return result;
}

std::vector<std::string> refusals(const graph::Graph& graph,
                                  const graph::QuantizedGraph& quantized) {
  try {
    exporter::to_onnx(graph, quantized, import::default_interface(graph), {});
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

TEST(Exporter, KeepsASymbolicBatchAndSeveralOutputs) {
  OnnxBuilder model;
  model.input("picture", {-1, 2, 4, 5});
  conv(model, "picture", "map", "first");
  model.node("GlobalAveragePool", {"map"}, {"mean"}, {}, "pool");
  model.node("Flatten", {"mean"}, {"features"}, {}, "flat");
  model.node("Transpose", {"map"}, {"last"}, {{"perm", {0, 2, 3, 1}}}, "turn");
  model.output("features").output("map").output("last").output("mean");
  const Exported exported = round_trip(model);
  EXPECT_THAT(test::ports_text(exported.model.graph().input()), ElementsAre("picture batchx2x4x5"));
  EXPECT_THAT(
      test::ports_text(exported.model.graph().output()),
      ElementsAre("features batchx2", "map batchx2x4x5", "last batchx4x5x2", "mean batchx2x1x1"));
}

TEST(Exporter, AFixedBatchAndAnOutputWithoutOneStayFixed) {
  OnnxBuilder fixed;
  fixed.input("x", {1, 2, 4, 4});
  conv(fixed, "x", "y", "first").output("y");
  EXPECT_THAT(test::ports_text(round_trip(fixed).model.graph().input()), ElementsAre("x 1x2x4x4"));
  OnnxBuilder flat;
  flat.input("x", {-1, 2, 1, 1});
  conv(flat, "x", "c", "first").ints("all", {1}, {-1});
  flat.node("Reshape", {"c", "all"}, {"y"}, {}, "reshape").output("y");
  const Exported exported = round_trip(flat);
  EXPECT_THAT(test::ports_text(exported.model.graph().input()), ElementsAre("x 1x2x1x1"));
  EXPECT_THAT(test::ports_text(exported.model.graph().output()), ElementsAre("y 2"));
}

TEST(Exporter, NamesNeverMeet) {
  OnnxBuilder model;
  model.input("a", {1, 2, 2, 2});
  conv(model, "a", "t", "a_codes");  // a layer named as another's codes
  conv(model, "t", "a_codes", "y");  // a layer named as the output, a tensor named as a layer
  conv(model, "a_codes", "y", "y_scale").output("y");
  const Exported exported = round_trip(model);
  std::map<std::string, int> made;
  for (const auto& node : exported.model.graph().node()) ++made[node.output(0)];
  for (const auto& tensor : exported.model.graph().initializer()) ++made[tensor.name()];
  ++made["a"];
  for (const auto& [name, count] : made) EXPECT_EQ(count, 1) << name;
  std::vector<std::string> layers;
  for (const graph::Node& node : exported.read.graph.nodes) layers.push_back(node.name);
  EXPECT_THAT(layers, ElementsAre("a", "a_codes", "y", "y_scale"));
}

TEST(Exporter, EveryFunctionHasItsOperator) {
  OnnxBuilder model(14);
  model.input("x", {1, 2, 3, 3});
  std::string last = "x";
  const auto append = [&](const std::string& op,
                          const std::vector<test::OnnxAttribute>& attributes) {
    conv(model, last, op + "_c", op + "_conv");
    model.node(op, {op + "_c"}, {op + "_y"}, attributes, op);
    last = op + "_y";
  };
  append("HardSigmoid", {{"alpha", 0.21F}, {"beta", 0.45F}});
  append("HardSwish", {});
  append("Sigmoid", {});
  append("LeakyRelu", {{"alpha", 0.03F}});
  append("Elu", {{"alpha", 0.7F}});
  append("Selu", {});
  append("Tanh", {});
  append("Softplus", {});
  conv(model, last, "s", "silu_conv").node("Sigmoid", {"s"}, {"gate"}, {}, "gate");
  model.node("Mul", {"s", "gate"}, {"silu"}, {}, "silu");
  conv(model, "silu", "m", "mish_conv").node("Softplus", {"m"}, {"soft"}, {}, "soft");
  model.node("Tanh", {"soft"}, {"tanh"}, {}, "tanh").node("Mul", {"m", "tanh"}, {"y"}, {}, "mish");
  model.output("y");
  const Exported exported = round_trip(model);
  EXPECT_THAT(
      test::operators(exported.model),
      AllOf(Contains("HardSigmoid").Times(2), Contains("Sigmoid").Times(2), Contains("LeakyRelu"),
            Contains("Elu"), Contains("Selu"), Contains("Tanh").Times(2),
            Contains("Softplus").Times(2), Contains("Mul").Times(3), Not(Contains("HardSwish"))));
}

TEST(Exporter, LimitsOfFewBitsAreClips) {
  OnnxBuilder model;
  model.input("x", {1, 2, 3, 3});
  conv(model, "x", "c", "first").node("Relu", {"c"}, {"r"}, {}, "relu");
  conv(model, "r", "y", "second").output("y");
  const test::Network network = test::read_network(model.bytes());
  quantize::QuantizationOptions options;
  EXPECT_THAT(test::operators(test::parsed(
                  exporter::to_onnx(network.graph, test::quantized(network.graph, options),
                                    network.interface, {})
                      .bytes)),
              AllOf(Contains("Relu"), Not(Contains("Clip"))));
  options.layers.activation_bits = 5;
  const graph::QuantizedGraph narrow = test::quantized(network.graph, options);
  const std::string bytes = exporter::to_onnx(network.graph, narrow, network.interface, {}).bytes;
  EXPECT_THAT(test::operators(test::parsed(bytes)), Contains("Clip").Times(3));
  const graph::QuantizedGraph read = test::quantized(test::read_network(bytes).graph);
  EXPECT_EQ(read.nodes.back().clamps.low, -16);
  EXPECT_EQ(read.nodes.back().clamps.high, 15);
}

// Runtimes refuse a pool with as much padding as window.
TEST(Exporter, WidePaddingOfAPoolIsAPadOfItsOwn) {
  graph::Graph graph;
  graph.name = "pools";
  graph.nodes.push_back({"x", graph::Input{}, {}, {3, 3, 2}, {}});
  graph::Pool max{graph::PoolKind::max, {2, 2, 3, 3, 2, 2, 2, 2, 1, 1}, false};
  graph::Node pool{"pool", max, {0}, {}, {}};
  pool.shape = graph::infer_shape(pool, {graph.nodes[0].shape});
  graph.nodes.push_back(pool);
  graph.outputs = {1};
  const graph::QuantizedGraph ours = test::quantized(graph);
  const std::string bytes =
      exporter::to_onnx(graph, ours, import::default_interface(graph), {}).bytes;
  EXPECT_THAT(test::operators(test::parsed(bytes)), Contains("Pad"));
  EXPECT_THAT(test::integers_that_differ(ours, test::quantized(test::read_network(bytes).graph)),
              IsEmpty());
}

TEST(Exporter, SeveralInputsAreNamedAsTheirLayers) {
  graph::Graph graph;
  graph.name = "sum";
  graph.nodes.push_back({"left", graph::Input{}, {}, {2, 3, 2}, {}});
  graph.nodes.push_back({"right", graph::Input{}, {}, {2, 3, 2}, {}});
  graph.nodes.push_back({"sum", graph::Add{}, {0, 1}, {2, 3, 2}, {0, kInfinity}});
  graph.outputs = {2};
  const onnx::ModelProto model = test::parsed(
      exporter::to_onnx(graph, test::quantized(graph), import::default_interface(graph), {}).bytes);
  onnx::checker::check_model(model);
  EXPECT_THAT(test::ports_text(model.graph().input()),
              ElementsAre("left 1x2x2x3", "right 1x2x2x3"));
  EXPECT_THAT(test::ports_text(model.graph().output()), ElementsAre("sum 1x2x2x3"));
}

TEST(Exporter, MetadataSaysWhoAndHow) {
  OnnxBuilder builder;
  builder.input("x", {1, 2, 3, 3});
  conv(builder, "x", "y", "first").output("y");
  const test::Network network = test::read_network(builder.bytes());
  const onnx::ModelProto model =
      test::parsed(exporter::to_onnx(network.graph, test::quantized(network.graph),
                                     network.interface, {{"scheme", "shift_scaler"}})
                       .bytes);
  EXPECT_EQ(model.producer_name(), "npusim");
  EXPECT_EQ(model.opset_import(0).version(), exporter::kOpset);
  std::map<std::string, std::string> properties;
  for (const auto& entry : model.metadata_props()) properties[entry.key()] = entry.value();
  EXPECT_THAT(properties, Contains(Pair("npusim.scheme", "shift_scaler")));
  EXPECT_THAT(properties, Contains(Pair("npusim.exact/y_scale", testing::_)));
}

// A tool that changed the scales and kept the metadata: what the model says counts.
TEST(Exporter, MetadataOfOtherScalesIsLeftOutWithANote) {
  OnnxBuilder builder;
  builder.input("x", {1, 2, 3, 3});
  conv(builder, "x", "y", "first").output("y");
  const test::Network network = test::read_network(builder.bytes());
  onnx::ModelProto model = test::parsed(
      exporter::to_onnx(network.graph, test::quantized(network.graph), network.interface, {})
          .bytes);
  const float wanted = 0.0625F;
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.name() == "y_scale") tensor.set_raw_data(&wanted, sizeof(wanted));
  }
  const test::Network read = test::read_network(model.SerializeAsString());
  EXPECT_EQ(read.graph.nodes.back().given->scale, 0.0625);
  EXPECT_THAT(read.notes, ElementsAre(HasSubstr("metadata (npusim.exact/...)")));
}

TEST(Exporter, RefusesAllThatOnnxCannotCarryAtOnce) {
  graph::Graph graph;
  graph.name = "refused";
  graph.nodes.push_back({"x", graph::Input{}, {}, {5, 5, 2}, {}});
  graph::Conv layer;
  layer.in_channels = layer.out_channels = 2;
  layer.weights_ohwi = {0.5F, 0.25F, 0.125F, 0.0625F};
  layer.bias = {0, 0};
  graph.nodes.push_back({"layer", layer, {0}, {5, 5, 2}, {}});
  graph::Pool average{graph::PoolKind::average, {2, 2, 1, 1, 2, 2, 0, 0, 0, 0}, false};
  graph.nodes.push_back({"pool", average, {1}, {3, 3, 2}, {}});
  graph.outputs = {2};
  graph::QuantizedGraph quantized = test::quantized(graph);
  quantized.nodes[0].quantization = {0.01, -128};
  auto& conv = std::get<graph::QuantizedConv>(quantized.nodes[1].op);
  conv.bias[1] = std::numeric_limits<std::int32_t>::max();
  conv.weights_ohwi = {1, 1, -127, -127};
  quantized.nodes[2].quantization.scale = 1e-40;
  EXPECT_THAT(
      refusals(graph, quantized),
      UnorderedElementsAre(
          "layer 'layer': bias of channel 1 in steps of its accumulator: got 2147516159, must be "
          "within int32, which ONNX's biases are",
          HasSubstr("layer 'pool': scale of its tensor: got "),
          "layer 'pool': dilation of an average pool: got 2 x 2, must be 1 x 1 in ONNX of opset "
          "13"));
}

}  // namespace
}  // namespace npusim
