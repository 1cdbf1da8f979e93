// SPDX-License-Identifier: Apache-2.0
// What float and integer convolutions prepare alike.
#pragma once

#include <algorithm>
#include <cstdint>

#include "frontend/execute/im2col.h"

namespace npusim::execute {

/// The geometry of a graph::Conv or graph::QuantizedConv; a gemm is a 1x1 kernel on its flattened
/// input.
template <class Conv>
Geometry conv_geometry(const Conv& conv, const graph::Shape& in, const graph::Shape& out) {
  if (conv.kind != graph::ConvKind::gemm) return {in, out, conv.window};
  return {{1, 1, in.elements()}, {1, 1, conv.out_channels}, graph::Window{}};
}

/// Output pixels worked on together, so that their inputs and accumulators stay in the second
/// cache: a multiple of the kernels' tiles.
inline std::int64_t block_pixels(std::int64_t k, std::int64_t n) {
  constexpr std::int64_t kTile = 12;
  constexpr std::int64_t kElements = 32768;
  return std::clamp(kElements / std::max({k, n, std::int64_t{1}}) / kTile, std::int64_t{1},
                    std::int64_t{20}) *
         kTile;
}

}  // namespace npusim::execute
