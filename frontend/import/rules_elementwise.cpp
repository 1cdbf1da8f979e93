// SPDX-License-Identifier: Apache-2.0
// Operators of one operand that treat each value, or each channel, by itself.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "frontend/import/per_channel.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

// A limit of Clip: an attribute before opset 11, an optional scalar input since. The largest float
// and beyond mean no limit.
double clip_limit(const NodeContext& node, int index, const char* name, double none) {
  double limit = none;
  if (node.opset() < 11) {
    if (node.attribute(name) == nullptr) return none;
    limit = static_cast<double>(node.number(name, 0));
  } else {
    if (!node.has_input(index)) return none;
    limit = static_cast<double>(node.floats(index, name, 1).front());
  }
  if (std::isnan(limit)) node.refuse(name, "nan", "a number");
  const bool is_outermost =
      std::abs(limit) >= static_cast<double>(std::numeric_limits<float>::max());
  return is_outermost && std::signbit(limit) == std::signbit(none) ? none : limit;
}

void emit_lookup(NodeContext& node, graph::Function function, float alpha = 0, float beta = 0) {
  for (const float value : {alpha, beta}) {
    if (!std::isfinite(value)) node.refuse("attribute", std::to_string(value), "finite");
  }
  const Activation x = node.activation(0, "X");
  const graph::Lookup lookup{function, static_cast<double>(alpha), static_cast<double>(beta)};
  node.emit_like(x, lookup, {x});
}

}  // namespace

void import_batch_normalization(NodeContext& node) {
  if (node.integer("training_mode", 0) != 0) node.refuse("training_mode", "1", "0");
  if (node.integer("spatial", 1) != 1) node.refuse("spatial", "0", "1");
  graph::BatchNorm norm;
  norm.epsilon = static_cast<double>(node.number("epsilon", 1e-5F));
  norm.gamma = read_finite(node.constant(1, "scale"));
  const auto count = static_cast<std::int64_t>(norm.gamma.size());
  norm.beta = node.finite_floats(2, "B", count);
  norm.mean = node.finite_floats(3, "mean", count);
  norm.variance = node.finite_floats(4, "var", count);
  for (std::size_t c = 0; c < norm.variance.size(); ++c) {
    const double sum = static_cast<double>(norm.variance[c]) + norm.epsilon;
    if (!(sum > 0)) {
      node.refuse("var + epsilon of channel " + std::to_string(c), std::to_string(sum), "above 0");
    }
  }
  const Activation x = node.activation(0, "X");
  const Dims& dims = x.layout.dims;
  if (dims.size() < 2 || dims[1] != count) {
    node.refuse("scale", std::to_string(count) + " values",
                "one per channel, dimension 1 of " + node.text_of(x));
  }
  // As a constant that broadcasts from dimension 1.
  Dims own(dims.size() - 1, 1);
  own.front() = count;
  for (auto* values : {&norm.gamma, &norm.beta, &norm.mean, &norm.variance}) {
    *values = per_channel(node, "scale, B, mean or var", *values, own, x);
  }
  node.emit_like(x, std::move(norm), {x});
}

void import_clip(NodeContext& node) {
  if (reads_codes(node, 0, "input")) return import_clip_of_codes(node);
  const graph::Activation limits{clip_limit(node, 1, "min", -kInfinity),
                                 clip_limit(node, 2, "max", kInfinity)};
  if (limits.low > limits.high) {
    node.refuse("min", std::to_string(limits.low), "at most max, " + std::to_string(limits.high));
  }
  const Activation x = node.activation(0, "input");
  node.emit_like(x, graph::Clamp{}, {x}, limits);
}

void import_relu(NodeContext& node) {
  const Activation x = node.activation(0, "X");
  node.emit_like(x, graph::Clamp{}, {x}, {0.0, kInfinity});
}

// A slope for each channel is no one table: max(x, 0) + slope * min(x, 0).
void import_prelu(NodeContext& node) {
  const Activation x = node.activation(0, "X");
  Dims dims = dims_of(node.constant(1, "slope"));
  // Before opset 7 a vector was one slope per channel; later it would not fit here.
  const Dims& of_x = x.layout.dims;
  if (dims.size() == 1 && of_x.size() > 2 && dims[0] == of_x[1] && dims[0] != of_x.back()) {
    dims.resize(of_x.size() - 1, 1);
  }
  std::vector<float> slope =
      per_channel(node, "slope", read_floats(node.constant(1, "slope")), dims, x);
  for (const float value : slope) {
    if (!std::isfinite(value)) node.refuse("slope", std::to_string(value), "finite");
  }
  if (all_equal(slope)) {
    const auto alpha = static_cast<double>(slope.front());
    node.emit_like(x, graph::Lookup{graph::Function::leaky_relu, alpha, 0}, {x});
    return;
  }
  const graph::NodeId positive =
      node.append(graph::Clamp{}, {x.node}, {0.0, kInfinity}, "_positive");
  const graph::NodeId negative =
      node.append(graph::Clamp{}, {x.node}, {-kInfinity, 0.0}, "_negative");
  std::vector<float> zeros(slope.size(), 0.0F);
  const graph::NodeId sloped =
      node.append(affine(std::move(slope), std::move(zeros)), {negative}, {}, "_sloped");
  node.emit_like(x, graph::Add{}, {{positive, x.layout}, {sloped, x.layout}});
}

void import_elu(NodeContext& node) {
  emit_lookup(node, graph::Function::elu, node.number("alpha", 1.0F), 1.0F);
}

void import_selu(NodeContext& node) {
  const float gamma = node.number("gamma", 1.05070102214813232421875F);
  const float alpha = node.number("alpha", 1.67326319217681884765625F);
  emit_lookup(node, graph::Function::elu, alpha * gamma, gamma);
}

void import_leaky_relu(NodeContext& node) {
  emit_lookup(node, graph::Function::leaky_relu, node.number("alpha", 0.01F));
}

void import_hard_sigmoid(NodeContext& node) {
  emit_lookup(node, graph::Function::hard_sigmoid, node.number("alpha", 0.2F),
              node.number("beta", 0.5F));
}

void import_hard_swish(NodeContext& node) { emit_lookup(node, graph::Function::hard_swish); }
void import_sigmoid(NodeContext& node) { emit_lookup(node, graph::Function::sigmoid); }
void import_softplus(NodeContext& node) { emit_lookup(node, graph::Function::softplus); }
void import_tanh(NodeContext& node) { emit_lookup(node, graph::Function::tanh); }

}  // namespace npusim::import
