// SPDX-License-Identifier: Apache-2.0
// Operators that compute nothing: they pass on, rename dimensions, or pad.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "frontend/import/channels.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

// -1 is the last axis, and so on.
std::int64_t resolved_axis(const NodeContext& node, const std::string& key, std::int64_t axis,
                           std::size_t rank) {
  const auto limit = static_cast<std::int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    node.refuse(key, std::to_string(axis),
                "in [" + std::to_string(-limit) + ", " + std::to_string(limit - 1) + "]");
  }
  return axis < 0 ? axis + limit : axis;
}

// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since.
bool has_axes(const NodeContext& node) {
  return node.opset() < 13 ? node.attribute("axes") != nullptr : node.has_input(1);
}
Dims read_axes(const NodeContext& node) {
  if (!has_axes(node)) node.refuse("axes", "none", "given");
  return node.opset() < 13 ? node.integers("axes", {}) : node.constant_integers(1, "axes");
}

std::vector<std::int64_t> resolved_axes(const NodeContext& node, const std::string& key, Dims axes,
                                        std::size_t rank) {
  for (std::int64_t& axis : axes) axis = resolved_axis(node, key, axis, rank);
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    node.refuse(key, to_text(axes), "distinct");
  }
  return axes;
}

// A target of Reshape without its 0 (copied) and -1 (the rest) entries.
Dims reshaped(const NodeContext& node, Dims target, const Dims& from) {
  const bool keeps_zero = node.integer("allowzero", 0) != 0;
  std::int64_t elements = 1;
  for (const std::int64_t dim : from) elements *= dim;
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !keeps_zero && i < from.size()) target[i] = from[i];
    const bool is_second_open = target[i] == -1 && open != nullptr;
    if (target[i] < -1 || target[i] == 0 || target[i] > elements || is_second_open ||
        (target[i] > 0 && known > elements / target[i])) {
      node.refuse("shape", to_text(target), "of " + std::to_string(elements) + " elements");
    }
    if (target[i] == -1) {
      open = &target[i];
    } else {
      known *= target[i];
    }
  }
  if (open != nullptr && elements % known == 0) *open = elements / known;
  return target;
}

// The dimensions of a constant or an activation.
Dims dims_of_input(const NodeContext& node, int index, const std::string& what) {
  if (node.is_constant(index, what)) return dims_of(node.constant(index, what));
  return node.passed(index, what).layout.dims;
}

// Ends a rule that only renames.
void bind_renamed(NodeContext& node, const std::string& what, const Dims& dims) {
  if (!node.is_constant(0, what)) return node.bind_reshaped(node.passed(0, what), dims);
  const onnx::TensorProto& tensor = node.constant(0, what);
  if (node.constant_elements(dims) != node.constant_elements(dims_of(tensor))) {
    node.refuse("result", to_text(dims), "as many elements as " + to_text(dims_of(tensor)));
  }
  fold_reshaped(node, tensor, dims);
}

// The two dimensions that stand for height and width, of a map in either order.
std::array<std::size_t, 2> spatial_dimensions(const NodeContext& node, const Activation& x,
                                              const std::string& what) {
  if (x.layout == map_layout(node.shape(x))) return {2, 3};
  if (x.layout == channels_last_layout(node.shape(x))) return {1, 2};
  node.refuse(what, node.text_of(x), "[1, C, H, W] or [1, H, W, C]");
}

// The end of a channel shuffle, whose channels are one dimension again in another order: they are
// put in that order. Nothing where it is none.
std::optional<Activation> shuffled_result(NodeContext& node, const Activation& x,
                                          const Dims& dims) {
  const graph::Shape shape = node.shape(x);
  Layout layout = x.layout;
  layout.dims = dims;
  const auto factors = factors_by_dimension(layout);
  const auto channels = shuffled_channels(shape, layout);
  if (!factors || !channels || x.is_after_softmax) return std::nullopt;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto is_channel = [](const Factor& f) { return f.axis == Axis::channel; };
    if (dims[i] != shape.channels ||
        !std::all_of(factors->at(i).begin(), factors->at(i).end(), is_channel)) {
      continue;
    }
    const Layout result = with_channels(layout, i, shape);
    return Activation{pick_channels(node, x.node, shape, *channels, ""), result};
  }
  return std::nullopt;
}

}  // namespace

