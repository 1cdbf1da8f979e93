// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "frontend/import/onnx_importer.h"
#include "sim/base/errors.h"
#include "tests/support/naive_graph.h"
#include "tests/support/onnx_builder.h"

namespace npusim::test {

inline graph::Graph import_built(const OnnxBuilder& model) {
  return import::import_onnx(model.bytes(), "model.onnx");
}

/// All messages of the refusal; empty where the model is imported.
inline std::vector<std::string> refusals(const OnnxBuilder& model) {
  try {
    import_built(model);
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

inline std::vector<std::string> kinds(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node& node : graph.nodes) names.push_back(graph::kind_name(node.op));
  return names;
}

inline std::vector<std::string> layer_names(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

/// A model of one operator between the input x and the output y.
inline OnnxBuilder one_node(const std::string& op_type, const Dims& input,
                            const std::vector<OnnxAttribute>& attributes = {}, int opset = 13) {
  OnnxBuilder model(opset);
  model.input("x", input).node(op_type, {"x"}, {"y"}, attributes, "layer").output("y");
  return model;
}

template <typename Op>
const Op& layer(const graph::Graph& graph, std::size_t index) {
  return std::get<Op>(graph.nodes.at(index).op);
}

inline std::vector<std::int64_t> pads(const graph::Window& w) {
  return {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
}

}  // namespace npusim::test
