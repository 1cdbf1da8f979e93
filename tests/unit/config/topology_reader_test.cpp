// SPDX-License-Identifier: Apache-2.0
#include "sim/config/topology_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/topology_layer.h"

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

struct Read {
  TopologyConfig topology;
  std::vector<std::string> errors;
};

Read read(const std::string& text) {
  base::ErrorList errors;
  const YamlNode root = parse_yaml(text, "net.yaml", errors);
  Read result;
  result.topology = read_topology(root, errors);
  result.errors = errors.messages();
  return result;
}

constexpr char kInput[] = "input: {height: 8, width: 8, channels: 3}\n";

/// "name kind inputs" of every layer.
std::vector<std::string> layers_of(const std::string& text) {
  const Read result = read(kInput + text);
  EXPECT_THAT(result.errors, IsEmpty());
  std::vector<std::string> lines;
  for (const TopologyLayer& layer : result.topology.layers) {
    std::string line = layer.name + ' ' + kind_name(layer);
    for (const std::size_t input : layer.inputs) line += ' ' + std::to_string(input);
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> errors_of(const std::string& text) { return read(kInput + text).errors; }

TEST(TopologyReaderTest, EveryParameterOfALayer) {
  const Read result = read(R"(input: {height: 9, channels: 3}
seed: 7
layers:
  - conv: {name: a, channels: 6, kernel: [3, 1], stride: [2, 1], dilation: 2, groups: 3,
           pad: [0, 1, 2, 3], bias: false, activation: relu}
  - pool: {kind: average, kernel: 2, pad: valid, count_padding: true}
  - pool: {kind: max, kernel: 3, stride: 1}
)");
  ASSERT_THAT(result.errors, IsEmpty());
  EXPECT_EQ(result.topology.seed, 7);
  ASSERT_THAT(result.topology.layers, SizeIs(4));
  const TopologyLayer& input = result.topology.layers[0];
  EXPECT_EQ(input.input.height, 9);
  EXPECT_EQ(input.input.width, 1);
  EXPECT_EQ(input.channels, 3);
  const TopologyLayer& conv = result.topology.layers[1];
  EXPECT_EQ(conv.place, "net.yaml:4:5");
  EXPECT_EQ(conv.channels, 6);
  EXPECT_EQ(conv.window.kernel.height, 3);
  EXPECT_EQ(conv.window.kernel.width, 1);
  EXPECT_EQ(conv.window.stride.height, 2);
  EXPECT_EQ(conv.window.stride.width, 1);
  EXPECT_EQ(conv.window.dilation.width, 2);
  EXPECT_EQ(conv.groups, 3);
  EXPECT_FALSE(conv.window.same);
  EXPECT_THAT(conv.window.pads, ElementsAre(0, 1, 2, 3));
  EXPECT_FALSE(conv.has_bias);
  EXPECT_EQ(conv.activation, ActivationKind::relu);
  const TopologyLayer& average = result.topology.layers[2];
  EXPECT_FALSE(average.is_max);
  EXPECT_TRUE(average.counts_padding);
  EXPECT_EQ(average.window.stride.height, 2);  // the kernel's, where it is left out
  EXPECT_FALSE(average.window.same);
  EXPECT_TRUE(result.topology.layers[3].is_max);
  EXPECT_TRUE(result.topology.layers[3].window.same);
}

TEST(TopologyReaderTest, BlocksAreExpandedWithTheirArguments) {
  EXPECT_THAT(layers_of(R"(blocks:
  two:
    - conv: {name: first, channels: $c, kernel: 1, activation: $act}
    - depthwise: {kernel: [$k, 1]}
  twice:
    - two: {c: $c, k: 3, act: silu}
    - add: {with: block_input}
layers:
  - twice: {c: 3, repeat: 2}
  - two: {name: end, c: 4, k: 5, act: none, from: input}
  - concat: {with: [twice_1, input]}
)"),
              ElementsAre("input input",                            //
                          "twice_1/two_1/first conv 0",             //
                          "twice_1/two_1/first/silu silu 1",        //
                          "twice_1/two_1/depthwise_1 depthwise 2",  //
                          "twice_1/add_1 add 3 0",                  //
                          "twice_2/two_1/first conv 4",             //
                          "twice_2/two_1/first/silu silu 5",        //
                          "twice_2/two_1/depthwise_1 depthwise 6",  //
                          "twice_2/add_1 add 7 4",                  //
                          "end/first conv 0",                       //
                          "end/depthwise_1 depthwise 9",            //
                          "concat_1 concat 10 4 0"));
}

TEST(TopologyReaderTest, ANameOfARepeatedLayerIsItsLast) {
  EXPECT_THAT(layers_of("layers: [conv: {name: a, channels: 3, kernel: 1, repeat: 2},\n"
                        "         relu, add: {with: a}, mul: {with: a_1}]"),
              ElementsAre("input input", "a_1 conv 0", "a_2 conv 1", "relu_1 relu 2",
                          "add_1 add 3 2", "mul_1 mul 4 1"));
}

TEST(TopologyReaderTest, NamesAreLocalToTheirBlock) {
  const std::string text = R"(blocks:
  b:
    - relu: {name: outside}
layers:
  - relu: {name: outsize}
  - b
)";
  EXPECT_THAT(errors_of(text + "  - add: {with: outside}\n"),
              ElementsAre("net.yaml:8:17: model.layers[2].add.with: got outside, must be the name "
                          "of an earlier layer of this list, or input; did you mean outsize?"));
  EXPECT_THAT(errors_of(text + "  - add: {with: b_1}\n"), IsEmpty());
  EXPECT_THAT(
      errors_of("blocks:\n  b:\n    - add: {with: outside}\nlayers: [relu: {name: outside}, b]"),
      ElementsAre("net.yaml:4:19: model.blocks.b[0].add.with: got outside, must be the name of an "
                  "earlier layer of this block, or block_input"));
}

TEST(TopologyReaderTest, EveryErrorAtOnceAndEachOnce) {
  EXPECT_THAT(
      errors_of(R"(blocks:
  b:
    - conv: {channels: $c, kernel: 3, strid: 2}
layers:
  - convolution: {channels: 3}
  - conv: {channels: 1e12, kernel: 3, stride: 0, pad: -1}
  - b: {c: 4, repeat: 3}
  - b: {c: 0}
  - b: {d: 4}
  - pool: {kind: middle, global: true, kernel: 3}
  - conv: {name: 2x, channels: $c, kernel: [3, 0], pad: [1, 2]}
  - {conv: {}, relu: {}}
  - gemm
  - concat: {with: []}
)"),
      ElementsAre(
          StartsWith("net.yaml:6:5: model.layers[0]: got convolution, must be conv, "),
          "net.yaml:7:22: model.layers[1].conv.channels: got 1e12, must be an integer from "
          "1 to 1048576",
          "net.yaml:7:47: model.layers[1].conv.stride: got 0, must be an integer from 1 to "
          "1048576, or a list of two: [height, width]",
          "net.yaml:7:55: model.layers[1].conv.pad: got -1, must be same, valid, an "
          "integer from 0 to 1048576, or a list of four: [top, left, bottom, right]",
          HasSubstr("net.yaml:4:39: model.blocks.b[0].conv.strid: got an unknown key"),
          "net.yaml:9:12: model.blocks.b[0].conv.channels: got 0, must be an integer from "
          "1 to 1048576",
          "net.yaml:10:8: model.layers[4].b.c: got nothing, must be a value (block b uses "
          "$c)",
          HasSubstr("net.yaml:10:9: model.layers[4].b.d: got an unknown key, must be one "
                    "of name, repeat, from or c"),
          "net.yaml:11:18: model.layers[5].pool.kind: got middle, must be max or average",
          "net.yaml:11:48: model.layers[5].pool.kernel: got 3, must be left out of a global "
          "pooling",
          "net.yaml:12:32: model.layers[6].conv.channels: got $c, must be a value; "
          "parameters exist in blocks only",
          HasSubstr("model.layers[6].conv.name: got 2x, must be letters, digits"),
          HasSubstr("model.layers[6].conv.channels: got $c, must be an integer"),
          HasSubstr("model.layers[6].conv.kernel[1]: got 0"),
          HasSubstr("model.layers[6].conv.pad: got a list, must be same"),
          HasSubstr("net.yaml:13:5: model.layers[7]: got a mapping of 2 keys"),
          HasSubstr("net.yaml:14:5: model.layers[8].gemm.channels: got nothing"),
          HasSubstr("model.layers[9].concat.with: got a list of 0")));
}

TEST(TopologyReaderTest, BlocksThatCannotBeExpanded) {
  EXPECT_THAT(errors_of("blocks:\n  a: [b]\n  b: [c]\n  c: [a]\nlayers: [a]"),
              ElementsAre("net.yaml:3:3: model.blocks.a: got a block that holds itself (a > b > c "
                          "> a), must be free of itself"));
  EXPECT_THAT(
      errors_of("blocks: {conv: [relu], b: [], c: {}, d: [gemm: {channels: $name}]}\n"
                "layers: [b]"),
      ElementsAre(HasSubstr("blocks.conv: got the name of a kind of layer"),
                  HasSubstr("blocks.b: got an empty list"), HasSubstr("blocks.c: got a mapping"),
                  HasSubstr("blocks.d: got the parameter $name")));
  EXPECT_THAT(errors_of("blocks: {a: [relu], b: [relu]}\nlayers: [a]"),
              ElementsAre(HasSubstr("blocks.b: got a block that no layer uses")));
  std::string deep = "blocks:\n  b0: [relu]\n";
  for (int i = 1; i <= 16; ++i)
    deep += "  b" + std::to_string(i) + ": [b" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(errors_of(deep + "layers: [b16]"),
              ElementsAre(HasSubstr("blocks.b16: got blocks nested 17 deep, must be at most 16")));
}

// Ten layers of ten blocks each would be 10^10 layers.
TEST(TopologyReaderTest, ExpansionIsBounded) {
  std::string text = "blocks:\n  b0: [relu]\n";
  for (int i = 1; i <= 10; ++i)
    text += "  b" + std::to_string(i) + ": [b" + std::to_string(i - 1) + ": {repeat: 10}]\n";
  EXPECT_THAT(errors_of(text + "layers: [b10]"),
              ElementsAre(HasSubstr("model.layers: got more than 10000 layers, blocks expanded, "
                                    "must be at most 10000")));
  EXPECT_THAT(layers_of("layers: [relu: {repeat: 10000}]"), SizeIs(10001));
  EXPECT_THAT(errors_of("layers: [relu: {repeat: 9999}, relu, relu]"), SizeIs(1));
}

TEST(TopologyReaderTest, NamesThatRepeatComesTo) {
  EXPECT_THAT(errors_of("layers: [relu: {name: a_2}, relu: {name: a, repeat: 2}]"),
              ElementsAre(HasSubstr("name: got a_2, must be another one than that of the layer at "
                                    "net.yaml:2:10")));
  EXPECT_THAT(errors_of("layers: [relu: {name: a}, relu: {name: a}, relu: {name: input}]"),
              ElementsAre(HasSubstr("name: got a, must be a name that is not taken"),
                          HasSubstr("name: got input, must be a name that is not taken")));
}

TEST(TopologyReaderTest, WhatIsMissing) {
  EXPECT_THAT(read("{}").errors, ElementsAre(HasSubstr("model.input: got nothing"),
                                             HasSubstr("model.layers: got nothing")));
  EXPECT_THAT(errors_of("layers: []"), ElementsAre(HasSubstr("layers: got an empty list")));
  EXPECT_THAT(errors_of("layers: 3\nblocks: 4\nextra: 5"),
              ElementsAre(HasSubstr("model.blocks: got 4"), HasSubstr("model.layers: got 3"),
                          HasSubstr("model.extra: got an unknown key")));
}

}  // namespace
}  // namespace npusim::config
