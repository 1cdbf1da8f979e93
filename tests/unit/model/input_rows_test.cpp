// SPDX-License-Identifier: Apache-2.0
#include "sim/model/input_rows.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "sim/isa/windows.h"

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

isa::Matmul part(std::uint32_t k_begin, std::uint32_t k_end) {
  isa::Matmul m = matmul();
  m.k_begin = k_begin;
  m.k_end = k_end;
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
  const auto* at = rows.gather(matmul(), bytes.data());
  EXPECT_EQ(row(at[0], 8), (Row{-7, -7, -7, -7, 2, 3, 4, 5}));
  EXPECT_EQ(row(at[1], 8), (Row{-7, -7, 0, 1, -7, -7, 6, 7}));
}

TEST(InputRows, AFoldInTheMiddleOfAPixel) {
  const std::vector<std::int8_t> bytes = memory();
  InputRows rows;
  const auto* at = rows.gather(part(3, 7), bytes.data());
  EXPECT_EQ(row(at[0], 4), (Row{-7, 2, 3, 4}));
  EXPECT_EQ(row(at[1], 4), (Row{1, -7, -7, 6}));
}

TEST(InputRows, WithinOnePositionNothingIsCopied) {
  const std::vector<std::int8_t> bytes = memory();
  InputRows rows;
  const auto* at = rows.gather(part(7, 8), bytes.data());
  EXPECT_EQ(at[0], bytes.data() + 9);
  EXPECT_EQ(at[1], bytes.data() + 11);
  EXPECT_EQ(*rows.gather(part(0, 2), bytes.data())[0], -7);
}

TEST(InputRows, TapsOfADepthwiseWindow) {
  const std::vector<std::int8_t> bytes = memory();
  isa::Matmul m = part(1, 4);
  m.mode = isa::ArrayMode::depthwise;
  InputRows rows;
  const auto* at = rows.gather_taps(m, bytes.data());
  EXPECT_EQ(row(at[0], 2), (Row{-7, -7}));
  EXPECT_EQ(row(at[1], 2), (Row{2, 3}));
  EXPECT_EQ(row(at[2], 2), (Row{4, 5}));
  EXPECT_EQ(row(at[3], 2), (Row{0, 1}));
  EXPECT_EQ(row(at[4], 2), (Row{-7, -7}));
  EXPECT_EQ(row(at[5], 2), (Row{6, 7}));
}

// The plain twin: one input after another, as the Program's fields define them.
Row plain_inputs(const isa::Matmul& m, const std::vector<std::int8_t>& bytes, std::int64_t i,
                 std::int64_t column) {
  Row inputs;
  for (std::int64_t k = m.k_begin; k < m.k_end; ++k) {
    const isa::Tap tap = isa::tap_of(m, k);
    const isa::Pixel cell = isa::input_pixel(m, isa::output_pixel(m, i), tap);
    if (!isa::is_real(m, cell)) {
      inputs.push_back(m.zero_point);
      continue;
    }
    const std::int64_t channel = m.mode == isa::ArrayMode::depthwise ? column : tap.channel;
    inputs.push_back(bytes[static_cast<std::size_t>(m.in_address + cell.row * m.row_stride_bytes +
                                                    cell.column * m.pixel_stride_bytes + channel)]);
  }
  return inputs;
}

class DrawnRows : public testing::Test {
 protected:
  std::int64_t draw(std::int64_t least, std::int64_t greatest) {
    return std::uniform_int_distribution<std::int64_t>(least, greatest)(random_);
  }
  template <typename Field>
  void draw(Field& field, std::int64_t least, std::int64_t greatest) {
    field = static_cast<Field>(draw(least, greatest));
  }

  // Windows far outside the region and strides wider than a pixel among them.
  isa::Matmul draw_matmul() {
    isa::Matmul m;
    draw(m.pixels, 1, 20);
    draw(m.first_pixel, 0, 30);
    draw(m.out_width, 1, 9);
    draw(m.in_address, 0, 5);
    draw(m.in_height, 1, 6);
    draw(m.in_width, 1, 8);
    draw(m.channels, 1, 5);
    draw(m.pixel_stride_bytes, m.channels, m.channels + draw(0, 2));
    draw(m.row_stride_bytes, m.in_width * m.pixel_stride_bytes,
         m.in_width * m.pixel_stride_bytes + 3);
    for (auto* kernel : {&m.kernel_h, &m.kernel_w}) draw(*kernel, 1, 4);
    for (auto* step : {&m.stride_h, &m.stride_w, &m.dilation_h, &m.dilation_w}) draw(*step, 1, 3);
    for (auto* pad : {&m.pad_top, &m.pad_left}) draw(*pad, -2, 4);
    m.zero_point = -7;
    return m;
  }
  void draw_reduction(isa::Matmul& m, std::int64_t reduction) {
    draw(m.k_begin, 0, reduction - 1);
    draw(m.k_end, m.k_begin + 1, reduction);
  }
  std::vector<std::int8_t> draw_memory(const isa::Matmul& m) {
    std::vector<std::int8_t> bytes(m.in_address + std::size_t{m.in_height} * m.row_stride_bytes);
    for (std::int8_t& byte : bytes) draw(byte, -128, 127);
    return bytes;
  }

 private:
  std::minstd_rand random_{1};
};

TEST_F(DrawnRows, AreThoseOfTheFields) {
  InputRows rows;
  for (int i = 0; i < 3000; ++i) {
    isa::Matmul m = draw_matmul();
    draw_reduction(m, std::int64_t{m.kernel_h} * m.kernel_w * m.channels);
    const std::vector<std::int8_t> bytes = draw_memory(m);
    const auto* at = rows.gather(m, bytes.data());
    for (std::int64_t pixel = 0; pixel < m.pixels; ++pixel) {
      ASSERT_EQ(row(at[pixel], m.k_end - m.k_begin), plain_inputs(m, bytes, pixel, 0))
          << "case " << i << ", pixel " << pixel;
    }
  }
}

TEST_F(DrawnRows, TapsAreThoseOfTheFields) {
  InputRows rows;
  for (int i = 0; i < 3000; ++i) {
    isa::Matmul m = draw_matmul();
    m.mode = isa::ArrayMode::depthwise;
    m.columns = static_cast<std::uint16_t>(m.channels);
    draw_reduction(m, std::int64_t{m.kernel_h} * m.kernel_w);
    const std::vector<std::int8_t> bytes = draw_memory(m);
    const auto* at = rows.gather_taps(m, bytes.data());
    const std::int64_t taps = m.k_end - m.k_begin;
    for (std::int64_t pixel = 0; pixel < m.pixels; ++pixel, at += taps) {
      for (std::int64_t column = 0; column < m.columns; ++column) {
        Row inputs;
        for (std::int64_t tap = 0; tap < taps; ++tap) inputs.push_back(at[tap][column]);
        ASSERT_EQ(inputs, plain_inputs(m, bytes, pixel, column))
            << "case " << i << ", pixel " << pixel;
      }
    }
  }
}

}  // namespace
}  // namespace npusim::model
