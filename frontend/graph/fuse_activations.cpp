// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"

namespace npusim::graph {
namespace {

// Clamping to `first`, then to `second`, is clamping to the second's image of the first's limits.
Activation composed(const Activation& first, const Activation& second) {
  return {std::clamp(first.low, second.low, second.high),
          std::clamp(first.high, second.low, second.high)};
}

// An Input's codes come from outside, and a Pad lends its window to others: neither can clamp.
bool can_clamp(const Operator& op) {
  return !std::holds_alternative<Input>(op) && !std::holds_alternative<Pad>(op);
}

}  // namespace

Graph fuse_activations(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    if (!std::holds_alternative<Clamp>(node.op)) continue;
    const NodeId producer_id = node.inputs.front();
    Node& producer = rewriter.node(producer_id);
    // Rounding to the codes of one scale and clamping may change places; to two scales, not.
    const bool is_absorbed = node.activation.is_identity() ||
                             (can_clamp(producer.op) && rewriter.has_single_reader(producer_id));
    if (is_absorbed && rewriter.pass_quantization_to(producer_id, node)) {
      producer.activation = composed(producer.activation, node.activation);
      rewriter.replace(id, producer_id);
    } else {
      node.op = Pool{PoolKind::max, Window{}, /*count_include_pad=*/false};
    }
  }
  return rewriter.finish();
}

}  // namespace npusim::graph
