// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/geometry.h"

#include <algorithm>

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

bool is_broadcast(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                  std::size_t input) {
  if (!std::holds_alternative<graph::QuantizedMul>(node.op)) return false;
  const graph::Shape& shape = graph.node(node.inputs.at(input)).shape;
  return shape.height == 1 && shape.width == 1 && node.shape.height * node.shape.width != 1;
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

std::vector<Tile> cut(std::int64_t height, std::int64_t width, std::int64_t rows,
                      std::int64_t columns) {
  std::vector<Tile> tiles;
  for (std::int64_t row = 0; row < height; row += rows) {
    for (std::int64_t column = 0; column < width; column += columns) {
      tiles.push_back(
          {row, std::min(rows, height - row), column, std::min(columns, width - column)});
    }
  }
  return tiles;
}

}  // namespace

Tiling choose_tiling(std::int64_t out_height, std::int64_t out_width, std::int64_t workspace_bytes,
                     const std::function<std::int64_t(std::int64_t, std::int64_t)>& tile_bytes) {
  const std::int64_t whole = tile_bytes(out_height, out_width);
  if (whole <= workspace_bytes)
    return {cut(out_height, out_width, out_height, out_width), 1, whole};
  for (const std::int64_t buffers : {2, 1}) {
    const std::int64_t budget = workspace_bytes / buffers;
    const std::int64_t rows = largest_fitting(
        out_height, budget, [&](std::int64_t n) { return tile_bytes(n, out_width); });
    if (rows > 0)
      return {cut(out_height, out_width, rows, out_width), buffers, tile_bytes(rows, out_width)};
    const std::int64_t columns =
        largest_fitting(out_width, budget, [&](std::int64_t n) { return tile_bytes(1, n); });
    if (columns > 0)
      return {cut(out_height, out_width, 1, columns), buffers, tile_bytes(1, columns)};
  }
  return {};
}

}  // namespace npusim::compile
