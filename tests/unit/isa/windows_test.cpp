// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/windows.h"

#include <gtest/gtest.h>

namespace npusim::isa {
namespace {

TEST(WindowsTest, TapsRunThroughChannelsFirst) {
  Matmul f;
  f.kernel_h = 2;
  f.kernel_w = 3;
  f.channels = 5;
  const Tap tap = tap_of(f, 3 * 5 + 2 * 5 + 4);  // second kernel row, third column, last channel
  EXPECT_EQ(tap.ky, 1);
  EXPECT_EQ(tap.kx, 2);
  EXPECT_EQ(tap.channel, 4);
  f.mode = ArrayMode::depthwise;
  EXPECT_EQ(tap_of(f, 4).ky, 1);
  EXPECT_EQ(tap_of(f, 4).kx, 1);
  EXPECT_EQ(tap_of(f, 4).channel, 0);
}

TEST(WindowsTest, StridePadAndDilationPlaceTheTap) {
  Matmul f;
  f.out_width = 4;
  f.first_pixel = 5;
  f.stride_h = 2;
  f.stride_w = 3;
  f.dilation_h = 2;
  f.dilation_w = 4;
  f.pad_top = 1;
  f.pad_left = -2;
  const Pixel pixel = output_pixel(f, 1);  // pixel 6: (1, 2)
  EXPECT_EQ(pixel.row, 1);
  EXPECT_EQ(pixel.column, 2);
  const Pixel cell = input_pixel(f, pixel, {1, 2, 0});
  EXPECT_EQ(cell.row, 1 * 2 - 1 + 1 * 2);
  EXPECT_EQ(cell.column, 2 * 3 + 2 + 2 * 4);
}

TEST(WindowsTest, PoolingWindowsAreCutToTheRegion) {
  Pool f;
  f.in_height = 5;
  f.in_width = 4;
  f.kernel_h = f.kernel_w = 3;
  f.stride_h = f.stride_w = 2;
  f.pad_top = f.pad_left = 1;
  EXPECT_EQ(window_of(f, {0, 0}).cells(), 4);
  EXPECT_EQ(window_of(f, {1, 1}).cells(), 9);
  EXPECT_EQ(window_of(f, {2, 1}).cells(), 2 * 3);
  EXPECT_EQ(window_of(f, {4, 0}).cells(), 0);
}

}  // namespace
}  // namespace npusim::isa
