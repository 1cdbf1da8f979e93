// SPDX-License-Identifier: Apache-2.0
// Operators that compute nothing: they pass on, rename dimensions, or pad.
#include <algorithm>

#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

using Dims = std::vector<std::int64_t>;

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

Dims reshaped(const NodeContext& node, Dims target, const Dims& from) {
  const bool keeps_zero = node.integer("allowzero", 0) != 0;
  const std::int64_t elements = from[1] * (from.size() == 4 ? from[2] * from[3] : 1);
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

void import_flatten(NodeContext& node) {
  const std::int64_t axis_attribute = node.integer("axis", 1);
  const Activation x = node.passed(0, "input");
  const Dims dims = node.dims(x);
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (axis_attribute < -rank || axis_attribute > rank) {
    node.refuse("axis", std::to_string(axis_attribute), "1");
  }
  const std::int64_t axis = axis_attribute < 0 ? axis_attribute + rank : axis_attribute;
  std::int64_t before = 1;
  std::int64_t behind = 1;
  for (std::int64_t i = 0; i < rank; ++i) {
    (i < axis ? before : behind) *= dims[static_cast<std::size_t>(i)];
  }
  node.bind_reshaped(x, {before, behind});
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
  // All begins, then all ends, each in the order N, C, H, W.
  const bool in_range = std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) {
    return pad >= 0 && pad <= graph::kMaxExtent;
  });
  if (pads.size() != 8 || !in_range || pads[0] + pads[1] + pads[4] + pads[5] != 0) {
    node.refuse("pads", to_text(pads), "8 values, not negative, 0 for batch and channels");
  }
  const Activation x = node.map(0, "data");
  if (pads == Dims(8, 0)) {
    node.bind(x);
    return;
  }
  node.emit(graph::Pad{pads[2], pads[3], pads[6], pads[7], value}, {x}, /*is_flat=*/false);
}

void import_reshape(NodeContext& node) {
  const Dims target = node.constant_integers(1, "shape");
  const Activation x = node.passed(0, "data");
  node.bind_reshaped(x, reshaped(node, target, node.dims(x)));
}

void import_softmax(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", node.opset() < 13 ? 1 : -1);
  Activation x = node.passed(0, "input");
  const Dims dims = node.dims(x);
  // Before opset 13 all dimensions from `axis` on are one; a 1x1 map makes that the same.
  const bool is_over_classes = resolved_axis(node, "axis", axis, dims.size()) == 1;
  const bool is_vector = x.is_flat || dims[2] * dims[3] == 1;
  if (!is_over_classes || !is_vector) {
    node.refuse("axis", std::to_string(axis) + " of " + to_text(dims),
                "the classes, axis 1, of [1, N] or [1, N, 1, 1]");
  }
  x.is_after_softmax = true;
  node.bind(x);
}

void import_squeeze(NodeContext& node) {
  if (node.is_constant(0, "data")) {
    const Dims values = node.constant_integers(0, "data");
    if (values.size() != 1) node.refuse("data", to_text(values), "one integer");
    node.bind_integers(values, /*is_scalar=*/true);
    return;
  }
  Dims axes = has_axes(node) ? read_axes(node) : Dims{};
  const Activation x = node.passed(0, "data");
  const Dims dims = node.dims(x);
  for (std::int64_t& axis : axes) axis = resolved_axis(node, "axes", axis, dims.size());
  Dims kept;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool is_named = std::count(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) > 0;
    if (is_named && dims[i] != 1) {
      node.refuse("axes", to_text(axes), "dimensions of 1 in " + to_text(dims));
    }
    const bool is_squeezed = has_axes(node) ? is_named : dims[i] == 1;
    if (!is_squeezed) kept.push_back(dims[i]);
  }
  node.bind_reshaped(x, kept);
}

void import_unsqueeze(NodeContext& node) {
  Dims axes = read_axes(node);
  if (node.is_constant(0, "data")) {
    const Dims values = node.constant_integers(0, "data");
    if (!dims_of(node.constant(0, "data")).empty() || axes != Dims{0}) {
      node.refuse("axes", to_text(axes), "[0] of a scalar integer");
    }
    node.bind_integers(values, /*is_scalar=*/false);
    return;
  }
  const Activation x = node.passed(0, "data");
  Dims dims = node.dims(x);
  if (axes.size() > 2) node.refuse("axes", to_text(axes), "at most 2");
  const std::size_t rank = dims.size() + axes.size();
  for (std::int64_t& axis : axes) axis = resolved_axis(node, "axes", axis, rank);
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    node.refuse("axes", to_text(axes), "distinct");
  }
  for (const std::int64_t axis : axes) dims.insert(dims.begin() + axis, 1);
  node.bind_reshaped(x, dims);
}

}  // namespace npusim::import
