// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/interface.h"

namespace npusim::import {
namespace {

Port port_of(const graph::Node& node, std::size_t tensor) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  const bool is_gemm = conv != nullptr && conv->kind == graph::ConvKind::gemm;
  const Layout layout = is_gemm ? vector_layout(node.shape.channels) : map_layout(node.shape);
  return {node.name, layout.dims, false, tensor};
}

}  // namespace

Interface default_interface(const graph::Graph& graph) {
  Interface result;
  for (const graph::Node& node : graph.nodes) {
    if (!std::holds_alternative<graph::Input>(node.op)) continue;
    result.inputs.push_back(port_of(node, result.inputs.size()));
  }
  for (const graph::NodeId id : graph.outputs) {
    result.outputs.push_back(port_of(graph.node(id), result.outputs.size()));
  }
  return result;
}

}  // namespace npusim::import
