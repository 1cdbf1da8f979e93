// SPDX-License-Identifier: Apache-2.0
// The shipped topologies are the published networks, layer by layer: multiplications and parameters
// are the published ones to the last digit.
//
// Published counts of parameters hold what a trained network has and a folded one has not: two
// numbers per channel of BatchNormalization (gamma and beta; the convolution then has no bias), or
// five in Keras' summaries of networks whose convolutions keep their bias (with the moving mean and
// variance). The table says which layers are normalized.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "frontend/graph/passes.h"
#include "frontend/topology/build.h"
#include "sim/config/run_config.h"
#include "tests/support/support.h"

namespace npusim::topology {
namespace {

using NormalizedLayer = std::function<bool(const graph::Node&, const graph::Conv&)>;

struct Published {
  const char* file;
  std::int64_t macs;
  std::int64_t parameters;
  std::int64_t per_normalized_channel;
  NormalizedLayer is_normalized;
};

bool is_gemm(const graph::Conv& conv) { return conv.kind == graph::ConvKind::gemm; }

bool none(const graph::Node& /*node*/, const graph::Conv& /*conv*/) { return false; }

bool all_convolutions(const graph::Node& /*node*/, const graph::Conv& conv) {
  return !is_gemm(conv);
}

bool all_but_squeeze_excite(const graph::Node& node, const graph::Conv& conv) {
  return !is_gemm(conv) && node.name.find("squeeze_excite") == std::string::npos;
}

bool all_but_shortcuts(const graph::Node& node, const graph::Conv& conv) {
  return !is_gemm(conv) && node.name.find("shortcut") == std::string::npos;
}

bool all_but_the_last(const graph::Node& node, const graph::Conv& /*conv*/) {
  return node.name != "reconstruction";
}

// Parameters: torchvision's documentation of its models (num_params); of MobileNetV1
// keras.applications (trainable); of the tiny ones the summaries of the MLPerf Tiny benchmark's
// reference models. Multiplications: the papers, and torchvision's GFLOPS (which counts one per
// multiply-add), give them in three digits: V1 569 M, V2 300 M, V3-Large 219 M and V3-Small 56 M
// (the first version of the paper said 66 M), ResNet-18 1.81 G, ResNet-50 4.09 G, VGG-16 15.47 G,
// SqueezeNet 1.1 0.35 G, EfficientNet-B0 0.39 G. The digits behind these are ours.
const Published kNetworks[] = {
    {"mobilenet_v1_224", 568'740'352, 4'231'976, 2, all_convolutions},
    {"mobilenet_v2_224", 300'774'272, 3'504'872, 2, all_convolutions},
    {"mobilenet_v3_large_224", 216'589'760, 5'483'032, 2, all_but_squeeze_excite},
    {"mobilenet_v3_small_224", 56'510'400, 2'542'856, 2, all_but_squeeze_excite},
    {"resnet18_224", 1'814'073'344, 11'689'512, 2, all_convolutions},
    {"resnet50_224", 4'089'184'256, 25'557'032, 2, all_convolutions},
    {"vgg16_224", 15'470'264'320, 138'357'544, 1, none},
    {"squeezenet_224", 349'151'936, 1'235'496, 1, none},
    {"efficientnet_b0_224", 385'814'752, 5'288'548, 2, all_but_squeeze_excite},
    {"mlperf_tiny_keyword_spotting", 2'656'768, 24'908, 5, all_convolutions},
    {"mlperf_tiny_image_classification", 12'501'632, 78'666, 5, all_but_shortcuts},
    {"mlperf_tiny_visual_wake_words", 7'489'664, 221'794, 5, all_convolutions},
    {"mlperf_tiny_anomaly_detection", 264'192, 269'992, 5, all_but_the_last},
};

class ShippedNetworkTest : public testing::TestWithParam<Published> {};

TEST_P(ShippedNetworkTest, HasThePublishedCounts) {
  const Published& published = GetParam();
  const std::filesystem::path workloads = test::source_dir() / "workloads";
  const config::RunConfig run =
      config::read_run_config((workloads / (std::string(published.file) + ".yaml")).string(), {},
                              {}, {{workloads}, {test::source_dir() / "configs"}});
  ASSERT_TRUE(run.topology.has_value());
  EXPECT_EQ(run.hardware.name, "npu_32x32");
  const graph::Graph graph = graph::prepare(build_graph(*run.topology, run.network_name()));
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  for (const graph::Node& node : graph.nodes) {
    macs += graph::macs(graph, node);
    const auto* conv = std::get_if<graph::Conv>(&node.op);
    if (conv == nullptr) continue;
    parameters += static_cast<std::int64_t>(conv->weights_ohwi.size());
    parameters += conv->out_channels *
                  (published.is_normalized(node, *conv) ? published.per_normalized_channel : 1);
  }
  EXPECT_EQ(macs, published.macs);
  EXPECT_EQ(parameters, published.parameters);
  EXPECT_EQ(graph.outputs.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedNetworkTest, testing::ValuesIn(kNetworks),
                         [](const auto& info) { return std::string(info.param.file); });

}  // namespace
}  // namespace npusim::topology
