// SPDX-License-Identifier: Apache-2.0
#include "sim/config/scale_sim_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "sim/config/topology_layer.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr char kHeader[] =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";

class ScaleSimTest : public testing::Test {
 protected:
  TopologyConfig read(const std::string& text) {
    base::write_file_whole(folder_ / "net.csv", text);
    base::ErrorList errors;
    TopologyConfig topology = read_scale_sim(folder_ / "net.csv", errors);
    errors_ = errors.messages();
    for (std::string& error : errors_) {
      const std::string path = (folder_ / "net.csv").string();
      if (error.rfind(path, 0) == 0) error = "{f}" + error.substr(path.size());
    }
    return topology;
  }

  /// "name kind channels <input [top left bottom right]" of every layer; inputs "name HxWxC".
  std::vector<std::string> layers(const std::string& text) {
    const TopologyConfig topology = read(text);
    EXPECT_THAT(errors_, IsEmpty());
    notes_ = topology.notes;
    std::vector<std::string> lines;
    for (const TopologyLayer& layer : topology.layers) {
      std::string line = layer.name + ' ' + kind_name(layer) + ' ';
      if (layer.kind == LayerKind::input) {
        line += std::to_string(layer.input.height) + 'x' + std::to_string(layer.input.width) + 'x' +
                std::to_string(layer.channels);
      } else {
        line += std::to_string(layer.channels) + " <" + topology.layers[layer.inputs[0]].name;
        for (const std::int64_t pad : layer.window.pads) line += ' ' + std::to_string(pad);
      }
      lines.push_back(line);
    }
    return lines;
  }

  test::TempFolder folder_;
  std::vector<std::string> errors_, notes_;
};

// The first layers of MobileNetV1, map sizes without padding, one filter for depthwise rows.
TEST_F(ScaleSimTest, MissingPaddingAndDepthwiseRowsOfOneFilter) {
  EXPECT_THAT(
      layers(std::string(kHeader) + "Conv1, 224, 224, 3, 3, 3, 32, 2,\n"
                                    "Conv2_dw, 112, 112, 3, 3, 32, 1, 1,\n"
                                    "Conv2_pw, 112, 112, 1, 1, 32, 64, 1,\n"
                                    "Third, 112, 112, 3, 3, 64, 1, 2,\n"
                                    "Conv3_pw, 56, 56, 1, 1, 64, 128, 1,\n"
                                    "FC, 1, 1, 1, 1, 1024, 1000, 1,\n"),
      ElementsAre("Conv1/input input 224x224x3", "Conv1 conv 32 <Conv1/input 0 0 1 1",
                  "Conv2_dw depthwise 32 <Conv1 1 1 1 1", "Conv2_pw conv 64 <Conv2_dw 0 0 0 0",
                  "Third depthwise 64 <Conv2_pw 0 0 1 1", "Conv3_pw conv 128 <Third 0 0 0 0",
                  "FC/input input 1x1x1024", "FC gemm 1000 <FC/input 0 0 0 0"));
  EXPECT_THAT(
      notes_,
      ElementsAre(StartsWith("the file has no padding: 3 of 6 rows were padded"),
                  StartsWith("2 rows read as depthwise: one filter or channel is written for all "
                             "(Conv2_dw, Third)"),
                  StartsWith("1 row with an input of their own")));
}

// ResNet-18's first stages: a pooling that is not written, a shortcut beside the chain.
TEST_F(ScaleSimTest, RowsThatDoNotFollowHaveInputsOfTheirOwn) {
  EXPECT_THAT(layers("Conv1,224,224,7,7,3,64,2,\nConv2_1,56,56,3,3,64,64,1,\n"
                     "Conv2_2,56,56,3,3,64,64,1,\nConv3_1,56,56,3,3,64,128,2,\n"
                     "Conv3_2,28,28,3,3,128,128,1,\nConv3_s,56,56,1,1,64,128,2,\n"),
              ElementsAre("Conv1/input input 224x224x3", "Conv1 conv 64 <Conv1/input 2 2 3 3",
                          "Conv2_1/input input 56x56x64", "Conv2_1 conv 64 <Conv2_1/input 1 1 1 1",
                          "Conv2_2 conv 64 <Conv2_1 1 1 1 1", "Conv3_1 conv 128 <Conv2_2 0 0 1 1",
                          "Conv3_2 conv 128 <Conv3_1 1 1 1 1", "Conv3_s/input input 56x56x64",
                          "Conv3_s conv 128 <Conv3_s/input 0 0 0 0"));
}

