// SPDX-License-Identifier: Apache-2.0
// What npu_32x32_depthwise.yaml is for: MobileNetV1-224's 3x3 depthwise layers of stride 1 use at
// least 60 % of the array on maps from 14x14 on, and 35 % on 7x7, each of them; nothing can use
// more than 27 / 32 (three kernels of nine taps in a column of 32 rows).
#include <gtest/gtest.h>

#include <cstdio>

#include "frontend/compile/compile.h"
#include "sim/model/simulate.h"
#include "tests/property/networks.h"

namespace npusim {
namespace {

TEST(DepthwiseUtilization, MobileNetV1) {
  const graph::QuantizedGraph network =
      test::with_drawn_parameters(test::shipped_network("mobilenet_v1_224.yaml"));
  const isa::Program program =
      compile::compile(network, test::shipped_hardware("npu_32x32_depthwise.yaml"), {});
  model::SimulationOptions options;
  options.timing_only = true;
  const stats::SimulationResult result = model::simulate(program, {}, options);
  std::size_t layer = 0;
  int of_stride_1 = 0;
  for (const graph::QuantizedNode& node : network.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) continue;
    const stats::LayerResult& measured = result.layers.at(layer);
    const std::int64_t macs = program.layers.at(layer++).macs;
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (conv == nullptr || conv->kind != graph::ConvKind::depthwise_conv) continue;
    if (conv->window.stride_h != 1) continue;
    ++of_stride_1;
    const double utilization =
        static_cast<double>(macs) / (static_cast<double>(measured.span_cycles) * 32 * 32);
    std::printf("%lld x %lld x %lld: %lld cycles, %.1f %%\n",
                static_cast<long long>(node.shape.height), static_cast<long long>(node.shape.width),
                static_cast<long long>(node.shape.channels),
                static_cast<long long>(measured.span_cycles), 100 * utilization);
    EXPECT_GE(utilization, node.shape.height >= 14 ? 0.60 : 0.35) << node.name;
    EXPECT_LE(utilization, 27.0 / 32) << node.name;
  }
  EXPECT_EQ(of_stride_1, 9);
}

}  // namespace
}  // namespace npusim
