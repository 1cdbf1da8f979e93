// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/layout.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::import {
namespace {

using AxesByDimension = std::vector<std::vector<Axis>>;

std::vector<Axis> without_ones(const graph::Shape& shape, std::vector<Axis> axes) {
  const auto is_one = [&](Axis axis) { return extent_of(shape, axis) == 1; };
  axes.erase(std::remove_if(axes.begin(), axes.end(), is_one), axes.end());
  return axes;
}

AxesByDimension sound_axes(const graph::Shape& shape, const Layout& layout) {
  auto axes = axes_by_dimension(shape, layout);
  if (!axes) throw base::InternalError("layout: a dimension cuts an axis");
  return *std::move(axes);
}

const char* letter(Axis axis) {
  return axis == Axis::height ? "H" : axis == Axis::width ? "W" : "C";
}

}  // namespace

std::int64_t extent_of(const graph::Shape& shape, Axis axis) {
  return axis == Axis::height ? shape.height : axis == Axis::width ? shape.width : shape.channels;
}

Layout map_layout(const graph::Shape& shape) {
  return {{1, shape.channels, shape.height, shape.width},
          without_ones(shape, {Axis::channel, Axis::height, Axis::width})};
}

Layout channels_last_layout(const graph::Shape& shape) {
  return {{1, shape.height, shape.width, shape.channels},
          without_ones(shape, {Axis::height, Axis::width, Axis::channel})};
}

Layout vector_layout(std::int64_t channels, std::size_t rank) {
  Layout layout{Dims(rank, 1), without_ones({1, 1, channels}, {Axis::channel})};
  layout.dims.back() = channels;
  return layout;
}

std::optional<AxesByDimension> axes_by_dimension(const graph::Shape& shape, const Layout& layout) {
  AxesByDimension result;
  auto next = layout.order.begin();
  for (const std::int64_t dim : layout.dims) {
    std::vector<Axis>& axes = result.emplace_back();
    std::int64_t extent = 1;
    while (extent < dim && next != layout.order.end()) {
      axes.push_back(*next);
      extent *= extent_of(shape, *next++);
    }
    if (extent != dim) return std::nullopt;
  }
  if (next != layout.order.end()) return std::nullopt;
  return result;
}

Layout permuted(const graph::Shape& shape, const Layout& layout, const Dims& permutation) {
  const AxesByDimension axes = sound_axes(shape, layout);
  Layout result;
  for (const std::int64_t from : permutation) {
    const auto& moved = axes.at(static_cast<std::size_t>(from));
    result.dims.push_back(layout.dims.at(static_cast<std::size_t>(from)));
    result.order.insert(result.order.end(), moved.begin(), moved.end());
  }
  return result;
}

std::array<std::int64_t, 3> strides_of(const graph::Shape& shape, const Layout& layout) {
  std::array<std::int64_t, 3> strides{};
  std::int64_t stride = 1;
  for (auto axis = layout.order.rbegin(); axis != layout.order.rend(); ++axis) {
    strides.at(static_cast<std::size_t>(*axis)) = stride;
    stride *= extent_of(shape, *axis);
  }
  return strides;
}

std::string describe(const graph::Shape& shape, const Layout& layout) {
  std::string text;
  for (const std::vector<Axis>& axes : sound_axes(shape, layout)) {
    std::string dimension;
    for (const Axis axis : axes)
      dimension += (dimension.empty() ? "" : "*") + std::string(letter(axis));
    text += (text.empty() ? "" : ", ") + (dimension.empty() ? "1" : dimension);
  }
  return "[" + text + "]";
}

}  // namespace npusim::import