void import_dropout(NodeContext& node) {
  if (node.has_input(2)) {
    const onnx::TensorProto& mode = node.constant(2, "training_mode");
    const bool is_raw_false = mode.raw_data() == std::string(1, '\0');
    const bool is_false = is_raw_false || (mode.int32_data_size() == 1 && mode.int32_data(0) == 0);
    if (!is_false) node.refuse("training_mode", "true", "a constant false");
  }
  node.bind(node.passed(0, "data"));
}

void import_concat(NodeContext& node) {
  if (node.has_only_constants()) return fold_concat(node);
  const std::int64_t axis = node.integer("axis", 1);
  std::vector<Activation> inputs;
  inputs.reserve(static_cast<std::size_t>(node.input_count()));
  for (int i = 0; i < node.input_count(); ++i) {
    inputs.push_back(node.activation(i, "input " + std::to_string(i)));
  }
  const Activation& first = inputs.front();
  const auto position =
      static_cast<std::size_t>(resolved_axis(node, "axis", axis, first.layout.dims.size()));
  graph::Shape shape = node.shape(first);
  shape.channels = 0;
  for (const Activation& input : inputs) {
    if (input.layout.dims.size() != first.layout.dims.size() ||
        !is_channel_dimension(node, input, position)) {
      node.refuse("axis", std::to_string(axis) + " of " + node.text_of(input),
                  "the channels of inputs of as many dimensions");
    }
    shape.channels += node.shape(input).channels;
  }
  const auto result_of = [&](const Activation& input) {
    const graph::Shape& own = node.shape(input);
    return with_channels(input.layout, position, {own.height, own.width, shape.channels});
  };
  const Layout result = result_of(first);
  for (const Activation& input : inputs) {
    if (result_of(input) != result) {
      node.refuse("input", node.text_of(input),
                  node.text_of(first) + " as the first, but for the channels");
    }
  }
  std::vector<graph::NodeId> ids;
  ids.reserve(inputs.size());
  for (const Activation& input : inputs) ids.push_back(input.node);
  node.bind(Activation{node.append(graph::Concat{}, ids), result});
}

void import_flatten(NodeContext& node) {
  const std::int64_t axis_attribute = node.integer("axis", 1);
  const Dims dims = dims_of_input(node, 0, "input");
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (axis_attribute < -rank || axis_attribute > rank) {
    node.refuse("axis", std::to_string(axis_attribute),
                "in [" + std::to_string(-rank) + ", " + std::to_string(rank) + "]");
  }
  const std::int64_t axis = axis_attribute < 0 ? axis_attribute + rank : axis_attribute;
  Dims result{1, 1};
  for (std::int64_t i = 0; i < rank; ++i) {
    result[i < axis ? 0 : 1] *= dims[static_cast<std::size_t>(i)];
  }
  bind_renamed(node, "input", result);
}

void import_identity(NodeContext& node) {
  if (node.is_constant(0, "input")) {
    node.bind(&node.constant(0, "input"));
  } else {
    node.bind(node.passed(0, "input"));
  }
}

void import_pad(NodeContext& node) {
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant") node.refuse("mode", "'" + mode + "'", "constant");
  const bool has_attributes = node.opset() < 11;
  const Dims pads = has_attributes ? node.integers("pads", {}) : node.constant_integers(1, "pads");
  double value = 0;
  if (has_attributes) {
    value = static_cast<double>(node.number("value", 0));
  } else if (node.has_input(2)) {
    value = static_cast<double>(node.floats(2, "constant_value", 1).front());
  }
  const Activation x = node.activation(0, "data");
  const std::size_t rank = x.layout.dims.size();
  const std::array<std::size_t, 2> spatial = spatial_dimensions(node, x, "data");
  // All begins, then all ends.
  std::int64_t others = 0;
  bool in_range = pads.size() == 2 * rank;
  for (std::size_t i = 0; i < pads.size(); ++i) {
    in_range = in_range && pads[i] >= 0 && pads[i] <= graph::kMaxExtent;
    if (in_range && i % rank != spatial[0] && i % rank != spatial[1]) others += pads[i];
  }
  if (!in_range || others != 0) {
    node.refuse("pads", to_text(pads),
                std::to_string(2 * rank) + " values, not negative, 0 for batch and channels");
  }
  const graph::Pad pad{pads[spatial[0]], pads[spatial[1]], pads[rank + spatial[0]],
                       pads[rank + spatial[1]], value};
  if (pad.top + pad.left + pad.bottom + pad.right == 0) return node.bind(x);
  Activation result{node.append(pad, {x.node}), {}};
  const graph::Shape& shape = node.shape(result);
  result.layout = spatial[0] == 2 ? map_layout(shape) : channels_last_layout(shape);
  node.bind(result);
}

