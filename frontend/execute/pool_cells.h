// SPDX-License-Identifier: Apache-2.0
// The real cells of pooling windows.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/execute/im2col.h"

namespace npusim::execute {

/// Pointers to the input pixels that lie in the window of one output pixel, kernel row by kernel
/// row; padding is left out. Returns their number; cells must have room for geometry.taps().
template <class T>
std::int64_t real_cells(const T* input, const Geometry& geometry, std::int64_t pixel,
                        const T** cells) {
  const graph::Window& w = geometry.window;
  const graph::Shape& in = geometry.in;
  const std::int64_t x0 = (pixel % geometry.out.width) * w.stride_w - w.pad_left;
  const std::int64_t y0 = (pixel / geometry.out.width) * w.stride_h - w.pad_top;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < w.kernel_h; ++i) {
    const std::int64_t y = y0 + i * w.dilation_h;
    if (y < 0 || y >= in.height) continue;
    for (std::int64_t j = 0; j < w.kernel_w; ++j) {
      const std::int64_t x = x0 + j * w.dilation_w;
      if (x >= 0 && x < in.width) cells[count++] = input + (y * in.width + x) * in.channels;
    }
  }
  return count;
}

}  // namespace npusim::execute
