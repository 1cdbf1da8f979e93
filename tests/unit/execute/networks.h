// SPDX-License-Identifier: Apache-2.0
// What the executor tests run: hand-picked layers at the kernels' edges, then drawn networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "tests/support/random_network.h"

namespace npusim::execute {

/// One convolution behind an input, weights and bias in [-1, 1).
inline graph::Graph single_conv(const graph::Shape& in, graph::Conv conv) {
  const std::int64_t per_output =
      conv.window.kernel_h * conv.window.kernel_w * conv.in_channels / conv.groups;
  conv.weights_ohwi = test::random_input(5, conv.out_channels * per_output);
  conv.bias = test::random_input(6, conv.out_channels);
  graph::Graph graph;
  graph.name = "single_conv";
  graph.nodes.push_back({"input", graph::Input{}, {}, in, {}});
  graph::Node node{"conv", conv, {0}, {}, {}};
  node.shape = graph::infer_shape(node, {in});
  node.activation = {-0.5, 3.0};
  graph.nodes.push_back(node);
  graph.outputs = {1};
  return graph;
}

inline graph::Conv conv(std::int64_t in, std::int64_t out, std::int64_t kernel,
                        std::int64_t stride = 1, std::int64_t groups = 1) {
  graph::Conv result;
  result.in_channels = in;
  result.out_channels = out;
  result.groups = groups;
  result.kind = groups > 1 && groups == in && groups == out ? graph::ConvKind::depthwise_conv
                                                            : graph::ConvKind::conv;
  result.window.kernel_h = result.window.kernel_w = kernel;
  result.window.stride_h = result.window.stride_w = stride;
  result.window.pad_top = result.window.pad_left = kernel / 2;
  result.window.pad_bottom = result.window.pad_right = kernel / 2;
  return result;
}

inline std::vector<graph::Graph> networks(int drawn) {
  std::vector<graph::Graph> all;
  all.push_back(single_conv({56, 56, 16}, conv(16, 33, 1)));  // several blocks of pixels
  all.push_back(single_conv({9, 7, 3}, conv(3, 17, 3, 2)));   // odd k
  all.push_back(single_conv({5, 5, 24}, conv(24, 48, 3, 1, 4)));
  all.push_back(single_conv({5, 6, 6}, conv(6, 6, 1, 1, 3)));  // grouped and pointwise
  all.push_back(single_conv({11, 5, 77}, conv(77, 77, 3, 1, 77)));
  all.push_back(single_conv({4, 4, 130}, conv(130, 130, 5, 2, 130)));
  graph::Conv skewed = conv(8, 20, 4, 3);
  skewed.window.kernel_w = 2;
  skewed.window.dilation_h = 2;
  skewed.window.dilation_w = 3;
  skewed.window.pad_top = 5;
  skewed.window.pad_left = 0;
  skewed.window.pad_bottom = 1;
  skewed.window.pad_right = 4;
  all.push_back(single_conv({8, 9, 8}, skewed));
  graph::Conv gemm = conv(90, 1001, 1);
  gemm.kind = graph::ConvKind::gemm;
  all.push_back(single_conv({3, 3, 10}, gemm));
  for (int seed = 1; seed <= drawn; ++seed) {
    all.push_back(test::random_network(static_cast<std::uint64_t>(seed)));
  }
  return all;
}

}  // namespace npusim::execute