// Sizes with the padding in them: 3x3 convolutions on 15x15 give 13x13.
TEST_F(ScaleSimTest, SizesThatHoldThePadding) {
  EXPECT_THAT(layers("a,15,15,3,3,8,16,1\nb,15,15,3,3,16,16,1\nc,13,13,1,1,16,4,1\n"),
              ElementsAre("a/input input 15x15x8", "a conv 16 <a/input 0 0 0 0",
                          "b conv 16 <a 1 1 1 1", "c conv 4 <b 0 0 0 0"));
  EXPECT_THAT(notes_, ElementsAre(StartsWith("the file's sizes hold the padding: 1 of 3 rows")));
}

TEST_F(ScaleSimTest, OneChannelDepthwiseRowsAndOneFilterConvolutions) {
  EXPECT_THAT(layers("a,8,8,3,3,1,16,1\nb,8,8,3,3,1,16,1\nc,8,8,1,1,16,1,1\n"),
              ElementsAre("a/input input 8x8x1", "a conv 16 <a/input 1 1 1 1",
                          "b depthwise 16 <a 1 1 1 1", "c conv 1 <b 0 0 0 0"));
}

// A third way: one channel and one filter, and only the neighbours say how many there are.
TEST_F(ScaleSimTest, DepthwiseRowsOfOneChannelAndOneFilter) {
  EXPECT_THAT(layers("a,8,8,3,3,3,16,1\nb_dw,8,8,3,3,1,1,2,#dw\nc,4,4,1,1,16,24,1\n"),
              ElementsAre("a/input input 8x8x3", "a conv 16 <a/input 1 1 1 1",
                          "b_dw depthwise 16 <a 0 0 1 1", "c conv 24 <b_dw 0 0 0 0"));
}

// Matrix products written as convolutions: a filter as wide as the map.
TEST_F(ScaleSimTest, RowsThatAreProducts) {
  EXPECT_THAT(layers("RNN1,67,256,1,256,1,4,1\nRNN2,256,256,1,256,1,4,1\nFC,1,256,1,256,1,29,1"),
              ElementsAre("RNN1/input input 67x256x1", "RNN1 conv 4 <RNN1/input 0 0 0 0",
                          "RNN2/input input 256x256x1", "RNN2 conv 4 <RNN2/input 0 0 0 0",
                          "FC/input input 1x256x1", "FC gemm 29 <FC/input 0 0 0 0"));
}

TEST_F(ScaleSimTest, NetworksWithoutPadding) {
  EXPECT_THAT(layers("a,13,13,3,3,8,16,1\nb,11,11,3,3,16,16,1\nc,9,9,1,1,16,4,1\n"),
              ElementsAre("a/input input 13x13x8", "a conv 16 <a/input 0 0 0 0",
                          "b conv 16 <a 0 0 0 0", "c conv 4 <b 0 0 0 0"));
  EXPECT_THAT(notes_, ElementsAre("the file has no padding and needs none: no row was padded"));
}

TEST_F(ScaleSimTest, FullyConnectedRowsCoverTheirMap) {
  EXPECT_THAT(layers("FC6,7,7,7,7,512,4096,1\nFC7,1,1,1,1,4096,10,1\n"),
              ElementsAre("FC6/input input 7x7x512", "FC6 gemm 4096 <FC6/input 0 0 0 0",
                          "FC7 gemm 10 <FC6 0 0 0 0"));
}

TEST_F(ScaleSimTest, GemmFiles) {
  const auto expected = ElementsAre("qkv/input input 64x1x256", "qkv conv 768 <qkv/input 0 0 0 0",
                                    "out conv 10 <qkv 0 0 0 0", "last/input input 1x1x99",
                                    "last gemm 5 <last/input 0 0 0 0");
  EXPECT_THAT(layers("Layer, M, N, K,\nqkv,64,768,256,\nout,64,10,768,\nlast,1,5,99,\n"), expected);
  EXPECT_THAT(layers("qkv,64,768,256\nout,64,10,768\nlast,1,5,99"), expected);
}

