// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/streamed_tiling.h"

#include <limits>
#include <utility>
#include <vector>

#include "sim/base/math.h"

namespace npusim::compile {
namespace {

constexpr std::int64_t kBlockBytes = 64;  // runs shorter than that waste bandwidth

struct Candidate {
  Tiling tiling;
  std::int64_t traffic_bytes = std::numeric_limits<std::int64_t>::max();
};

// Channels of the result that leave at a time, the whole first.
std::vector<std::int64_t> part_sizes(const StreamedLayer& layer) {
  std::vector<std::int64_t> sizes = {layer.whole.channels};
  if (layer.part_step == 0) return sizes;
  for (const std::int64_t steps : {16, 8, 4, 2, 1}) {
    if (steps * layer.part_step < layer.whole.channels) sizes.push_back(steps * layer.part_step);
  }
  return sizes;
}

// Two places for the result where it leaves in parts: one is stored while the next is made.
std::int64_t buffer_bytes(const StreamedLayer& layer, const TileSize& size) {
  const std::int64_t once = layer.tile_bytes(size);
  if (size.channels == layer.whole.channels) return once;
  return 2 * once - layer.tile_bytes({size.rows, size.columns, 0});
}

Candidate candidate(const StreamedLayer& layer, std::int64_t part, std::int64_t buffers,
                    std::int64_t workspace_bytes) {
  const TileSize whole = {layer.whole.rows, layer.whole.columns, part};
  const auto bytes = [&](const TileSize& size) { return buffer_bytes(layer, size); };
  TileSize size = largest_tile(whole, workspace_bytes / buffers, bytes);
  if (size.rows == 0) return {};
  size.rows = base::ceil_div(whole.rows, base::ceil_div(whole.rows, size.rows));
  Candidate result;
  result.tiling = {cut_map(layer.whole, {size.rows, size.columns, layer.whole.channels}), buffers,
                   bytes(size), part == layer.whole.channels ? 0 : part};
  std::int64_t passes = 0;
  for (const Tile& tile : result.tiling.tiles) {
    passes += layer.pass_pixels == 0 ? 1 : base::ceil_div(tile.pixels(), layer.pass_pixels);
  }
  const bool overlaps = buffers > 1 || result.tiling.tiles.size() == 1;
  const std::int64_t moved_bytes = layer.operand_bytes + layer.result_bytes;
  const std::int64_t wasted_bytes =
      layer.result_bytes / part * (base::round_up(part, kBlockBytes) - part);
  result.traffic_bytes =
      layer.weights_bytes * passes + moved_bytes * (overlaps ? 1 : 2) + wasted_bytes;
  return result;
}

}  // namespace

Tiling choose_streamed_tiling(const StreamedLayer& layer, std::int64_t workspace_bytes) {
  Candidate best;
  for (const std::int64_t part : part_sizes(layer)) {
    for (const std::int64_t buffers : {2, 1}) {
      Candidate other = candidate(layer, part, buffers, workspace_bytes);
      if (other.traffic_bytes < best.traffic_bytes) best = std::move(other);
    }
  }
  return std::move(best.tiling);
}

}  // namespace npusim::compile
