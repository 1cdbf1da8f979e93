// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/streamed_tiling.h"

#include <gmock/gmock.h>

namespace npusim::compile {
namespace {

// 16 x 10 pixels, `in` bytes of operand and 64 of result for each.
StreamedLayer layer_with(std::int64_t in, std::int64_t weights_bytes) {
  StreamedLayer layer;
  layer.whole = {16, 10, 64};
  layer.part_step = 16;
  layer.weights_bytes = weights_bytes;
  layer.operand_bytes = 160 * in;
  layer.result_bytes = std::int64_t{160} * 64;
  layer.tile_bytes = [in](const TileSize& size) {
    return size.rows * size.columns * (in + size.channels);
  };
  return layer;
}

TEST(StreamedTiling, OneTileWhereTheMapFits) {
  const Tiling t = choose_streamed_tiling(layer_with(16, 1000), 160 * 80);
  EXPECT_EQ(t.tiles.size(), 1U);
  EXPECT_EQ(t.buffers, 1);
  EXPECT_EQ(t.part_channels, 0);
}

TEST(StreamedTiling, FewWeightsPassTwiceForTheSakeOfOverlap) {
  // 8 rows of both fit twice, 16 once: 1,000 bytes of weights are less than what would wait.
  const Tiling t = choose_streamed_tiling(layer_with(16, 1000), 160 * 80 - 1);
  EXPECT_EQ(t.buffers, 2);
  EXPECT_GT(t.tiles.size(), 1U);
  EXPECT_EQ(t.part_channels, 0);
}

TEST(StreamedTiling, ManyWeightsPassOnceWhileTheResultLeavesInParts) {
  const Tiling t = choose_streamed_tiling(layer_with(16, 1'000'000), 160 * 80 - 1);
  ASSERT_EQ(t.tiles.size(), 1U);
  EXPECT_EQ(t.tiles[0].channels, 64);  // the tile is whole, its result is not
  EXPECT_EQ(t.part_channels, 16);
  EXPECT_EQ(t.buffer_bytes, 160 * (16 + 2 * 16));  // one part is stored while the next is made
}

TEST(StreamedTiling, NoPartsWhereTheResultCannotLeaveInThem) {
  StreamedLayer layer = layer_with(16, 1'000'000);
  layer.part_step = 0;
  const Tiling t = choose_streamed_tiling(layer, 160 * 80 - 1);
  EXPECT_EQ(t.part_channels, 0);
  EXPECT_EQ(t.buffers, 1);
  ASSERT_EQ(t.tiles.size(), 2U);
  EXPECT_EQ(t.tiles[0].rows, 8);  // of equal height
}

TEST(StreamedTiling, SmallTilesWhereWeightsPassAgainForEveryFewPixelsAnyway) {
  StreamedLayer layer = layer_with(16, 1'000'000);
  layer.part_step = 0;
  layer.pass_pixels = 10;
  const Tiling t = choose_streamed_tiling(layer, 160 * 80 - 1);
  EXPECT_EQ(t.buffers, 2);  // 16 passes either way: so at least they overlap
}

TEST(StreamedTiling, FitsForEveryBudgetFromOnePixelOfOnePartOn) {
  for (const std::int64_t weights_bytes : {0, 5000, 1'000'000}) {
    for (std::int64_t budget = 1; budget < 160 * 80 + 100; budget += 7) {
      const StreamedLayer layer = layer_with(16, weights_bytes);
      const Tiling t = choose_streamed_tiling(layer, budget);
      ASSERT_EQ(t.tiles.empty(), budget < 16 + 2 * 16);
      ASSERT_LE(t.buffers * t.buffer_bytes, budget);
      std::int64_t pixels = 0;
      for (const Tile& tile : t.tiles) pixels += tile.pixels();
      ASSERT_EQ(pixels, t.tiles.empty() ? 0 : 160);
    }
  }
}

}  // namespace
}  // namespace npusim::compile
