// SPDX-License-Identifier: Apache-2.0
// A network with every operator that quantization knows, small enough to read.
#pragma once

#include <limits>

#include "frontend/graph/graph.h"
#include "frontend/quantize/calibration.h"

namespace npusim::quantize::test {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline graph::Window square(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
  return {kernel, kernel, stride, stride, 1, 1, pad, pad, pad, pad};
}

inline graph::Conv conv(graph::ConvKind kind, graph::Window window, std::int64_t in_channels,
                        std::int64_t out_channels) {
  graph::Conv result;
  result.kind = kind;
  result.window = window;
  result.groups = kind == graph::ConvKind::depthwise_conv ? in_channels : 1;
  result.in_channels = in_channels;
  result.out_channels = out_channels;
  const std::int64_t count =
      out_channels * window.kernel_h * window.kernel_w * in_channels / result.groups;
  for (std::int64_t i = 0; i < count; ++i) {
    result.weights_ohwi.push_back(static_cast<float>(i * 37 % 64 - 31) * 0x1p-7F);
  }
  for (std::int64_t c = 0; c < out_channels; ++c) {
    result.bias.push_back(static_cast<float>(c) * 0.25F - 0.5F);
  }
  return result;
}

/// input 6x6x2 -> conv -> max pool -> depthwise -> add with the pool -> sigmoid gate (mul)
/// -> concat with the pool -> average pool -> gemm 3.
inline graph::Graph small_graph() {
  using graph::ConvKind;
  const graph::Shape map{3, 3, 4};
  graph::Pool max{graph::PoolKind::max, square(3, 2, 1), false};
  graph::Pool average{graph::PoolKind::average, square(3, 3, 0), false};
  const graph::Activation none{};
  return {"small",
          {{"input", graph::Input{}, {}, {6, 6, 2}, none},
           {"first", conv(ConvKind::conv, square(3, 1, 1), 2, 4), {0}, {6, 6, 4}, {0, 6}},
           {"max", max, {1}, map, none},
           {"depthwise", conv(ConvKind::depthwise_conv, square(3, 1, 1), 4, 4), {2}, map, none},
           {"sum", graph::Add{}, {3, 2}, map, {0, kInfinity}},
           {"gate", graph::Lookup{graph::Function::sigmoid, 0, 0}, {4}, map, none},
           {"product", graph::Mul{}, {4, 5}, map, none},
           {"both", graph::Concat{}, {6, 2}, {3, 3, 8}, none},
           {"mean", average, {7}, {1, 1, 8}, none},
           {"logits", conv(ConvKind::gemm, square(1, 1, 0), 8, 3), {8}, {1, 1, 3}, none}},
          {9}};
}

/// Ranges that differ from node to node.
inline Calibration small_calibration() {
  Calibration result;
  result.method = "min_max";
  result.images = 1;
  const graph::Graph graph = small_graph();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto id = static_cast<double>(i);
    TensorCalibration tensor{-1 - 0.125 * id, 2 + 0.25 * id, {}};
    if (graph.nodes[i].activation.low == 0) tensor.low = 0;
    for (std::int64_t c = 0; c < graph.nodes[i].shape.channels; ++c) {
      tensor.channel_mean.push_back(0.0625 * static_cast<double>(c) - 0.1 * id);
    }
    result.tensors.push_back(tensor);
  }
  return result;
}

}  // namespace npusim::quantize::test
