// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "frontend/graph/passes.h"

namespace npusim::graph {
namespace {

bool is_max_pool(const Operator& op) {
  const auto* pool = std::get_if<Pool>(&op);
  return pool != nullptr && pool->kind == PoolKind::max;
}

bool passes_values_on(const Operator& op) {
  return is_max_pool(op) || std::holds_alternative<Pad>(op) || std::holds_alternative<Concat>(op);
}

std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.nodes.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const NodeId id : node.inputs) ++readers.at(static_cast<std::size_t>(id));
  }
  for (const NodeId id : graph.outputs) ++readers.at(static_cast<std::size_t>(id));
  return readers;
}

bool is_single_cell(const Window& w) {
  return w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h == 1 && w.stride_w == 1 &&
         w.pad_top == 0 && w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0;
}

// Appends nodes; whoever read a node of the old graph reads what stands for it in the new one.
class Appender {
 public:
  explicit Appender(Graph graph) : old_(std::move(graph)) {
    for (const Node& node : old_.nodes) names_.insert(node.name);
    result_.name = old_.name;
  }

  Graph run() {
    for (Node& node : old_.nodes) {
      for (NodeId& id : node.inputs) id = new_id_.at(static_cast<std::size_t>(id));
      append(std::move(node));
      new_id_.push_back(static_cast<NodeId>(result_.nodes.size()) - 1);
    }
    for (const NodeId id : old_.outputs) {
      result_.outputs.push_back(new_id_.at(static_cast<std::size_t>(id)));
    }
    return std::move(result_);
  }

 private:
  void append(Node node) {
    const Lookup identity{Function::identity, 0, 0};
    if (!is_max_pool(node.op) || !node.given || !changes_quantization(node)) {
      result_.nodes.push_back(std::move(node));
    } else if (is_single_cell(std::get<Pool>(node.op).window)) {
      node.op = identity;
      result_.nodes.push_back(std::move(node));
    } else {
      Node change{unique_name(node.name + "_requantize"),
                  identity,
                  {},
                  node.shape,
                  node.activation,
                  node.given};
      node.activation = {};
      node.given = result_.node(node.inputs.front()).given;
      result_.nodes.push_back(std::move(node));
      change.inputs = {static_cast<NodeId>(result_.nodes.size()) - 1};
      result_.nodes.push_back(std::move(change));
    }
  }

  bool changes_quantization(const Node& node) const {
    return result_.node(node.inputs.front()).given != node.given;
  }

  std::string unique_name(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
    return name;
  }

  Graph old_;
  Graph result_;
  std::vector<NodeId> new_id_;
  std::set<std::string> names_;
};

}  // namespace

Graph spread_quantization(Graph graph) {
  const std::vector<int> readers = count_readers(graph);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    if (!node.given || !passes_values_on(node.op)) continue;
    for (const NodeId id : node.inputs) {
      Node& input = graph.nodes.at(static_cast<std::size_t>(id));
      if (!input.given && readers[static_cast<std::size_t>(id)] == 1) input.given = node.given;
    }
  }
  for (Node& node : graph.nodes) {
    if (node.given || node.inputs.size() != 1 || !passes_values_on(node.op)) continue;
    node.given = graph.node(node.inputs.front()).given;
  }
  return graph;
}

Graph insert_requantization(Graph graph) { return Appender(std::move(graph)).run(); }

}  // namespace npusim::graph
