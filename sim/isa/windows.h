// SPDX-License-Identifier: Apache-2.0
// Where a pooling window or the taps of a convolution meet the input region.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::isa {

/// Output pixel i of a region: row and column (oy, ox).
struct Pixel {
  std::int64_t row = 0, column = 0;
};

/// Output pixel first_pixel + i of Matmul or Pool fields.
template <typename Fields>
Pixel output_pixel(const Fields& f, std::int64_t i) {
  const std::int64_t pixel = std::int64_t{f.first_pixel} + i;
  return {pixel / f.out_width, pixel % f.out_width};
}

/// The real cells of a pooling window: rows [row_begin, row_end), columns likewise.
struct Window {
  std::int64_t row_begin = 0, row_end = 0, column_begin = 0, column_end = 0;
  std::int64_t cells() const {
    return std::max<std::int64_t>(0, row_end - row_begin) *
           std::max<std::int64_t>(0, column_end - column_begin);
  }
};

/// The window of output pixel `pixel`, cut to the input region.
inline Window window_of(const Pool& f, Pixel pixel) {
  const std::int64_t row = pixel.row * f.stride_h - f.pad_top;
  const std::int64_t column = pixel.column * f.stride_w - f.pad_left;
  return {std::max<std::int64_t>(0, row), std::min<std::int64_t>(f.in_height, row + f.kernel_h),
          std::max<std::int64_t>(0, column),
          std::min<std::int64_t>(f.in_width, column + f.kernel_w)};
}

/// A reduction index of Matmul fields: kernel row, kernel column, channel within the position.
struct Tap {
  std::int64_t ky = 0, kx = 0, channel = 0;
};

/// k = (ky, kx, channel), channel innermost; in depthwise mode k = (ky, kx), whose channel is the
/// column.
inline Tap tap_of(const Matmul& f, std::int64_t k) {
  const std::int64_t channels = f.mode == ArrayMode::depthwise ? 1 : std::int64_t{f.channels};
  const std::int64_t position = k / channels;
  return {position / f.kernel_w, position % f.kernel_w, k % channels};
}

/// Output pixels side by side in a column of the array; the fields of a depthwise Matmul or
/// Preload.
template <typename Fields>
std::int64_t column_pixels(const Fields& f) {
  return std::max<std::int64_t>(1, f.column_pixels);
}

/// The input cell that a tap of an output pixel meets; it may lie outside the region.
inline Pixel input_pixel(const Matmul& f, Pixel pixel, const Tap& tap) {
  return {pixel.row * f.stride_h - f.pad_top + tap.ky * f.dilation_h,
          pixel.column * f.stride_w - f.pad_left + tap.kx * f.dilation_w};
}

inline bool is_real(const Matmul& f, Pixel cell) {
  return cell.row >= 0 && cell.row < f.in_height && cell.column >= 0 && cell.column < f.in_width;
}

}  // namespace npusim::isa
