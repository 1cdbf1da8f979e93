// SPDX-License-Identifier: Apache-2.0
// Files that are cut short, altered or not ONNX at all: an InputError or a sound graph, never an
// abort, a hang or a huge allocation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/graph/passes.h"
#include "tests/support/support.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using test::OnnxBuilder;
using test::random_floats;
using testing::ElementsAre;
using testing::HasSubstr;

std::string small_network() {
  OnnxBuilder model;
  model.input("x", {-1, 2, 6, 6});
  model.floats("w", {4, 2, 3, 3}, random_floats(72, 1)).floats("s", {4}, random_floats(4, 2));
  model.floats("v", {4}, {1, 2, 3, 4}).floats("b", {4, 3}, random_floats(12, 3));
  model.node("Conv", {"x", "w"}, {"c"}, {{"pads", {1, 0, 1, 1}}, {"strides", {2, 2}}}, "conv");
  model.node("BatchNormalization", {"c", "s", "s", "s", "v"}, {"n"}, {}, "norm");
  model.constant_node("low", {}, {0}).node("Clip", {"n", "low"}, {"r"}, {}, "relu");
  model.node("MaxPool", {"r"}, {"m"}, {{"kernel_shape", {2, 2}}, {"ceil_mode", 1}}, "max");
  model.node("GlobalAveragePool", {"m"}, {"p"}, {}, "pool");
  model.ints("shape", {2}, {0, -1}).node("Reshape", {"p", "shape"}, {"f"}, {}, "flat");
  model.node("Gemm", {"f", "b"}, {"g"}, {}, "fc").node("Softmax", {"g"}, {"y"}, {}, "soft");
  return model.output("y", {-1, 3}).bytes();
}

// "graph", or the number of refusals; anything but an InputError fails the test.
std::string outcome(const std::string& bytes) {
  try {
    graph::prepare(import::import_onnx(bytes, "m.onnx"));
  } catch (const base::InputError& error) {
    for (const std::string& message : error.messages()) {
      EXPECT_NE(message.find("must be"), std::string::npos) << message;
    }
    return "refused";
  }
  return "graph";
}

TEST(DamagedFiles, TheWholeNetworkIsSound) { EXPECT_EQ(outcome(small_network()), "graph"); }

TEST(DamagedFiles, CutAtEveryByte) {
  const std::string bytes = small_network();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(outcome(bytes.substr(0, length)), "refused") << length;
  }
}

TEST(DamagedFiles, EveryByteAltered) {
  const std::string bytes = small_network();
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x04, 0x20, 0x80, 0xff}) {
      std::string altered = bytes;
      altered[i] = static_cast<char>(altered[i] ^ flip);
      refused += outcome(altered) == "refused" ? 1 : 0;
    }
  }
  // Weights and names may change without harm; most of the rest may not.
  EXPECT_GT(refused, static_cast<int>(bytes.size()));
}

// Of opset 6, so that what is altered reaches the ONNX library's converter.
TEST(DamagedFiles, ABitFlippedInAnOldModel) {
  OnnxBuilder model(6);
  model.input("x", {1, 2, 6, 6}).floats("a", {2}, {1, 2}).floats("b", {2, 3}, {1, 2, 3, 4, 5, 6});
  model.floats("c", {3}, {1, 2, 3});
  model.node("Add", {"x", "a"}, {"s"}, {{"axis", 1}, {"broadcast", 1}}, "add");
  model.node("Dropout", {"s"}, {"d"}, {{"is_test", 1}}).node("GlobalMaxPool", {"d"}, {"p"});
  model.ints("shape", {2}, {1, 2}).node("Reshape", {"p", "shape"}, {"f"});
  model.node("Gemm", {"f", "b", "c"}, {"y"}, {{"broadcast", 1}}).output("y", {1, 3});
  const std::string bytes = model.bytes();
  ASSERT_EQ(outcome(bytes), "graph");
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 3) {
    std::string altered = bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
    refused += outcome(altered) == "refused" ? 1 : 0;
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()));
}

