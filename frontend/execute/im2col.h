// SPDX-License-Identifier: Apache-2.0
// From feature maps to the rows and tap pointers that the convolution kernels read.
#pragma once

#include <cstdint>

#include "frontend/graph/graph.h"

namespace npusim::execute {

/// A window moving over a map: what convolutions and poolings have in common. Pixel p of the output
/// is at row p / out.width, column p % out.width.
struct Geometry {
  graph::Shape in;
  graph::Shape out;
  graph::Window window;

  std::int64_t taps() const { return window.kernel_h * window.kernel_w; }
  std::int64_t pixels() const { return out.height * out.width; }
  bool is_pointwise() const;  // every output pixel reads exactly the input pixel of its number
  bool is_inside(std::int64_t y, std::int64_t x) const;  // a window whose first tap is there
};

/// Rows of a GEMM for output pixels [first, first + count): row i holds the inputs of its window in
/// the order kernel row, kernel column, channel, of channels [channel, channel + channels). Padded
/// taps read `padding`. rows: `stride` >= taps * channels elements apart; what lies between is
/// kept. Instantiated for float and int8.
template <class T>
void gather_rows(const T* input, const Geometry& geometry, std::int64_t channel,
                 std::int64_t channels, std::int64_t first, std::int64_t count, T padding, T* rows,
                 std::int64_t stride);

/// Where output pixels [first, first + count) read: for each its taps in the order kernel row,
/// kernel column, as pointers to all channels of an input pixel; padded taps point to `padding` (as
/// many values as the input has channels). Instantiated for float and int8.
template <class T>
void gather_taps(const T* input, const Geometry& geometry, std::int64_t first, std::int64_t count,
                 const T* padding, const T** taps);

}  // namespace npusim::execute
