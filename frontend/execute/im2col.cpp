// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/im2col.h"

#include <algorithm>
#include <cstring>

namespace npusim::execute {
namespace {

// A few values without a call: the rows of a first layer's kernel.
template <class T>
T* copy(const T* from, std::int64_t count, T* to) {
  constexpr auto kHalf = static_cast<std::int64_t>(8 / sizeof(T));
  if (count < kHalf || count > 2 * kHalf) return std::copy_n(from, count, to);
  std::memcpy(to, from, 8);
  std::memcpy(to + count - kHalf, from + count - kHalf, 8);
  return to + count;
}

}  // namespace

bool Geometry::is_pointwise() const {
  return taps() == 1 && window.stride_h == 1 && window.stride_w == 1 && window.pad_top == 0 &&
         window.pad_left == 0 && in.height == out.height && in.width == out.width;
}

bool Geometry::is_inside(std::int64_t y, std::int64_t x) const {
  return x >= 0 && x + (window.kernel_w - 1) * window.dilation_w < in.width && y >= 0 &&
         y + (window.kernel_h - 1) * window.dilation_h < in.height;
}

template <class T>
void gather_rows(const T* input, const Geometry& geometry, std::int64_t channel,
                 std::int64_t channels, std::int64_t first, std::int64_t count, T padding, T* rows,
                 std::int64_t stride) {
  const graph::Window& w = geometry.window;
  const graph::Shape& in = geometry.in;
  // Neighbouring taps of a kernel row lie one after another where all channels are read.
  const bool run = w.dilation_w == 1 && channels == in.channels;
  const std::int64_t line_step = w.dilation_h * in.width * in.channels;
  std::int64_t out_y = first / geometry.out.width;
  std::int64_t out_x = first % geometry.out.width;
  for (std::int64_t pixel = 0; pixel < count; ++pixel, ++out_x, rows += stride) {
    if (out_x == geometry.out.width) out_x = 0, ++out_y;
    const std::int64_t x0 = out_x * w.stride_w - w.pad_left;
    const std::int64_t y0 = out_y * w.stride_h - w.pad_top;
    T* row = rows;
    if (run && geometry.is_inside(y0, x0)) {
      const T* line = input + (y0 * in.width + x0) * in.channels + channel;
      for (std::int64_t i = 0; i < w.kernel_h; ++i, line += line_step) {
        row = copy(line, w.kernel_w * channels, row);
      }
      continue;
    }
    for (std::int64_t i = 0; i < w.kernel_h; ++i) {
      const std::int64_t y = y0 + i * w.dilation_h;
      if (y < 0 || y >= in.height) {
        row = std::fill_n(row, w.kernel_w * channels, padding);
        continue;
      }
      const T* line = input + y * in.width * in.channels + channel;
      for (std::int64_t j = 0; j < w.kernel_w; ++j, row += channels) {
        const std::int64_t x = x0 + j * w.dilation_w;
        if (x < 0 || x >= in.width) {
          std::fill_n(row, channels, padding);
        } else {
          copy(line + x * in.channels, channels, row);
        }
      }
    }
  }
}

template <class T>
void gather_taps(const T* input, const Geometry& geometry, std::int64_t first, std::int64_t count,
                 const T* padding, const T** taps) {
  const graph::Window& w = geometry.window;
  const graph::Shape& in = geometry.in;
  const std::int64_t line_step = w.dilation_h * in.width * in.channels;
  const std::int64_t step = w.dilation_w * in.channels;
  std::int64_t out_y = first / geometry.out.width;
  std::int64_t out_x = first % geometry.out.width;
  for (std::int64_t pixel = 0; pixel < count; ++pixel, ++out_x) {
    if (out_x == geometry.out.width) out_x = 0, ++out_y;
    const std::int64_t x0 = out_x * w.stride_w - w.pad_left;
    const std::int64_t y0 = out_y * w.stride_h - w.pad_top;
    if (geometry.is_inside(y0, x0)) {
      const T* line = input + (y0 * in.width + x0) * in.channels;
      for (std::int64_t i = 0; i < w.kernel_h; ++i, line += line_step) {
        for (std::int64_t j = 0; j < w.kernel_w; ++j) *taps++ = line + j * step;
      }
      continue;
    }
    for (std::int64_t i = 0; i < w.kernel_h; ++i) {
      const std::int64_t y = y0 + i * w.dilation_h;
      const bool row_exists = y >= 0 && y < in.height;
      for (std::int64_t j = 0; j < w.kernel_w; ++j) {
        const std::int64_t x = x0 + j * w.dilation_w;
        const bool exists = row_exists && x >= 0 && x < in.width;
        *taps++ = exists ? input + (y * in.width + x) * in.channels : padding;
      }
    }
  }
}

template void gather_rows(const float*, const Geometry&, std::int64_t, std::int64_t, std::int64_t,
                          std::int64_t, float, float*, std::int64_t);
template void gather_rows(const std::int8_t*, const Geometry&, std::int64_t, std::int64_t,
                          std::int64_t, std::int64_t, std::int8_t, std::int8_t*, std::int64_t);
template void gather_taps(const float*, const Geometry&, std::int64_t, std::int64_t, const float*,
                          const float**);
template void gather_taps(const std::int8_t*, const Geometry&, std::int64_t, std::int64_t,
                          const std::int8_t*, const std::int8_t**);

}  // namespace npusim::execute
