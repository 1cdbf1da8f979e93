// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/geometry.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/support/quantized_graphs.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::PoolKind;
using test::QuantizedGraphBuilder;
using test::square_window;

std::int64_t area(std::int64_t rows, std::int64_t columns) { return rows * columns; }

TEST(InputExtent, InsideTheMapNoPaddingIsLeft) {
  const Extent e = input_extent(2, 3, /*stride=*/2, /*kernel=*/3, /*dilation=*/1, /*pad=*/1, 20);
  EXPECT_EQ(e.begin, 3);
  EXPECT_EQ(e.end, 3 + 2 * 2 + 3);
  EXPECT_EQ(e.pad, 0);
}

TEST(InputExtent, AtTheTopThePaddingRemains) {
  const Extent e = input_extent(0, 2, 1, 3, 1, 1, 20);
  EXPECT_EQ(e.begin, 0);
  EXPECT_EQ(e.end, 3);
  EXPECT_EQ(e.pad, 1);
}

TEST(InputExtent, AtTheBottomItEndsWithTheMap) {
  const Extent e = input_extent(8, 2, 1, 3, 1, 1, 10);
  EXPECT_EQ(e.begin, 7);
  EXPECT_EQ(e.end, 10);
  EXPECT_EQ(e.pad, 0);
}

TEST(InputExtent, AWindowAboveTheMapNamesItsFirstRow) {
  const Extent e = input_extent(0, 1, 1, 2, 1, 5, 10);  // rows -5 and -4
  EXPECT_EQ(e.begin, 0);
  EXPECT_EQ(e.end, 1);
  EXPECT_EQ(e.pad, 5);
}

TEST(InputExtent, AWindowBelowTheMapNamesItsLastRowAndANegativePad) {
  const Extent e = input_extent(12, 1, 1, 2, 1, 0, 10);  // rows 12 and 13
  EXPECT_EQ(e.begin, 9);
  EXPECT_EQ(e.end, 10);
  EXPECT_EQ(e.pad, -3);
}

// For all small cases: every real row that a tap touches is in the extent at the place that the
// instruction computes from the pad, every padding row is outside, and the bound holds.
TEST(InputExtent, KeepsTheMeaningOfEveryTap) {
  for (std::int64_t in = 1; in <= 7; ++in)
    for (std::int64_t kernel = 1; kernel <= 4; ++kernel)
      for (std::int64_t stride = 1; stride <= 5; ++stride)
        for (std::int64_t dilation = 1; dilation <= 3; ++dilation)
          for (std::int64_t pad = 0; pad <= 8; ++pad)
            for (std::int64_t first = 0; first <= 4; ++first)
              for (std::int64_t count = 1; count <= 3; ++count) {
                const Extent e = input_extent(first, count, stride, kernel, dilation, pad, in);
                ASSERT_GE(e.begin, 0);
                ASSERT_LT(e.begin, e.end);
                ASSERT_LE(e.end, in);
                ASSERT_LE(e.end - e.begin, input_extent_bound(count, stride, kernel, dilation, in));
                for (std::int64_t o = 0; o < count; ++o)
                  for (std::int64_t k = 0; k < kernel; ++k) {
                    const std::int64_t row = (first + o) * stride - pad + k * dilation;
                    const std::int64_t in_view = o * stride - e.pad + k * dilation;
                    const bool real = row >= 0 && row < in;
                    ASSERT_EQ(real, in_view >= 0 && in_view < e.end - e.begin);
                    if (real) {
                      ASSERT_EQ(e.begin + in_view, row);
                    }
                  }
              }
}

// Of a map of one channel that is not cut.
Tiling choose(std::int64_t height, std::int64_t width, std::int64_t budget,
              const std::function<std::int64_t(std::int64_t, std::int64_t)>& bytes) {
  return choose_tiling({height, width, 1}, {}, budget,
                       [&](const TileSize& size) { return bytes(size.rows, size.columns); });
}

// Whole rows or a part of one, together every pixel once, in order.
void expect_covers(const Tiling& tiling, std::int64_t height, std::int64_t width) {
  std::int64_t next = 0;
  for (const Tile& tile : tiling.tiles) {
    EXPECT_EQ(tile.row * width + tile.column, next);
    EXPECT_TRUE(tile.rows == 1 || (tile.column == 0 && tile.columns == width));
    EXPECT_LE(tile.column + tile.columns, width);
    next += tile.pixels();
  }
  EXPECT_EQ(next, height * width);
}

