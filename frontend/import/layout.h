// SPDX-License-Identifier: Apache-2.0
// Which axes of an activation the dimensions of its ONNX tensor stand for. The graph keeps every
// activation as height, width, channel; in ONNX the same values may lie in any order and be split
// into dimensions in many ways: [1, C, H, W], [1, H, W, C], [1, C*H*W], [C], ... What only renames
// (Reshape, Transpose, Squeeze, ...) changes a layout and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::import {

using Dims = std::vector<std::int64_t>;

enum class Axis { height, width, channel };

std::int64_t extent_of(const graph::Shape& shape, Axis axis);

struct Layout {
  /// Of the ONNX tensor; as many elements as the graph's shape.
  Dims dims;
  /// The axes of more than one element, slowest first: the values in row-major order of `dims` lie
  /// in this order. Each dimension stands for a run of them (none, where it is 1).
  std::vector<Axis> order;
  friend bool operator==(const Layout& a, const Layout& b) {
    return a.dims == b.dims && a.order == b.order;
  }
  friend bool operator!=(const Layout& a, const Layout& b) { return !(a == b); }
};

/// [1, C, H, W].
Layout map_layout(const graph::Shape& shape);

/// [1, H, W, C].
Layout channels_last_layout(const graph::Shape& shape);

/// Of a tensor of one axis, [..., N]: all dimensions but the last are 1.
Layout vector_layout(std::int64_t channels, std::size_t rank = 2);

/// The axes of each dimension, where every dimension of `dims` is a run of whole axes of `order`;
/// nothing where one would cut an axis.
std::optional<std::vector<std::vector<Axis>>> axes_by_dimension(const graph::Shape& shape,
                                                                const Layout& layout);

/// Dimension i of the result is dimension permutation[i] of `layout`, which must be sound.
Layout permuted(const graph::Shape& shape, const Layout& layout, const Dims& permutation);

/// How far apart neighbours along each axis (height, width, channel) are in the row-major order of
/// the ONNX tensor; 0 for axes of one element.
std::array<std::int64_t, 3> strides_of(const graph::Shape& shape, const Layout& layout);

/// What the dimensions stand for, such as "[1, C, H, W]" or "[1, C*H*W]".
std::string describe(const graph::Shape& shape, const Layout& layout);

}  // namespace npusim::import
