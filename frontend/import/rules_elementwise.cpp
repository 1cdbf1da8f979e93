// SPDX-License-Identifier: Apache-2.0
// Operators that treat each value, or each channel, by itself.
#include <cmath>
#include <limits>
#include <utility>

#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The channels of a tensor whose ONNX dimension 1 is the graph's channel.
std::int64_t channels_of(const NodeContext& node, const Activation& x, const std::string& what) {
  const graph::Shape& shape = node.shape(x);
  if (x.is_flat && shape.channels != shape.elements()) {
    node.refuse(what, to_text(node.dims(x)) + " made of a map of " + graph::to_string(shape),
                "flattened from a 1x1 map, or not flattened yet");
  }
  return shape.channels;
}

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

// One value per channel from a constant that ONNX broadcasts to `dims`.
std::vector<float> channel_values(const NodeContext& node, int index, const char* what,
                                  const std::vector<std::int64_t>& dims, std::int64_t channels) {
  const onnx::TensorProto& tensor = node.constant(index, what);
  const std::vector<std::int64_t> own = dims_of(tensor);
  std::vector<float> values = read_floats(tensor);
  bool fits = own.size() <= dims.size() && !values.empty();
  // Aligned at the right; only the channel dimension (index 1) may have more than one value.
  for (std::size_t i = 0; fits && i < own.size(); ++i) {
    const std::size_t position = dims.size() - own.size() + i;
    fits = own[i] == 1 || (position == 1 && own[i] == channels);
  }
  if (!fits) {
    node.refuse(what, to_text(own),
                "a scalar or one value per channel of " + to_text(dims) + ", such as " +
                    (dims.size() == 4 ? to_text({channels, 1, 1}) : to_text({channels})));
  }
  if (values.size() == 1) values.assign(static_cast<std::size_t>(channels), values.front());
  return values;
}

// y = x + addend as the BatchNorm gamma 1, mean 0, variance 1, epsilon 0: folding it is exact.
void add_constant(NodeContext& node, int constant_index) {
  const char* what = constant_index == 0 ? "A" : "B";
  const Activation x = node.activation(1 - constant_index, constant_index == 0 ? "B" : "A");
  const std::int64_t channels = channels_of(node, x, "input");
  graph::BatchNorm norm;
  norm.beta = channel_values(node, constant_index, what, node.dims(x), channels);
  norm.gamma.assign(norm.beta.size(), 1.0F);
  norm.mean.assign(norm.beta.size(), 0.0F);
  norm.variance.assign(norm.beta.size(), 1.0F);
  norm.epsilon = 0;
  node.emit(std::move(norm), {x}, x.is_flat);
}

}  // namespace

void import_add(NodeContext& node) {
  const bool first_is_constant = node.is_constant(0, "A");
  const bool second_is_constant = node.is_constant(1, "B");
  if (first_is_constant || second_is_constant) {
    add_constant(node, first_is_constant ? 0 : 1);
    return;
  }
  const Activation a = node.activation(0, "A");
  const Activation b = node.activation(1, "B");
  if (node.dims(a) != node.dims(b)) {
    node.refuse("B", to_text(node.dims(b)), to_text(node.dims(a)) + " as A");
  }
  node.emit(graph::Add{}, {a, b}, a.is_flat);
}

void import_batch_normalization(NodeContext& node) {
  if (node.integer("training_mode", 0) != 0) node.refuse("training_mode", "1", "0");
  if (node.integer("spatial", 1) != 1) node.refuse("spatial", "0", "1");
  graph::BatchNorm norm;
  norm.epsilon = static_cast<double>(node.number("epsilon", 1e-5F));
  norm.gamma = read_floats(node.constant(1, "scale"));
  const auto count = static_cast<std::int64_t>(norm.gamma.size());
  norm.beta = node.floats(2, "B", count);
  norm.mean = node.floats(3, "mean", count);
  norm.variance = node.floats(4, "var", count);
  for (std::size_t c = 0; c < norm.variance.size(); ++c) {
    const double sum = static_cast<double>(norm.variance[c]) + norm.epsilon;
    if (!(sum > 0)) {
      node.refuse("var + epsilon of channel " + std::to_string(c), std::to_string(sum), "above 0");
    }
  }
  const Activation x = node.activation(0, "X");
  const std::int64_t channels = channels_of(node, x, "X");
  if (count != channels) {
    node.refuse("scale", std::to_string(count) + " values",
                std::to_string(channels) + ", one per channel");
  }
  node.emit(std::move(norm), {x}, x.is_flat);
}

void import_clip(NodeContext& node) {
  const graph::Activation limits{clip_limit(node, 1, "min", -kInfinity),
                                 clip_limit(node, 2, "max", kInfinity)};
  if (limits.low > limits.high) {
    node.refuse("min", std::to_string(limits.low), "at most max, " + std::to_string(limits.high));
  }
  const Activation x = node.activation(0, "input");
  node.emit(graph::Clamp{}, {x}, x.is_flat, limits);
}

void import_relu(NodeContext& node) {
  const Activation x = node.activation(0, "X");
  node.emit(graph::Clamp{}, {x}, x.is_flat, {0.0, kInfinity});
}

}  // namespace npusim::import
