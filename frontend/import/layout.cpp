// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/layout.h"

#include <algorithm>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::import {
namespace {

using FactorsByDimension = std::vector<std::vector<Factor>>;

FactorsByDimension sound_factors(const Layout& layout) {
  auto factors = factors_by_dimension(layout);
  if (!factors) throw base::InternalError("layout: dimensions that its axes do not divide into");
  return *std::move(factors);
}

std::vector<Factor> whole_axes(const graph::Shape& shape, const std::vector<Axis>& axes) {
  std::vector<Factor> factors;
  for (const Axis axis : axes) {
    const std::vector<Factor> whole = whole_axis(shape, axis);
    factors.insert(factors.end(), whole.begin(), whole.end());
  }
  return factors;
}

const char* letter(Axis axis) {
  return axis == Axis::height ? "H" : axis == Axis::width ? "W" : "C";
}

std::int64_t coordinate(const Factor& factor, std::int64_t y, std::int64_t x, std::int64_t c) {
  return factor.axis == Axis::height ? y : factor.axis == Axis::width ? x : c;
}

}  // namespace

std::int64_t extent_of(const graph::Shape& shape, Axis axis) {
  return axis == Axis::height ? shape.height : axis == Axis::width ? shape.width : shape.channels;
}

std::vector<Factor> whole_axis(const graph::Shape& shape, Axis axis) {
  const std::int64_t extent = extent_of(shape, axis);
  return extent == 1 ? std::vector<Factor>() : std::vector<Factor>{{axis, extent, 1}};
}

Layout map_layout(const graph::Shape& shape) {
  return {{1, shape.channels, shape.height, shape.width},
          whole_axes(shape, {Axis::channel, Axis::height, Axis::width})};
}

Layout channels_last_layout(const graph::Shape& shape) {
  return {{1, shape.height, shape.width, shape.channels},
          whole_axes(shape, {Axis::height, Axis::width, Axis::channel})};
}

Layout vector_layout(std::int64_t channels, std::size_t rank) {
  Layout layout{Dims(rank, 1), whole_axis({1, 1, channels}, Axis::channel)};
  layout.dims.back() = channels;
  return layout;
}

std::optional<FactorsByDimension> factors_by_dimension(const Layout& layout) {
  FactorsByDimension result;
  std::vector<Factor> rest(layout.order.rbegin(), layout.order.rend());  // the next one last
  for (const std::int64_t dim : layout.dims) {
    std::vector<Factor>& factors = result.emplace_back();
    std::int64_t open = dim;
    while (open != 1) {
      if (open < 1 || rest.empty()) return std::nullopt;
      Factor& next = rest.back();
      if (open % next.extent == 0) {
        factors.push_back(next);
        open /= next.extent;
        rest.pop_back();
      } else if (next.extent % open == 0) {
        next.extent /= open;
        factors.push_back({next.axis, open, next.stride * next.extent});
        open = 1;
      } else {
        return std::nullopt;
      }
    }
  }
  if (!rest.empty()) return std::nullopt;
  return result;
}

Layout layout_of(const Dims& dims, const FactorsByDimension& factors) {
  Layout layout{dims, {}};
  for (const std::vector<Factor>& dimension : factors) {
    for (const Factor& factor : dimension) {
      if (!layout.order.empty()) {
        Factor& last = layout.order.back();
        if (last.axis == factor.axis && last.stride == factor.stride * factor.extent) {
          last = {factor.axis, last.extent * factor.extent, factor.stride};
          continue;
        }
      }
      layout.order.push_back(factor);
    }
  }
  return layout;
}

Layout permuted(const Layout& layout, const Dims& permutation) {
  const FactorsByDimension factors = sound_factors(layout);
  Dims dims;
  FactorsByDimension moved;
  for (const std::int64_t from : permutation) {
    dims.push_back(layout.dims.at(static_cast<std::size_t>(from)));
    moved.push_back(factors.at(static_cast<std::size_t>(from)));
  }
  return layout_of(dims, moved);
}

std::vector<std::size_t> onnx_indices(const graph::Shape& shape, const Layout& layout) {
  std::vector<std::size_t> indices;
  indices.reserve(static_cast<std::size_t>(shape.elements()));
  for (std::int64_t y = 0; y < shape.height; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        std::int64_t index = 0;
        for (const Factor& factor : layout.order) {
          const std::int64_t digit = coordinate(factor, y, x, c) / factor.stride % factor.extent;
          index = index * factor.extent + digit;
        }
        indices.push_back(static_cast<std::size_t>(index));
      }
    }
  }
  return indices;
}

std::string describe(const graph::Shape& shape, const Layout& layout) {
  std::string text;
  for (const std::vector<Factor>& factors : sound_factors(layout)) {
    std::string dimension;
    for (const Factor& factor : factors) {
      const bool is_whole = factor.extent == extent_of(shape, factor.axis);
      dimension += (dimension.empty() ? "" : "*") +
                   (is_whole ? "" : std::to_string(factor.extent) + " of ") + letter(factor.axis);
    }
    text += (text.empty() ? "" : ", ") + (dimension.empty() ? "1" : dimension);
  }
  return "[" + text + "]";
}

}  // namespace npusim::import
