// SPDX-License-Identifier: Apache-2.0
// A network without trained weights: its layers with their shapes, written in a run file
// (`model: {layers: ...}`) or in a topology CSV. Blocks are expanded here, names resolved to
// indices; whether the shapes fit is found where the graph is built (frontend/topology).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace npusim::config {

inline constexpr std::int64_t kMaxTopologyLayers = 10'000;
inline constexpr std::int64_t kMaxTopologyExtent = std::int64_t{1} << 20;  // of any dimension

enum class LayerKind { input, conv, depthwise, gemm, pool, add, mul, concat, activation };
enum class ActivationKind { none, relu, relu6, sigmoid, hard_sigmoid, hard_swish, silu };

/// Rows and columns.
struct TopologyExtent {
  std::int64_t height = 1;
  std::int64_t width = 1;
};

/// Kernel, steps and padding of a convolution or pooling.
struct TopologyWindow {
  TopologyExtent kernel;
  TopologyExtent stride;
  TopologyExtent dilation;
  /// TensorFlow's rule: the output has ceil(input / stride) rows; what padding that takes is
  /// halved, the odd row at the bottom. The same for columns.
  bool same = false;
  std::array<std::int64_t, 4> pads = {0, 0, 0, 0};  // top, left, bottom, right; unused where `same`
};

struct TopologyLayer {
  LayerKind kind = LayerKind::input;
  std::string name;   // unique; blocks' layers are "INSTANCE/NAME"
  std::string place;  // where it is written, "file:line:col" or "file:line"
  /// Earlier layers whose tensors it reads: none for an input, one for most, two for add and mul.
  std::vector<std::size_t> inputs;
  std::int64_t channels = 0;    // of input, conv, gemm: what comes out
  TopologyExtent input;         // of an input
  TopologyWindow window;        // of conv, depthwise, pool
  std::int64_t groups = 1;      // of conv
  bool has_bias = true;         // of conv, depthwise, gemm
  bool is_max = false;          // of pool; average otherwise
  bool is_global = false;       // of pool: one window over the whole input
  bool counts_padding = false;  // of average pool: padded cells count in the divisor
  /// Applied to the result; a layer of its own for kind `activation` and for all but relu, relu6.
  ActivationKind activation = ActivationKind::none;
};

struct TopologyConfig {
  std::int64_t seed = 1;              // of the synthetic weights
  std::vector<TopologyLayer> layers;  // each after those it reads; at least an input and a layer
  /// How the file was understood where it left something open; for the report.
  std::vector<std::string> notes;
};

}  // namespace npusim::config
