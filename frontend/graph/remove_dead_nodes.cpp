// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "frontend/graph/passes.h"

namespace npusim::graph {

Graph remove_dead_nodes(Graph graph) {
  const std::size_t count = graph.nodes.size();
  std::vector<bool> is_live(count, false);
  for (const NodeId id : graph.outputs) is_live.at(static_cast<std::size_t>(id)) = true;
  for (std::size_t i = count; i-- > 0;) {
    if (std::holds_alternative<Input>(graph.nodes[i].op)) is_live[i] = true;
    if (!is_live[i]) continue;
    for (const NodeId id : graph.nodes[i].inputs) is_live.at(static_cast<std::size_t>(id)) = true;
  }

  std::vector<NodeId> new_id(count, -1);
  std::vector<Node> live;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_live[i]) continue;
    for (NodeId& id : graph.nodes[i].inputs) id = new_id[static_cast<std::size_t>(id)];
    new_id[i] = static_cast<NodeId>(live.size());
    live.push_back(std::move(graph.nodes[i]));
  }
  graph.nodes = std::move(live);
  for (NodeId& id : graph.outputs) id = new_id[static_cast<std::size_t>(id)];
  return graph;
}

}  // namespace npusim::graph