TEST(DamagedFiles, NotAModel) {
  EXPECT_THAT(test::refusals(OnnxBuilder{}),
              ElementsAre("model.onnx: nodes: got 0, must be in [1, 100000]",
                          "model.onnx: outputs: got 0, must be at least 1"));
  EXPECT_EQ(outcome(""), "refused");
  EXPECT_EQ(outcome("mean: [1, 2, 3]\n"), "refused");
  EXPECT_EQ(outcome(std::string(1000, '\xff')), "refused");
}

std::string refusal_of_bytes(const std::string& bytes) {
  try {
    import::import_onnx(bytes, "m.onnx");
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(DamagedFiles, FilesOfOtherKindsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> heads = {
      {"abcdTFL3", "a TensorFlow Lite model"},
      {"abcdORTM", "a model in ONNX Runtime's own format (.ort)"},
      {"\x80\x02}q", "a Python pickle, as old PyTorch (.pt, .pth) writes"},
      {"\x89HDF\r\n", "an HDF5 file, as Keras (.h5) writes"},
      {"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"},
      {"BZh91AY", "a bzip2 file"},
      {"\xfd"
       "7zXZ",
       "an xz file"},
      {"\x28\xb5\x2f\xfd", "a zstd file"},
      {"7z\xbc\xaf", "a 7z archive"},
      {std::string(257, 'n') + "ustar", "a tar archive"},
      {"\xff\xd8\xff\xe0", "a JPEG picture"},
      {"\x89PNG\r\n", "a PNG picture"},
      {"\x93NUMPY", "a NumPy array"},
      {"\x7f"
       "ELF",
       "a program"},
      {"%PDF-1.7", "a PDF document"},
      {"NPUSIM", "a Program of npusim"},
      {"<!DOCTYPE html>", "a web page"},
      {"<html><body>", "a web page"}};
  for (const auto& [head, kind] : heads) {
    EXPECT_THAT(refusal_of_bytes(head + std::string(300, ' ')),
                HasSubstr("m.onnx: content: got " + kind + ", must be "));
  }
  EXPECT_THAT(refusal_of_bytes(std::string(256, 'n') + "ustar "),
              testing::Not(HasSubstr("archive")));
}

TEST(DamagedFiles, Paths) {
  const test::TempFolder folder;
  EXPECT_THROW(import::import_onnx(folder / "absent.onnx"), base::InputError);
  EXPECT_THROW(import::import_onnx(folder.path()), base::InputError);
}

TEST(DamagedFiles, HugeDimensionsAllocateNothing) {
  OnnxBuilder model;
  model.input("x", {1, 3, std::int64_t{1} << 40, std::int64_t{1} << 40});
  model.node("Relu", {"x"}, {"y"}).output("y");
  EXPECT_THAT(test::refusals(model), ElementsAre(HasSubstr("height: got 1099511627776")));
  OnnxBuilder pool;
  pool.input("x", {1, 1, 4, 4});
  pool.node("MaxPool", {"x"}, {"y"}, {{"kernel_shape", {std::int64_t{1} << 62, 1}}}).output("y");
  EXPECT_THAT(test::refusals(pool),
              ElementsAre(HasSubstr("kernel_shape: got [4611686018427387904, 1]")));
  OnnxBuilder concat;  // doubles with each node
  concat.input("x", {1, 1, 1, 1}).ints("c0", {2}, {1, 1});
  for (int i = 0; i < 60; ++i) {
    const std::string from = "c" + std::to_string(i);
    concat.node("Concat", {from, from}, {"c" + std::to_string(i + 1)}, {{"axis", 0}});
  }
  concat.node("Reshape", {"x", "c60"}, {"y"}).output("y");
  EXPECT_THAT(test::refusals(concat),
              ElementsAre(HasSubstr("result: got 2048 integers, must be at most 1024")));
}

TEST(DamagedFiles, LongChainsDoNotRecurse) {
  OnnxBuilder model;
  model.input("v0", {1, 1, 1, 1});
  for (int i = 0; i < 20000; ++i) {
    model.node("Relu", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)}, {}, "same");
  }
  const graph::Graph g = test::import_built(model.output("v20000"));
  EXPECT_EQ(g.nodes.size(), 20001U);
  EXPECT_EQ(graph::prepare(g).nodes.size(), 2U);
}

}  // namespace
}  // namespace npusim
