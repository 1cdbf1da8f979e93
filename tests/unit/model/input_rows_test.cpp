// SPDX-License-Identifier: Apache-2.0
#include "sim/model/input_rows.h"

#include <gtest/gtest.h>

#include <numeric>

namespace npusim::model {
namespace {

// 3 x 3 pixels of 2 channels, byte = address - 4, window 2 x 2 with padding above and left.
isa::Matmul matmul() {
  isa::Matmul m;
  m.pixels = 2;
  m.first_pixel = 2;  // (0, 2) and (1, 0)
  m.out_width = 3;
  m.k_end = 8;
  m.columns = 2;
  m.in_address = 4;
  m.in_height = 3;
  m.in_width = 3;
  m.channels = 2;
  m.pixel_stride_bytes = 2;
  m.row_stride_bytes = 6;
  m.kernel_h = 2;
  m.kernel_w = 2;
  m.pad_top = 1;
  m.pad_left = 1;
  m.zero_point = -7;
  return m;
}

std::vector<std::int8_t> memory() {
  std::vector<std::int8_t> bytes(22);
  std::iota(bytes.begin(), bytes.end(), std::int8_t{-4});
  return bytes;
}

using Row = std::vector<std::int8_t>;
Row row(const std::int8_t* at, std::int64_t size) { return {at, at + size}; }

TEST(InputRows, AllOfAWindow) {
  const std::vector<std::int8_t> bytes = memory();
  InputRows rows;
  const auto* at = rows.gather(matmul(), bytes.data(), 0, 8);
  EXPECT_EQ(row(at[0], 8), (Row{-7, -7, -7, -7, 2, 3, 4, 5}));
  EXPECT_EQ(row(at[1], 8), (Row{-7, -7, 0, 1, -7, -7, 6, 7}));
}

TEST(InputRows, AFoldInTheMiddleOfAPixel) {
  const std::vector<std::int8_t> bytes = memory();
  InputRows rows;
  const auto* at = rows.gather(matmul(), bytes.data(), 3, 7);
  EXPECT_EQ(row(at[0], 4), (Row{-7, 2, 3, 4}));
  EXPECT_EQ(row(at[1], 4), (Row{1, -7, -7, 6}));
}

TEST(InputRows, WithinOnePositionNothingIsCopied) {
  const std::vector<std::int8_t> bytes = memory();
  InputRows rows;
  const auto* at = rows.gather(matmul(), bytes.data(), 7, 8);
  EXPECT_EQ(at[0], bytes.data() + 9);
  EXPECT_EQ(at[1], bytes.data() + 11);
  EXPECT_EQ(*rows.gather(matmul(), bytes.data(), 0, 2)[0], -7);
}

TEST(InputRows, TapsOfADepthwiseWindow) {
  const std::vector<std::int8_t> bytes = memory();
  isa::Matmul m = matmul();
  m.mode = isa::ArrayMode::depthwise;
  m.k_end = 4;
  InputRows rows;
  const auto* at = rows.gather_taps(m, bytes.data(), 1, 4);
  EXPECT_EQ(row(at[0], 2), (Row{-7, -7}));
  EXPECT_EQ(row(at[1], 2), (Row{2, 3}));
  EXPECT_EQ(row(at[2], 2), (Row{4, 5}));
  EXPECT_EQ(row(at[3], 2), (Row{0, 1}));
  EXPECT_EQ(row(at[4], 2), (Row{-7, -7}));
  EXPECT_EQ(row(at[5], 2), (Row{6, 7}));
}

}  // namespace
}  // namespace npusim::model
