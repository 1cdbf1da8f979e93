// SPDX-License-Identifier: Apache-2.0
// Tiles of a convolution whose weights do not stay in the weight scratchpad: they pass once per
// tile, so that few large tiles are worth more than overlapped transfers.
#pragma once

#include <cstdint>
#include <functional>

#include "frontend/compile/geometry.h"

namespace npusim::compile {

struct StreamedLayer {
  TileSize whole;                  // of the output
  std::int64_t part_step = 0;      // channels of the result can leave in multiples of this; 0: no
  std::int64_t weights_bytes = 0;  // pass once per tile
  std::int64_t pass_pixels = 0;    // and again after so many of its pixels; 0: do not
  std::int64_t operand_bytes = 0;  // of those that live in DRAM
  std::int64_t result_bytes = 0;   // 0 where it stays on chip
  // Buffer need of a tile: its operands, and `channels` channels of its result.
  std::function<std::int64_t(const TileSize&)> tile_bytes;
};

// The tiling with the least traffic, counting twice what single buffers cannot overlap and in whole
// 64-byte blocks what leaves in parts; among equals the plainest. Empty where not even one pixel
// with the least part fits.
Tiling choose_streamed_tiling(const StreamedLayer& layer, std::int64_t workspace_bytes);

}  // namespace npusim::compile