void import_reshape(NodeContext& node) {
  const Dims target = node.constant_integers(1, "shape");
  const Dims dims = reshaped(node, target, dims_of_input(node, 0, "data"));
  if (!node.is_constant(0, "data")) {
    if (const auto shuffled = shuffled_result(node, node.passed(0, "data"), dims)) {
      return node.bind(*shuffled);
    }
  }
  bind_renamed(node, "data", dims);
}

void import_softmax(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", node.opset() < 13 ? 1 : -1);
  Activation x = node.passed(0, "input");
  if (!x.is_after_softmax) x = node.activation(0, "input");
  const Dims& dims = x.layout.dims;
  // Before opset 13 all dimensions from `axis` on are one.
  const auto first = static_cast<std::size_t>(resolved_axis(node, "axis", axis, dims.size()));
  std::int64_t classes = dims[first];
  for (std::size_t i = first + 1; node.opset() < 13 && i < dims.size(); ++i) classes *= dims[i];
  const graph::Shape& shape = node.shape(x);
  if (classes != shape.channels || classes != shape.elements()) {
    node.refuse("axis", std::to_string(axis) + " of " + node.text_of(x),
                "the classes of [1, N] or [1, N, 1, 1]");
  }
  x.is_after_softmax = true;
  node.bind(x);
}

void import_squeeze(NodeContext& node) {
  const bool names_axes = has_axes(node);
  Dims axes = names_axes ? read_axes(node) : Dims{};
  const Dims dims = dims_of_input(node, 0, "data");
  axes = resolved_axes(node, "axes", axes, dims.size());
  Dims kept;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool is_named = std::count(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) > 0;
    if (is_named && dims[i] != 1) {
      node.refuse("axes", to_text(axes), "dimensions of 1 in " + to_text(dims));
    }
    const bool is_squeezed = names_axes ? is_named : dims[i] == 1;
    if (!is_squeezed) kept.push_back(dims[i]);
  }
  bind_renamed(node, "data", kept);
}

void import_transpose(NodeContext& node) {
  const Dims dims = dims_of_input(node, 0, "data");
  Dims reversed;
  for (std::size_t i = dims.size(); i-- > 0;) reversed.push_back(static_cast<std::int64_t>(i));
  const Dims permutation = node.integers("perm", reversed);
  Dims sorted = permutation;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  if (sorted != reversed) {
    node.refuse("perm", to_text(permutation),
                "an order of the " + std::to_string(dims.size()) + " dimensions");
  }
  if (node.is_constant(0, "data")) {
    return fold_transposed(node, node.constant(0, "data"), permutation);
  }
  Activation x = node.passed(0, "data");
  x.layout = permuted(x.layout, permutation);
  node.bind(x);
}

void import_unsqueeze(NodeContext& node) {
  Dims axes = read_axes(node);
  Dims dims = dims_of_input(node, 0, "data");
  constexpr std::size_t kMaxRank = 64;
  if (axes.size() + dims.size() > kMaxRank) {
    node.refuse("axes", std::to_string(axes.size()), "at most " + std::to_string(kMaxRank));
  }
  axes = resolved_axes(node, "axes", axes, dims.size() + axes.size());
  for (const std::int64_t axis : axes) dims.insert(dims.begin() + axis, 1);
  bind_renamed(node, "data", dims);
}

}  // namespace npusim::import
