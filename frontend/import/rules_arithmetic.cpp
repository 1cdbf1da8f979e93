// SPDX-License-Identifier: Apache-2.0
// Operators of two or more operands: activations with each other, with constants, and constants
// among themselves (which rules_constant.cpp folds).
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "frontend/import/channels.h"
#include "frontend/import/per_channel.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

constexpr const char* kOperand[] = {"A", "B"};

// The constant operand of two, -1 where both are computed.
int constant_operand(const NodeContext& node) {
  if (node.is_constant(0, "A")) return 0;
  return node.is_constant(1, "B") ? 1 : -1;
}

// x with the constant operand, as y = scale * x + offset; `combine` turns the constant's value into
// the two.
template <typename Combine>
void emit_affine(NodeContext& node, int constant, Combine combine) {
  const Activation x = node.activation(1 - constant, kOperand[1 - constant]);
  std::vector<float> scale;
  std::vector<float> offset;
  for (const float value : per_channel(node, constant, kOperand[constant], x)) {
    const std::pair<float, float> line = combine(value);
    scale.push_back(line.first);
    offset.push_back(line.second);
  }
  node.emit_like(x, affine(std::move(scale), std::move(offset)), {x});
}

graph::NodeId negated(NodeContext& node, const Activation& x, const std::string& suffix) {
  const auto channels = static_cast<std::size_t>(node.shape(x).channels);
  return node.append(
      affine(std::vector<float>(channels, -1.0F), std::vector<float>(channels, 0.0F)), {x.node}, {},
      suffix);
}

void require_same_layout(const NodeContext& node, const Activation& a, const Activation& b,
                         const std::string& what) {
  if (a.layout != b.layout) {
    node.refuse(what, node.text_of(b), node.text_of(a) + " as the first operand");
  }
}

// Whether `gate` is one value per channel and broadcasts to `x` so that channels meet channels.
bool is_gate_of(const NodeContext& node, const Activation& gate, const Activation& x) {
  const Dims& dims = gate.layout.dims;
  if (node.shape(gate) != graph::Shape{1, 1, node.shape(x).channels}) return false;
  if (dims.size() > x.layout.dims.size()) return false;
  for (std::size_t i = 1; i <= dims.size(); ++i) {
    if (dims[dims.size() - i] == 1) continue;
    if (!is_channel_dimension(node, x, x.layout.dims.size() - i)) return false;
  }
  return true;
}

// min or max of an activation and constants: a limit.
void import_limit(NodeContext& node, bool is_upper) {
  if (node.has_only_constants()) node.refuse("inputs", "constants only", "one computed tensor");
  int computed = -1;
  for (int i = 0; i < node.input_count(); ++i) {
    const std::string what = "input " + std::to_string(i);
    if (node.is_constant(i, what)) continue;
    if (computed >= 0) node.refuse(what, "a second computed tensor", "a constant");
    computed = i;
  }
  const Activation x = node.activation(computed, "input " + std::to_string(computed));
  graph::Activation limits;
  for (int i = 0; i < node.input_count(); ++i) {
    if (i == computed) continue;
    const std::string what = "input " + std::to_string(i);
    const std::vector<float> values = per_channel(node, i, what, x);
    if (!all_equal(values)) node.refuse(what, "different values", "one value for all channels");
    if (std::isnan(values.front())) node.refuse(what, "nan", "a number");
    const auto value = static_cast<double>(values.front());
    if (is_upper) {
      limits.high = std::min(limits.high, value);
    } else {
      limits.low = std::max(limits.low, value);
    }
  }
  if (limits.high == -kInfinity || limits.low == kInfinity) {
    node.refuse("limit", is_upper ? "-inf" : "inf", "finite");
  }
  node.emit_like(x, graph::Clamp{}, {x}, limits);
}

}  // namespace

void import_add(NodeContext& node) {
  if (node.has_only_constants()) return fold_arithmetic(node);
  const int constant = constant_operand(node);
  if (constant >= 0) {
    return emit_affine(node, constant, [](float c) { return std::make_pair(1.0F, c); });
  }
  const Activation a = node.activation(0, "A");
  const Activation b = node.activation(1, "B");
  require_same_layout(node, a, b, "B");
  node.emit_like(a, graph::Add{}, {a, b});
}

void import_sub(NodeContext& node) {
  if (node.has_only_constants()) return fold_arithmetic(node);
  const int constant = constant_operand(node);
  if (constant == 0) {
    return emit_affine(node, constant, [](float c) { return std::make_pair(-1.0F, c); });
  }
  if (constant == 1) {
    return emit_affine(node, constant, [](float c) { return std::make_pair(1.0F, -c); });
  }
  const Activation a = node.activation(0, "A");
  const Activation b = node.activation(1, "B");
  require_same_layout(node, a, b, "B");
  const graph::NodeId minus_b = negated(node, b, "_negated");
  node.emit_like(a, graph::Add{}, {a, Activation{minus_b, b.layout}});
}

void import_neg(NodeContext& node) {
  const Activation x = node.activation(0, "X");
  node.bind(Activation{negated(node, x, ""), x.layout});
}

void import_mul(NodeContext& node) {
  if (node.has_only_constants()) return fold_arithmetic(node);
  const int constant = constant_operand(node);
  if (constant >= 0) {
    return emit_affine(node, constant, [](float c) { return std::make_pair(c, 0.0F); });
  }
  const Activation a = node.activation(0, "A");
  const Activation b = node.activation(1, "B");
  if (a.layout == b.layout || is_gate_of(node, b, a)) {
    node.emit_like(a, graph::Mul{}, {a, b});
  } else if (is_gate_of(node, a, b)) {
    node.emit_like(b, graph::Mul{}, {b, a});
  } else {
    node.refuse("B", node.text_of(b),
                node.text_of(a) + " as A, or one of the two with height and width 1");
  }
}

void import_div(NodeContext& node) {
  if (node.has_only_constants()) return fold_arithmetic(node);
  if (!node.is_constant(1, "B")) {
    if (std::holds_alternative<Unknown>(node.value(1, "B"))) throw SkipNode{};
    node.refuse("B", "a computed tensor", "a constant");
  }
  emit_affine(node, 1, [&](float c) {
    const float factor = 1.0F / c;
    if (!std::isfinite(factor)) node.refuse("B", std::to_string(c), "a divisor other than 0");
    return std::make_pair(factor, 0.0F);
  });
}

void import_sum(NodeContext& node) {
  if (node.input_count() == 2) return import_add(node);
  Activation sum = node.activation(0, "input 0");
  for (int i = 1; i < node.input_count(); ++i) {
    const std::string what = "input " + std::to_string(i);
    const Activation next = node.activation(i, what);
    require_same_layout(node, sum, next, what);
    const bool is_last = i + 1 == node.input_count();
    sum.node = node.append(graph::Add{}, {sum.node, next.node}, {}, is_last ? "" : "_partial");
  }
  node.bind(Activation{sum.node, sum.layout});
}

void import_min(NodeContext& node) { import_limit(node, /*is_upper=*/true); }
void import_max(NodeContext& node) { import_limit(node, /*is_upper=*/false); }

}  // namespace npusim::import