TEST_F(ScaleSimTest, SpellingsOfTheHeaderAndTheLines) {
  const auto expected =
      ElementsAre("a/input input 4x5x2", "a conv 3 <a/input 0 0 0 0", "a_2 conv 3 <a 0 0 0 0");
  EXPECT_THAT(layers("\xEF\xBB\xBFLayer Name,IFMAP height,ifmap width,filter height,filter "
                     "width,channels,num filters,stride\r\n\r\na,4,5,1,1,2,3,1,,\r\n"
                     " a ,4, 5 ,1,1,3,3,1"),
              expected);
  // Remarks beside the table, and behind it.
  EXPECT_THAT(
      layers(std::string(kHeader, sizeof kHeader - 2) + ",Eh,Ew\n,,,,,,,\n\ta,4,5,1,1,2,3,1,,,7,7\n"
                                                        "# all of it\na,4,5,1,1,3,3,1,#the end"),
      expected);
  EXPECT_THAT(notes_, testing::Contains(StartsWith("columns behind the strides were not read")));
  EXPECT_THAT(layers("Layer, IFMAP Width, IFMAP Width, Filter Height, Filter Width, Channels, Num "
                     "Filter, Strides, Batch Size,\na,4,5,1,1,2,3,1,1,\na,4,5,1,1,3,3,1,1\n"),
              expected);
}

TEST_F(ScaleSimTest, NinthColumns) {
  const std::string header(kHeader, sizeof kHeader - sizeof " Strides,\n");
  const TopologyConfig topology =
      read(header + " Stride Height, Stride Width\na,8,8,3,3,2,3,2,1\n");
  EXPECT_THAT(errors_, IsEmpty());
  ASSERT_EQ(topology.layers.size(), 2U);
  EXPECT_EQ(topology.layers[1].window.stride.height, 2);
  EXPECT_EQ(topology.layers[1].window.stride.width, 1);
  read(header + " Strides, Sparsity\na,8,8,3,3,2,3,2,1\nb,8,8,3,3,2,3,2,2\nc,8,8,3,3,2,3,2,1:4\n");
  EXPECT_THAT(errors_,
              ElementsAre("{f}:3: Sparsity: got 2, must be 1: neither batches nor sparse weights",
                          "{f}:4: Sparsity: got 1:4, must be an integer from 1 to 1048576"));
  read(header + " Strides, Colour\n");
  EXPECT_THAT(errors_, ElementsAre(StartsWith("{f}:1: header: got Layer name")));
  read("a,8,8,3,3,2,3,2,1\n");
  EXPECT_THAT(errors_, ElementsAre(StartsWith("{f}:1: row: got 9 cells, must be 8")));
}

TEST_F(ScaleSimTest, EveryErrorWithItsLine) {
  read(std::string(kHeader) +
       "a, 8, eight, 3, 3, 0, 4, 1,\n\nb, 8, 8, 3, 3\n"
       ", 8, 8, 9, 3, 2, 4, 1e3,\nc, -8, 8, 1, 1, 2.5, 1, 1,\n");
  EXPECT_THAT(errors_,
              ElementsAre("{f}:2: IFMAP Width: got eight, must be an integer from 1 to 1048576",
                          "{f}:2: Channels: got 0, must be an integer from 1 to 1048576",
                          HasSubstr("{f}:4: row: got 5 cells, must be 8: Layer name, IFMAP Height"),
                          "{f}:5: Layer name: got \"\", must be 1 to 64 characters",
                          "{f}:5: Strides: got 1e3, must be an integer from 1 to 1048576",
                          "{f}:5: Filter Height: got 9, must be at most the IFMAP's 8",
                          "{f}:6: IFMAP Height: got -8, must be an integer from 1 to 1048576",
                          "{f}:6: Channels: got 2.5, must be an integer from 1 to 1048576"));
}

TEST_F(ScaleSimTest, FilesThatAreNone) {
  read("");
  EXPECT_THAT(errors_, ElementsAre(StartsWith("{f}: layers: got none, must be at least one row")));
  read(kHeader);
  EXPECT_THAT(errors_, ElementsAre(StartsWith("{f}: layers: got none")));
  read("name, price, colour\napple, 3, red\n");
  EXPECT_THAT(errors_, testing::Contains(StartsWith("{f}:1: header: got name, price, colour")));
  read(std::string("a\0b", 3));
  EXPECT_THAT(errors_, ElementsAre("{f}: text: got a zero byte, must be a topology in CSV"));
}

}  // namespace
}  // namespace npusim::config
