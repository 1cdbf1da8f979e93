// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/import_state.h"

namespace npusim::import {

std::string ImportState::unique_name(const std::string& wanted) {
  std::string name = wanted;
  while (!names.emplace(name, 1).second) {
    name = wanted + "_" + std::to_string(++names[wanted]);
  }
  return name;
}

std::vector<std::int64_t> dims_of(const ImportState& state, const Activation& activation) {
  const graph::Shape& shape = state.graph.node(activation.node).shape;
  if (activation.is_flat) return {1, shape.elements()};
  return {1, shape.channels, shape.height, shape.width};
}

}  // namespace npusim::import
