// SPDX-License-Identifier: Apache-2.0
// Which axes of an activation the dimensions of its ONNX tensor stand for. The graph keeps every
// activation as height, width, channel; in ONNX the same values may lie in any order and be split
// into dimensions in many ways: [1, C, H, W], [1, H, W, C], [1, C*H*W], [C], ... What only renames
// (Reshape, Transpose, Squeeze, ...) changes a layout and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::import {

using Dims = std::vector<std::int64_t>;

enum class Axis { height, width, channel };

std::int64_t extent_of(const graph::Shape& shape, Axis axis);

/// An axis or a part of one: the digit coordinate / stride % extent of a coordinate. Whole axes
/// have stride 1 and the axis' extent; a Reshape may split one, as channel shuffles do.
struct Factor {
  Axis axis = Axis::channel;
  std::int64_t extent = 1;
  std::int64_t stride = 1;
  friend bool operator==(const Factor& a, const Factor& b) {
    return a.axis == b.axis && a.extent == b.extent && a.stride == b.stride;
  }
};

struct Layout {
  /// Of the ONNX tensor; as many elements as the graph's shape.
  Dims dims;
  /// What the row-major order of `dims` counts through, slowest first: factors of more than one
  /// element, those that continue each other joined to one.
  std::vector<Factor> order;
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

/// The whole axis as the factors of a dimension; none where it has one element.
std::vector<Factor> whole_axis(const graph::Shape& shape, Axis axis);

/// The factors of each dimension; nothing where the extents do not divide each other so.
std::optional<std::vector<std::vector<Factor>>> factors_by_dimension(const Layout& layout);

/// From such a list, of the given dimensions.
Layout layout_of(const Dims& dims, const std::vector<std::vector<Factor>>& factors);

/// Dimension i of the result is dimension permutation[i] of `layout`, which must be sound.
Layout permuted(const Layout& layout, const Dims& permutation);

/// For each element in height, width, channel order: its index in the row-major order of the ONNX
/// tensor.
std::vector<std::size_t> onnx_indices(const graph::Shape& shape, const Layout& layout);

/// What the dimensions stand for, such as "[1, C, H, W]" or "[1, C*H*W]"; a part of an axis is
/// "EXTENT of C".
std::string describe(const graph::Shape& shape, const Layout& layout);

}  // namespace npusim::import
