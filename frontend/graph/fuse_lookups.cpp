// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "frontend/graph/affine.h"
#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"

namespace npusim::graph {
namespace {

// Constants such as 1/6 come as floats: equal within a few of their roundings.
bool is_about(double value, double wanted) { return std::abs(value - wanted) <= 1e-6; }

// factor * hard_sigmoid(source), as exporters write it out: a sum, one or two limits, a division.
struct Gate {
  NodeId source = 0;
  bool has_sum = false;
  double factor = 1;
  double alpha = 0, beta = 0;
};

class Matcher {
 public:
  explicit Matcher(Rewriter& rewriter) : rewriter_(rewriter) {}

  // p * clamp(g * x + b, low, high) + q with q = -p * low; the outer line and the inner one may be
  // missing. Nobody else may read what lies in between.
  std::optional<Gate> written_out_gate(NodeId id) {
    Line outer;
    if (const auto line = uniform_line(id)) {
      outer = *line;
      if (!step(id)) return std::nullopt;
    }
    Activation limits;
    while (std::holds_alternative<Clamp>(rewriter_.node(id).op)) {
      const Activation& own = rewriter_.node(id).activation;
      limits = {std::clamp(own.low, limits.low, limits.high),
                std::clamp(own.high, limits.low, limits.high)};
      const NodeId next = rewriter_.node(id).inputs.front();
      const bool is_last_limit = !std::holds_alternative<Clamp>(rewriter_.node(next).op);
      if (is_last_limit) break;
      if (!step(id)) return std::nullopt;
    }
    if (!std::holds_alternative<Clamp>(rewriter_.node(id).op)) return std::nullopt;
    Line inner;
    NodeId source = rewriter_.node(id).inputs.front();
    if (const auto line =
            rewriter_.may_vanish(source) ? uniform_line(source) : std::optional<Line>()) {
      inner = *line;
      source = rewriter_.node(source).inputs.front();
    }
    const double range = limits.high - limits.low;
    if (!std::isfinite(range) || range <= 0 || inner.scale <= 0 || outer.scale <= 0) {
      return std::nullopt;
    }
    if (!is_about(outer.scale * limits.low + outer.offset, 0)) return std::nullopt;
    return Gate{source, inner.offset != 0, outer.scale * range, inner.scale / range,
                (inner.offset - limits.low) / range};
  }

 private:
  // To the only input, where the node is its only reader.
  bool step(NodeId& id) {
    id = rewriter_.node(id).inputs.front();
    return rewriter_.may_vanish(id);
  }

  // scale and offset of a BatchNorm with one value of each for all channels.
  std::optional<Line> uniform_line(NodeId id) {
    const Node& node = rewriter_.node(id);
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr || !node.activation.is_identity()) return std::nullopt;
    const Line line = line_of(*norm, 0);
    for (std::size_t c = 1; c < norm->gamma.size(); ++c) {
      const Line other = line_of(*norm, c);
      if (other.scale != line.scale || other.offset != line.offset) return std::nullopt;
    }
    return line;
  }

  Rewriter& rewriter_;
};

// x * gate(x) as one function of x.
struct Product {
  Lookup function;
  double factor = 1;
  NodeId source = 0;
};

std::optional<Product> product_with(Rewriter& rewriter, NodeId x, NodeId gate) {
  if (!rewriter.may_vanish(gate)) return std::nullopt;
  const Node& node = rewriter.node(gate);
  const auto* lookup = std::get_if<Lookup>(&node.op);
  const auto is_hard = [](double alpha, double beta) {
    return is_about(alpha, 1.0 / 6) && is_about(beta, 0.5);
  };
  if (lookup == nullptr) {
    const auto found = Matcher(rewriter).written_out_gate(gate);
    if (!found || found->source != x || !is_hard(found->alpha, found->beta)) return std::nullopt;
    return Product{{Function::hard_swish, 0, 0}, found->factor, x};
  }
  if (!node.activation.is_identity()) return std::nullopt;
  const NodeId argument = node.inputs.front();
  if (lookup->function == Function::tanh && rewriter.may_vanish(argument)) {
    const Node& inner = rewriter.node(argument);
    const auto* softplus = std::get_if<Lookup>(&inner.op);
    if (softplus != nullptr && softplus->function == Function::softplus &&
        inner.activation.is_identity() && inner.inputs.front() == x) {
      return Product{{Function::mish, 0, 0}, 1, x};
    }
  }
  if (argument != x) return std::nullopt;
  if (lookup->function == Function::sigmoid) return Product{{Function::silu, 0, 0}, 1, x};
  if (lookup->function == Function::hard_sigmoid && is_hard(lookup->alpha, lookup->beta)) {
    return Product{{Function::hard_swish, 0, 0}, 1, x};
  }
  return std::nullopt;
}

void set_input(Rewriter& rewriter, Node& node, NodeId source) {
  rewriter.add_reader(source);
  for (const NodeId id : node.inputs) rewriter.remove_reader(id);
  node.inputs = {source};
}

void fuse_product(Rewriter& rewriter, Node& node) {
  for (const std::size_t i : {std::size_t{1}, std::size_t{0}}) {
    const NodeId gate_id = node.inputs[i];
    const auto product = product_with(rewriter, node.inputs[1 - i], gate_id);
    if (!product) continue;
    if (is_about(product->factor, 1)) {
      node.op = product->function;
      set_input(rewriter, node, product->source);
      return;
    }
    // The gate's node, which nobody else reads, becomes the function, and the product its multiple.
    Node& gate = rewriter.node(gate_id);
    gate.op = product->function;
    gate.activation = {};
    set_input(rewriter, gate, product->source);
    const auto channels = static_cast<std::size_t>(node.shape.channels);
    node.op = affine_norm({channels, Line{product->factor, 0}}, node.name);
    set_input(rewriter, node, gate_id);
    return;
  }
}

}  // namespace

Graph fuse_lookups(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    if (std::holds_alternative<Mul>(node.op)) fuse_product(rewriter, node);
  }
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    if (!rewriter.is_read(id)) continue;
    // Asked first: matching from every link of a long chain of limits would take its length
    // squared.
    if (!std::holds_alternative<BatchNorm>(rewriter.node(id).op)) continue;
    const auto gate = Matcher(rewriter).written_out_gate(id);
    // Limits alone, or a sum and limits, are better left to the layers around them.
    if (!gate || !gate->has_sum || !is_about(gate->factor, 1)) continue;
    Node& node = rewriter.node(id);
    node.op = Lookup{Function::hard_sigmoid, gate->alpha, gate->beta};
    set_input(rewriter, node, gate->source);
  }
  return rewriter.finish();
}

}  // namespace npusim::graph
