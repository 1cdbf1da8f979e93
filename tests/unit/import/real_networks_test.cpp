// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "frontend/graph/passes.h"
#include "tests/support/support.h"
#include "tests/unit/import/import_helpers.h"

namespace npusim {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Summary {
  std::size_t imported_nodes = 0;
  std::map<std::string, int> kinds;
  std::int64_t macs = 0;
  graph::Shape output;
};

Summary summary_of(const std::filesystem::path& path) {
  const graph::Graph g = import::import_onnx(path);
  const graph::Graph prepared = graph::prepare(g);
  Summary summary{g.nodes.size(), {}, 0, prepared.node(prepared.outputs.at(0)).shape};
  for (const graph::Node& node : prepared.nodes) {
    ++summary.kinds[graph::kind_name(node.op)];
    summary.macs += graph::macs(prepared, node);
  }
  return summary;
}

class RealNetworks : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::assets_dir()) GTEST_SKIP() << "NPUSIM_ASSETS is not set";
  }
  static std::filesystem::path model(const std::string& name) {
    return *test::assets_dir() / "models" / name;
  }
};

// Multiplications as published: 41, 569 and 300 million.
TEST_F(RealNetworks, MobileNetV1Quarter) {
  const Summary s = summary_of(model("mobilenet_v1_0.25_224.onnx"));
  EXPECT_EQ(s.macs, 41'030'272);
  EXPECT_EQ(s.imported_nodes, 84U);  // 85 nodes less the Flatten, and the input
  EXPECT_THAT(s.kinds, ElementsAre(Pair("conv", 14), Pair("depthwise_conv", 13), Pair("gemm", 1),
                                   Pair("input", 1), Pair("pool", 1)));
  EXPECT_EQ(s.output, (graph::Shape{1, 1, 1000}));
}

TEST_F(RealNetworks, MobileNetV1) {
  const Summary s = summary_of(model("mobilenet_v1_1.0_224.onnx"));
  EXPECT_EQ(s.macs, 568'740'352);
  EXPECT_THAT(s.kinds, ElementsAre(Pair("conv", 15), Pair("depthwise_conv", 13), Pair("input", 1),
                                   Pair("pool", 1)));
  EXPECT_EQ(s.output, (graph::Shape{1, 1, 1000}));
}

TEST_F(RealNetworks, MobileNetV2) {
  const Summary s = summary_of(model("mobilenet_v2_1.0_224.onnx"));
  EXPECT_EQ(s.macs, 300'774'272);
  EXPECT_THAT(s.kinds, ElementsAre(Pair("add", 10), Pair("conv", 35), Pair("depthwise_conv", 17),
                                   Pair("gemm", 1), Pair("input", 1), Pair("pool", 1)));
  EXPECT_EQ(s.output, (graph::Shape{1, 1, 1000}));
}

}  // namespace
}  // namespace npusim