TEST(ChooseTiling, OneTileWhereEverythingFits) {
  const Tiling t = choose(8, 4, 32, area);
  EXPECT_EQ(t.tiles.size(), 1U);
  EXPECT_EQ(t.buffers, 1);
  EXPECT_EQ(t.buffer_bytes, 32);
}

TEST(ChooseTiling, TheMostRowsOfWhichTwoBuffersFit) {
  const Tiling t = choose(8, 4, 31, area);
  EXPECT_EQ(t.buffers, 2);
  EXPECT_EQ(t.buffer_bytes, 12);  // 3 rows; 4 would need 2 * 16
  ASSERT_EQ(t.tiles.size(), 3U);
  EXPECT_EQ(t.tiles.back().rows, 2);
}

TEST(ChooseTiling, APartOfARowBeforeASingleBuffer) {
  const Tiling t = choose(3, 10, 14, area);  // one row would fit once, 7 pixels twice
  EXPECT_EQ(t.buffers, 2);
  EXPECT_EQ(t.buffer_bytes, 7);
  EXPECT_EQ(t.tiles.size(), 6U);
}

TEST(ChooseTiling, OneBufferWhereTwoPixelsDoNotFit) {
  const auto bytes = [](std::int64_t rows, std::int64_t columns) { return 10 * rows * columns; };
  const Tiling t = choose(2, 3, 19, bytes);
  EXPECT_EQ(t.buffers, 1);
  EXPECT_EQ(t.buffer_bytes, 10);
  EXPECT_EQ(t.tiles.size(), 6U);
}

TEST(ChooseTiling, NothingWhereNotOnePixelFits) {
  EXPECT_TRUE(choose(2, 3, 9, [](std::int64_t, std::int64_t) { return 10; }).tiles.empty());
}

TEST(ChooseTiling, NoBuffersNeedNoTiles) {
  const Tiling t = choose(5, 5, 0, [](std::int64_t, std::int64_t) { return 0; });
  EXPECT_EQ(t.tiles.size(), 1U);
  EXPECT_EQ(t.buffer_bytes, 0);
}

TEST(ChooseTiling, FitsAndCoversForEveryBudget) {
  for (const std::int64_t height : {1, 2, 7})
    for (const std::int64_t width : {1, 3, 8})
      for (std::int64_t budget = 0; budget <= 5 * height * width + 3; ++budget) {
        const auto bytes = [](std::int64_t rows, std::int64_t columns) {
          return 3 + 2 * rows * columns + rows;
        };
        const Tiling t = choose(height, width, budget, bytes);
        ASSERT_EQ(t.tiles.empty(), budget < bytes(1, 1));
        if (t.tiles.empty()) continue;
        ASSERT_LE(t.buffers * t.buffer_bytes, budget);
        for (const Tile& tile : t.tiles) ASSERT_LE(bytes(tile.rows, tile.columns), t.buffer_bytes);
        expect_covers(t, height, width);
      }
}

// 10 bytes for each channel of a pixel.
Tiling choose_channels(std::int64_t channels, const ChannelCut& cut, std::int64_t budget) {
  return choose_tiling({2, 2, channels}, cut, budget, [](const TileSize& size) {
    return 10 * size.rows * size.columns * size.channels;
  });
}

TEST(ChooseTiling, ChannelsAreCutOnlyWhereNotOnePixelFits) {
  EXPECT_EQ(choose_channels(5, {1, 1}, 50).tiles.size(), 4U);  // single-buffered pixels
  const Tiling t = choose_channels(5, {1, 1}, 49);
  EXPECT_EQ(t.buffers, 2);
  EXPECT_EQ(t.buffer_bytes, 20);
  ASSERT_EQ(t.tiles.size(), 12U);
  EXPECT_EQ(t.tiles[1].channel, 2);
  EXPECT_EQ(t.tiles[2].channels, 1);
  EXPECT_EQ(t.tiles[3].column, 1);
  EXPECT_TRUE(choose_channels(5, {}, 49).tiles.empty());
}

TEST(ChooseTiling, ChannelsAreCutInWholeStepsAndPreferredOnesWhereTheyFit) {
  EXPECT_EQ(choose_channels(100, {1, 8}, 2 * 190).tiles[0].channels, 16);
  EXPECT_EQ(choose_channels(100, {1, 8}, 2 * 70).tiles[0].channels, 7);
  EXPECT_EQ(choose_channels(100, {16, 16}, 2 * 330).tiles[0].channels, 32);
  EXPECT_EQ(choose_channels(100, {16, 16}, 2 * 159).tiles[0].channels, 16);  // one buffer
  EXPECT_TRUE(choose_channels(100, {16, 16}, 159).tiles.empty());
  EXPECT_EQ(choose_channels(12, {16, 16}, 120).tiles[0].channels, 12);  // all there are
}

