// SPDX-License-Identifier: Apache-2.0
// What a layer reads and writes, seen as windows over maps; and how an output map is cut into
// tiles.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::compile {

// Shape in which node's operand `input` is read: its own, but 1 x 1 x elements for gemm, which
// reads it flattened.
graph::Shape operand_shape(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                           std::size_t input);
// Window over the operands: the operator's, or 1 x 1.
graph::Window operand_window(const graph::QuantizedNode& node);
// The window is one pixel and steps over others: those need not be loaded.
bool skips_pixels(const graph::Window& window);
// An operand that every output pixel reads whole (the 1 x 1 operand of Mul).
bool is_broadcast(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                  std::size_t input);
// The first operand of node that is the same tensor as `input`: what is loaded once serves both.
std::size_t first_use(const graph::QuantizedNode& node, std::size_t input);

// Rows (or columns) [begin, end) of an operand that output rows [out_begin, out_begin + out_count)
// touch, cut to the map, and the padding before `begin`. Never empty: where a window lies in the
// padding only, one row is named.
struct Extent {
  std::int64_t begin = 0, end = 0;
  std::int64_t pad = 0;
};
Extent input_extent(std::int64_t out_begin, std::int64_t out_count, std::int64_t stride,
                    std::int64_t kernel, std::int64_t dilation, std::int64_t pad,
                    std::int64_t in_size);
// Upper bound of Extent's length for any position.
std::int64_t input_extent_bound(std::int64_t out_count, std::int64_t stride, std::int64_t kernel,
                                std::int64_t dilation, std::int64_t in_size);

// Output channel c needs no input channel but c: pooling, depthwise layers, Add, Mul, Lookup.
bool is_channelwise(const graph::QuantizedNode& node);

// How finely a layer's channels can be cut: parts of a multiple of `least`, and of a multiple of
// `preferred` where they are that large. Of channelwise layers only.
struct ChannelCut {
  std::int64_t least = 0;  // 0: not at all
  std::int64_t preferred = 1;
};
// Depthwise: whole sets of the array's columns. Pooling, Add, Mul and Lookup: any channels, best
// whole words.
ChannelCut channel_cut(const graph::QuantizedNode& node, std::int64_t array_columns,
                       std::int64_t word_bytes);

struct TileSize {
  std::int64_t rows = 0, columns = 0, channels = 0;
};

// Part of the output map. Full rows, or a part of one row, or some channels of one pixel: so that a
// tile is always a contiguous run of bytes.
struct Tile {
  std::int64_t row = 0, rows = 0;
  std::int64_t column = 0, columns = 0;
  std::int64_t channel = 0, channels = 0;
  std::int64_t pixels() const { return rows * columns; }
};

struct Tiling {
  std::vector<Tile> tiles;
  std::int64_t buffers = 1;        // 2: the next tile's transfers overlap this tile's work
  std::int64_t buffer_bytes = 0;   // largest need of one tile
  std::int64_t part_channels = 0;  // the result leaves in parts of so many channels, in turn
                                   // through two places of the buffer; 0: whole
};

// The largest tiles whose buffers fit `workspace_bytes`: double-buffered rows if possible, then a
// part of a row, then single-buffered, and only where not even one pixel fits, some of its
// channels. `tile_bytes(size)` is the buffer need of a tile. An empty result: not even the least
// tile fits.
Tiling choose_tiling(const TileSize& whole, const ChannelCut& cut, std::int64_t workspace_bytes,
                     const std::function<std::int64_t(const TileSize&)>& tile_bytes);

// The largest tile that fits `budget_bytes`: whole rows, else a part of one; no rows where not even
// one pixel fits. Its channels are `whole`'s.
TileSize largest_tile(const TileSize& whole, std::int64_t budget_bytes,
                      const std::function<std::int64_t(const TileSize&)>& tile_bytes);

// The map in tiles of that size, row by row.
std::vector<Tile> cut_map(const TileSize& whole, const TileSize& size);

// The smallest tile: one pixel, or the fewest channels of one.
TileSize least_tile(std::int64_t channels, const ChannelCut& cut);

}  // namespace npusim::compile
