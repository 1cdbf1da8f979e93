// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/geometry.h"

#include <algorithm>

#include "sim/base/math.h"

namespace npusim::compile {

graph::Shape operand_shape(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                           std::size_t input) {
  const graph::Shape& shape = graph.node(node.inputs.at(input)).shape;
  const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
  if (conv && conv->kind == graph::ConvKind::gemm) return {1, 1, shape.elements()};
  return shape;
}

graph::Window operand_window(const graph::QuantizedNode& node) {
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) return conv->window;
  if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) return pool->window;
  return {};
}

bool skips_pixels(const graph::Window& w) {
  const bool is_padded = w.pad_top + w.pad_bottom + w.pad_left + w.pad_right > 0;
  return w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h * w.stride_w > 1 && !is_padded;
}

bool is_broadcast(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                  std::size_t input) {
  if (!std::holds_alternative<graph::QuantizedMul>(node.op)) return false;
  const graph::Shape& shape = graph.node(node.inputs.at(input)).shape;
  return shape.height == 1 && shape.width == 1 && node.shape.height * node.shape.width != 1;
}

bool is_channelwise(const graph::QuantizedNode& node) {
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
    return conv->kind == graph::ConvKind::depthwise_conv;
  }
  return !std::holds_alternative<graph::QuantizedConcat>(node.op);
}

ChannelCut channel_cut(const graph::QuantizedNode& node, std::int64_t array_columns,
                       std::int64_t word_bytes) {
  if (!is_channelwise(node)) return {};
  if (std::holds_alternative<graph::QuantizedConv>(node.op)) return {array_columns, array_columns};
  return {1, word_bytes};
}

std::size_t first_use(const graph::QuantizedNode& node, std::size_t input) {
  const auto found = std::find(node.inputs.begin(), node.inputs.end(), node.inputs.at(input));
  return static_cast<std::size_t>(found - node.inputs.begin());
}

Extent input_extent(std::int64_t out_begin, std::int64_t out_count, std::int64_t stride,
                    std::int64_t kernel, std::int64_t dilation, std::int64_t pad,
                    std::int64_t in_size) {
  const std::int64_t first = out_begin * stride - pad;
  const std::int64_t last = (out_begin + out_count - 1) * stride - pad + (kernel - 1) * dilation;
  Extent extent;
  extent.begin = std::clamp<std::int64_t>(first, 0, in_size - 1);
  extent.end = std::clamp<std::int64_t>(last + 1, extent.begin + 1, in_size);
  extent.pad = extent.begin - first;
  return extent;
}

std::int64_t input_extent_bound(std::int64_t out_count, std::int64_t stride, std::int64_t kernel,
                                std::int64_t dilation, std::int64_t in_size) {
  return std::min(in_size, (out_count - 1) * stride + (kernel - 1) * dilation + 1);
}

namespace {

// Largest n in [1, limit] with bytes(n) <= budget, 0 if none; bytes does not fall.
std::int64_t largest_fitting(std::int64_t limit, std::int64_t budget,
                             const std::function<std::int64_t(std::int64_t)>& bytes) {
  std::int64_t low = 0;
  std::int64_t high = limit;
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (bytes(middle) <= budget) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

// Most channels of one pixel that fit, 0 if not even the least do.
std::int64_t most_channels(std::int64_t channels, const ChannelCut& cut, std::int64_t budget,
                           const std::function<std::int64_t(const TileSize&)>& tile_bytes) {
  if (cut.least == 0) return 0;
  const std::int64_t parts = base::ceil_div(channels, cut.least);
  const std::int64_t fitting = largest_fitting(parts, budget, [&](std::int64_t n) {
    return tile_bytes({1, 1, std::min(channels, n * cut.least)});
  });
  const std::int64_t most = std::min(channels, fitting * cut.least);
  return most == channels || most < cut.preferred ? most : most / cut.preferred * cut.preferred;
}

}  // namespace

std::vector<Tile> cut_map(const TileSize& whole, const TileSize& size) {
  std::vector<Tile> tiles;
  for (std::int64_t row = 0; row < whole.rows; row += size.rows) {
    for (std::int64_t column = 0; column < whole.columns; column += size.columns) {
      for (std::int64_t channel = 0; channel < whole.channels; channel += size.channels) {
        tiles.push_back({row, std::min(size.rows, whole.rows - row), column,
                         std::min(size.columns, whole.columns - column), channel,
                         std::min(size.channels, whole.channels - channel)});
      }
    }
  }
  return tiles;
}

TileSize largest_tile(const TileSize& whole, std::int64_t budget_bytes,
                      const std::function<std::int64_t(const TileSize&)>& tile_bytes) {
  const std::int64_t rows = largest_fitting(whole.rows, budget_bytes, [&](std::int64_t n) {
    return tile_bytes({n, whole.columns, whole.channels});
  });
  if (rows > 0) return {rows, whole.columns, whole.channels};
  const std::int64_t columns = largest_fitting(whole.columns, budget_bytes, [&](std::int64_t n) {
    return tile_bytes({1, n, whole.channels});
  });
  return {columns > 0 ? 1 : 0, columns, whole.channels};
}

TileSize least_tile(std::int64_t channels, const ChannelCut& cut) {
  return {1, 1, cut.least == 0 ? channels : std::min(channels, cut.least)};
}

Tiling choose_tiling(const TileSize& whole, const ChannelCut& cut, std::int64_t workspace_bytes,
                     const std::function<std::int64_t(const TileSize&)>& tile_bytes) {
  const auto tiling = [&](const TileSize& size, std::int64_t buffers) {
    return Tiling{cut_map(whole, size), buffers, tile_bytes(size), 0};
  };
  if (tile_bytes(whole) <= workspace_bytes) return tiling(whole, 1);
  for (const std::int64_t buffers : {2, 1}) {
    const TileSize size = largest_tile(whole, workspace_bytes / buffers, tile_bytes);
    if (size.rows > 0) return tiling(size, buffers);
  }
  for (const std::int64_t buffers : {2, 1}) {
    const std::int64_t channels =
        most_channels(whole.channels, cut, workspace_bytes / buffers, tile_bytes);
    if (channels > 0) return tiling({1, 1, channels}, buffers);
  }
  return {};
}

}  // namespace npusim::compile
