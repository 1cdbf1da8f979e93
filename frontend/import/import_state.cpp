// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/import_state.h"

#include "sim/base/errors.h"

namespace npusim::import {

std::string ImportState::unique_name(const std::string& wanted) {
  std::string name = wanted;
  while (!names.emplace(name, 1).second) {
    name = wanted + "_" + std::to_string(++names[wanted]);
  }
  return name;
}

graph::Shape infer_shape_of(const graph::Node& layer, const std::vector<graph::Shape>& inputs) {
  try {
    return graph::infer_shape(layer, inputs);
  } catch (const base::InputError& error) {
    const std::string& message = error.messages().front();
    const std::string place = "node '" + layer.name + "' (" + graph::kind_name(layer.op) + "): ";
    const bool has_place = message.compare(0, place.size(), place) == 0;
    throw base::InputError(has_place ? message.substr(place.size()) : message);
  }
}

}  // namespace npusim::import
