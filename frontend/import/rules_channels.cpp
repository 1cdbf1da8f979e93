// SPDX-License-Identifier: Apache-2.0
// Split, Slice and Gather: of activations over the channels, of constant lists anywhere.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>

#include "frontend/import/channels.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

constexpr const char* kOnlyChannels = "the channels, or what leaves the dimension as it is";

std::size_t position_of(const NodeContext& node, std::int64_t axis, std::size_t rank) {
  const auto limit = static_cast<std::int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    node.refuse("axis", std::to_string(axis),
                "in [" + std::to_string(-limit) + ", " + std::to_string(limit - 1) + "]");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + limit : axis);
}

// x with these elements of dimension `position`, which are all of them or channels.
Activation picked(NodeContext& node, const Activation& x, std::size_t position,
                  const std::vector<std::int64_t>& elements, const std::string& suffix) {
  const graph::Shape shape = node.shape(x);
  const bool is_all = static_cast<std::int64_t>(elements.size()) == x.layout.dims[position] &&
                      elements.front() == 0 && std::is_sorted(elements.begin(), elements.end()) &&
                      std::adjacent_find(elements.begin(), elements.end()) == elements.end();
  if (is_all) return x;
  if (elements.empty() || !is_channel_dimension(node, x, position)) {
    node.refuse("axis", std::to_string(position) + " of " + node.text_of(x), kOnlyChannels);
  }
  const auto count = static_cast<std::int64_t>(elements.size());
  const Layout layout = with_channels(x.layout, position, {shape.height, shape.width, count});
  return {pick_channels(node, x.node, shape, elements, suffix), layout};
}

// The elements that a slice takes of a dimension; start and end count from the end where negative.
std::vector<std::int64_t> sliced(const NodeContext& node, std::int64_t dim, std::int64_t start,
                                 std::int64_t end, std::int64_t step) {
  if (step == 0 || step == std::numeric_limits<std::int64_t>::min()) {
    node.refuse("steps", std::to_string(step), "other than 0");
  }
  const std::int64_t low = step > 0 ? 0 : -1;
  const auto placed = [&](std::int64_t index, std::int64_t lowest, std::int64_t highest) {
    return std::clamp(index < 0 ? index + dim : index, lowest, highest);
  };
  const std::int64_t first = placed(start, 0, step > 0 ? dim : dim - 1);
  const std::int64_t last = placed(end, low, step > 0 ? dim : dim - 1);
  if (dim > graph::kMaxExtent) {
    node.refuse("starts, ends", "a part of a dimension of " + std::to_string(dim), kOnlyChannels);
  }
  std::vector<std::int64_t> elements;
  for (std::int64_t i = first; step > 0 ? i < last : i > last;) {
    elements.push_back(i);
    if (std::abs(step) >= dim) break;
    i += step;
  }
  return elements;
}

struct SliceLists {
  Dims starts, ends, axes, steps;
};

// Attributes before opset 10, inputs since.
SliceLists read_slice(const NodeContext& node) {
  const bool has_attributes = node.opset() < 10;
  const auto read = [&](int index, const char* name) {
    if (has_attributes) return node.integers(name, {});
    return node.has_input(index) ? node.constant_integers(index, name) : Dims();
  };
  SliceLists lists{read(1, "starts"), read(2, "ends"), read(3, "axes"), Dims()};
  if (!has_attributes) lists.steps = read(4, "steps");
  const std::size_t count = lists.starts.size();
  if (lists.axes.empty()) {
    lists.axes.resize(count);
    std::iota(lists.axes.begin(), lists.axes.end(), 0);
  }
  if (lists.steps.empty()) lists.steps.assign(count, 1);
  if (lists.ends.size() != count || lists.axes.size() != count || lists.steps.size() != count) {
    node.refuse("starts, ends, axes and steps",
                std::to_string(count) + ", " + std::to_string(lists.ends.size()) + ", " +
                    std::to_string(lists.axes.size()) + " and " +
                    std::to_string(lists.steps.size()) + " values",
                "as many of each");
  }
  return lists;
}

bool takes_all(std::int64_t dim, const SliceLists& lists, std::size_t i) {
  const bool begins = lists.starts[i] == 0 || lists.starts[i] <= -dim;
  return begins && lists.ends[i] >= dim && lists.steps[i] == 1;
}

std::vector<std::int64_t> resolved_indices(const NodeContext& node, std::int64_t count) {
  std::vector<std::int64_t> indices = node.constant_integers(1, "indices");
  for (std::int64_t& index : indices) {
    if (index < -count || index >= count) {
      node.refuse("indices", std::to_string(index),
                  "in [" + std::to_string(-count) + ", " + std::to_string(count - 1) + "]");
    }
    if (index < 0) index += count;
  }
  return indices;
}

