// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/rewrite.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "frontend/graph/passes.h"

namespace npusim::graph {
namespace {

std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }

}  // namespace

Rewriter::Rewriter(Graph graph) : graph_(std::move(graph)) {
  replacement_.resize(graph_.nodes.size());
  std::iota(replacement_.begin(), replacement_.end(), 0);
  uses_.resize(graph_.nodes.size());
  for (const Node& node : graph_.nodes) {
    for (const NodeId id : node.inputs) ++uses_.at(index(id)).readers;
  }
  for (const NodeId id : graph_.outputs) uses_.at(index(id)).is_output = true;
}

// A replacement is always an earlier node, already visited: one step finds the final one.
Node& Rewriter::visit(NodeId id) {
  Node& visited = node(id);
  for (NodeId& input : visited.inputs) input = replacement_.at(index(input));
  return visited;
}

bool Rewriter::has_single_reader(NodeId id) const {
  const Uses& uses = uses_.at(index(id));
  return uses.readers == 1 && !uses.is_output;
}

bool Rewriter::may_vanish(NodeId id) const {
  return has_single_reader(id) && !graph_.node(id).given;
}

bool Rewriter::pass_quantization_to(NodeId to, const Node& from) {
  Node& producer = node(to);
  if (!from.given || producer.given == from.given) return true;
  if (producer.given || !has_single_reader(to)) return false;
  producer.given = from.given;
  return true;
}

bool Rewriter::is_read(NodeId id) const {
  const Uses& uses = uses_.at(index(id));
  return uses.readers > 0 || uses.is_output;
}

void Rewriter::replace(NodeId id, NodeId by) {
  replacement_.at(index(id)) = by;
  Uses& from = uses_.at(index(id));
  Uses& to = uses_.at(index(by));
  to.readers += from.readers - 1;  // the replaced node itself reads no longer
  to.is_output = to.is_output || from.is_output;
  from = Uses{};
}

void Rewriter::move_reader(NodeId id, NodeId by) {
  --uses_.at(index(id)).readers;
  ++uses_.at(index(by)).readers;
}

void Rewriter::add_reader(NodeId id) { ++uses_.at(index(id)).readers; }
void Rewriter::remove_reader(NodeId id) { --uses_.at(index(id)).readers; }

Graph Rewriter::finish() {
  std::vector<NodeId> outputs;
  for (const NodeId id : graph_.outputs) {
    const NodeId output = replacement_.at(index(id));
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) {
      outputs.push_back(output);
    }
  }
  graph_.outputs = std::move(outputs);
  return remove_dead_nodes(std::move(graph_));
}

Conv identity_conv(std::int64_t channels) {
  Conv conv;
  conv.kind = ConvKind::depthwise_conv;
  conv.groups = conv.in_channels = conv.out_channels = channels;
  conv.weights_ohwi.assign(static_cast<std::size_t>(channels), 1.0F);
  conv.bias.assign(static_cast<std::size_t>(channels), 0.0F);
  return conv;
}

}  // namespace npusim::graph
