// SPDX-License-Identifier: Apache-2.0
// Constants, and the arithmetic on shapes that exporters write before a Reshape:
// Shape, Gather, Unsqueeze, Concat, all known at import.
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {

void import_constant(NodeContext& node) {
  if (const auto* tensor = node.attribute("value"); tensor != nullptr && tensor->has_t()) {
    node.bind(&tensor->t());
    return;
  }
  if (node.attribute("value_int") != nullptr) {
    node.bind_integers({node.integer("value_int", 0)}, /*is_scalar=*/true);
    return;
  }
  if (node.attribute("value_ints") != nullptr) {
    node.bind_integers(node.integers("value_ints", {}), /*is_scalar=*/false);
    return;
  }
  if (node.attribute("value_float") != nullptr) {
    node.bind_float(node.number("value_float", 0));
    return;
  }
  node.refuse("value", "none of the supported kinds",
              "value, value_float, value_int or value_ints");
}

void import_shape(NodeContext& node) {
  if (node.attribute("start") != nullptr || node.attribute("end") != nullptr) {
    node.refuse("start", "a part of the shape", "absent, as end");
  }
  node.bind_integers(node.dims(node.passed(0, "data")), /*is_scalar=*/false);
}

void import_gather(NodeContext& node) {
  if (node.integer("axis", 0) != 0) {
    node.refuse("axis", std::to_string(node.integer("axis", 0)), "0");
  }
  const std::vector<std::int64_t> indices = node.constant_integers(1, "indices");
  const bool is_scalar = dims_of(node.constant(1, "indices")).empty();
  const std::vector<std::int64_t> data = node.constant_integers(0, "data");
  const auto count = static_cast<std::int64_t>(data.size());
  std::vector<std::int64_t> values;
  for (const std::int64_t index : indices) {
    if (index < -count || index >= count) {
      node.refuse("indices", std::to_string(index),
                  "in [" + std::to_string(-count) + ", " + std::to_string(count - 1) + "]");
    }
    values.push_back(data[static_cast<std::size_t>(index < 0 ? index + count : index)]);
  }
  node.bind_integers(values, is_scalar);
}

void import_concat(NodeContext& node) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < node.input_count(); ++i) {
    const std::string what = "input " + std::to_string(i);
    const std::vector<std::int64_t> part = node.constant_integers(i, what);
    if (dims_of(node.constant(i, what)).size() != 1) {
      node.refuse(what, to_text(dims_of(node.constant(i, what))), "of 1 dimension");
    }
    values.insert(values.end(), part.begin(), part.end());
  }
  node.bind_integers(values, /*is_scalar=*/false);
}

}  // namespace npusim::import