// A constant list of which Slice or Gather take some; they know no other constants.
std::vector<std::int64_t> constant_list(const NodeContext& node) {
  const Dims dims = dims_of(node.constant(0, "data"));
  if (dims.size() != 1) node.refuse("data", to_text(dims), "a list: of 1 dimension");
  return node.constant_integers(0, "data");
}

}  // namespace

void import_gather(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const Dims index_dims = dims_of(node.constant(1, "indices"));
  if (index_dims.size() > 1) {
    node.refuse("indices", to_text(index_dims), "a number or a list of numbers");
  }
  if (node.is_constant(0, "data")) {
    const std::vector<std::int64_t> data = constant_list(node);
    position_of(node, axis, 1);
    std::vector<std::int64_t> values;
    for (const std::int64_t index :
         resolved_indices(node, static_cast<std::int64_t>(data.size()))) {
      values.push_back(data[static_cast<std::size_t>(index)]);
    }
    return node.bind_integers(index_dims, values);
  }
  const Activation x = node.activation(0, "data");
  const std::size_t position = position_of(node, axis, x.layout.dims.size());
  const auto indices = resolved_indices(node, x.layout.dims[position]);
  const Activation result = picked(node, x, position, indices, "");
  Dims dims = result.layout.dims;
  // One number takes the dimension away.
  if (index_dims.empty()) dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(position));
  node.bind_reshaped(result, dims);
}

void import_slice(NodeContext& node) {
  const SliceLists lists = read_slice(node);
  if (node.is_constant(0, "data")) {
    const std::vector<std::int64_t> data = constant_list(node);
    if (lists.starts.size() != 1) {
      node.refuse("starts", to_text(lists.starts), "one, of a list");
    }
    position_of(node, lists.axes[0], 1);
    std::vector<std::int64_t> values;
    for (const std::int64_t i : sliced(node, static_cast<std::int64_t>(data.size()),
                                       lists.starts[0], lists.ends[0], lists.steps[0])) {
      values.push_back(data[static_cast<std::size_t>(i)]);
    }
    return node.bind_integers({static_cast<std::int64_t>(values.size())}, values);
  }
  Activation x = node.activation(0, "data");
  for (std::size_t i = 0; i < lists.starts.size(); ++i) {
    const std::size_t position = position_of(node, lists.axes[i], x.layout.dims.size());
    if (takes_all(x.layout.dims[position], lists, i)) continue;
    const auto elements =
        sliced(node, x.layout.dims[position], lists.starts[i], lists.ends[i], lists.steps[i]);
    x = picked(node, x, position, elements, "");
  }
  node.bind(x);
}

void import_split(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", 0);
  Dims sizes = node.has_input(1) ? node.constant_integers(1, "split") : node.integers("split", {});
  const Activation x = node.activation(0, "input");
  const std::size_t position = position_of(node, axis, x.layout.dims.size());
  const std::int64_t dim = x.layout.dims[position];
  const auto outputs = static_cast<std::int64_t>(node.output_count());
  if (sizes.empty()) {
    // Equal parts; the last is smaller where they do not come out even.
    const std::int64_t part = (dim + outputs - 1) / std::max<std::int64_t>(outputs, 1);
    for (std::int64_t i = 0; i < outputs; ++i) {
      sizes.push_back(std::clamp<std::int64_t>(dim - i * part, 0, part));
    }
  }
  std::int64_t sum = 0;
  bool in_range = static_cast<std::int64_t>(sizes.size()) == outputs;
  for (const std::int64_t size : sizes) {
    in_range = in_range && size >= 1 && size <= dim;
    if (in_range) sum += size;
  }
  if (!in_range || sum != dim) {
    node.refuse("split", to_text(sizes),
                std::to_string(outputs) + " parts whose sum is " + std::to_string(dim));
  }
  if (outputs > 1 && !is_channel_dimension(node, x, position)) {
    node.refuse("axis", std::to_string(axis) + " of " + node.text_of(x), kOnlyChannels);
  }
  std::int64_t begin = 0;
  for (int i = 0; i < node.output_count(); ++i) {
    std::vector<std::int64_t> elements(
        static_cast<std::size_t>(sizes[static_cast<std::size_t>(i)]));
    std::iota(elements.begin(), elements.end(), begin);
    begin += static_cast<std::int64_t>(elements.size());
    if (node.is_output_read(i)) {
      node.bind(picked(node, x, position, elements, "_part" + std::to_string(i)), i);
    }
  }
}

}  // namespace npusim::import