TEST(ChannelCut, WhereAChannelNeedsNoOther) {
  QuantizedGraphBuilder b(5);
  const NodeId in = b.input({4, 4, 6});
  const NodeId conv = b.conv(in, 6);
  const NodeId depthwise = b.depthwise(in, square_window(3, 1, 1));
  const NodeId sum = b.add(conv, depthwise);
  const NodeId pool = b.pool(sum, PoolKind::max, square_window(2));
  const NodeId concat = b.concat({sum, conv});
  const auto g = b.build();
  EXPECT_EQ(channel_cut(g.node(conv), 16, 8).least, 0);
  EXPECT_EQ(channel_cut(g.node(concat), 16, 8).least, 0);
  EXPECT_EQ(channel_cut(g.node(depthwise), 16, 8).least, 16);
  for (const NodeId id : {sum, pool}) {
    EXPECT_EQ(channel_cut(g.node(id), 16, 8).least, 1);
    EXPECT_EQ(channel_cut(g.node(id), 16, 8).preferred, 8);
  }
}

TEST(Operands, GemmReadsItsInputFlattened) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({3, 5, 2});
  const NodeId gemm = b.gemm(in, 4);
  const NodeId conv = b.conv(in, 4);
  const auto g = b.build();
  EXPECT_EQ(operand_shape(g, g.node(gemm), 0), (graph::Shape{1, 1, 30}));
  EXPECT_EQ(operand_shape(g, g.node(conv), 0), (graph::Shape{3, 5, 2}));
}

TEST(Operands, WindowsOfConvolutionAndPoolingOnly) {
  QuantizedGraphBuilder b(2);
  const NodeId in = b.input({6, 6, 2});
  const NodeId conv = b.conv(in, 2, square_window(3, 2, 1));
  const NodeId pool = b.pool(in, PoolKind::max, square_window(2));
  const NodeId lookup = b.lookup(in);
  const auto g = b.build();
  EXPECT_EQ(operand_window(g.node(conv)).stride_h, 2);
  EXPECT_EQ(operand_window(g.node(pool)).kernel_w, 2);
  EXPECT_EQ(operand_window(g.node(lookup)).kernel_h, 1);
}

TEST(Operands, AWindowOfOnePixelStepsOverWhatItDoesNotRead) {
  EXPECT_TRUE(skips_pixels(square_window(1, 2)));
  EXPECT_FALSE(skips_pixels(square_window(1, 1)));
  EXPECT_FALSE(skips_pixels(square_window(2, 2)));
  EXPECT_FALSE(skips_pixels(square_window(1, 2, 1)));  // padding shifts what it reads
}

TEST(Operands, TheOnePixelOperandOfMulIsBroadcastWhicheverComesFirst) {
  QuantizedGraphBuilder b(3);
  const NodeId map = b.input({2, 3, 4});
  const NodeId pixel = b.input({1, 1, 4});
  const NodeId second = b.mul(map, pixel);
  const NodeId first = b.mul(pixel, map);
  const NodeId both = b.mul(pixel, pixel);  // one pixel by one pixel: nothing to repeat
  const NodeId sum = b.add(pixel, pixel);
  const auto g = b.build();
  EXPECT_FALSE(is_broadcast(g, g.node(second), 0));
  EXPECT_TRUE(is_broadcast(g, g.node(second), 1));
  EXPECT_TRUE(is_broadcast(g, g.node(first), 0));
  EXPECT_FALSE(is_broadcast(g, g.node(first), 1));
  EXPECT_FALSE(is_broadcast(g, g.node(both), 0));
  EXPECT_FALSE(is_broadcast(g, g.node(sum), 1));
}

TEST(Operands, ATensorUsedTwiceIsKnownByItsFirstUse) {
  QuantizedGraphBuilder b(4);
  const NodeId in = b.input({2, 2, 2});
  const NodeId other = b.lookup(in);
  const NodeId concat = b.concat({in, other, in});
  const auto g = b.build();
  EXPECT_EQ(first_use(g.node(concat), 0), 0U);
  EXPECT_EQ(first_use(g.node(concat), 1), 1U);
  EXPECT_EQ(first_use(g.node(concat), 2), 0U);
}

}  // namespace
}  // namespace npusim::compile
