// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "frontend/graph/passes.h"
#include "frontend/graph/verify.h"
#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

void check_after(const Graph& graph, const Pass& pass, Look look) {
  const std::vector<std::string> messages = findings(graph, look);
  if (messages.empty()) return;
  std::string text = "after pass ";
  text += pass.name;
  for (const std::string& message : messages) text += "\n" + message;
  throw base::InternalError(text);
}

bool is_prepared(const Operator& op) {
  return !std::holds_alternative<BatchNorm>(op) && !std::holds_alternative<Clamp>(op) &&
         !std::holds_alternative<Pad>(op);
}

}  // namespace

const std::vector<Pass>& passes() {
  static const std::vector<Pass> list = {
      {"remove_dead_nodes", remove_dead_nodes, false},
      {"fuse_lookups", fuse_lookups, false},
      {"fuse_channel_picks", fuse_channel_picks, true},
      {"fold_batch_norm", fold_batch_norm, true},
      {"fuse_activations", fuse_activations, false},
      {"spread_quantization", spread_quantization, false},
      {"fuse_pads", fuse_pads, false},
      {"insert_requantization", insert_requantization, false},
  };
  return list;
}

Graph prepare(Graph graph) {
  verify(graph);
  for (const Pass& pass : passes()) {
    graph = pass.run(std::move(graph));
    const bool is_last = &pass == &passes().back();
    check_after(graph, pass,
                pass.computes_weights || is_last ? Look::at_everything : Look::past_values);
  }
  for (const Node& node : graph.nodes) {
    if (!is_prepared(node.op)) {
      throw base::InternalError("node '" + node.name + "': got " + kind_name(node.op) +
                                " after all passes, must be fused or replaced");
    }
  }
  return graph;
}

}  // namespace npusim::graph
