// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/verify.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include "sim/base/errors.h"

namespace npusim::graph {

/// In one pass without a branch: there may be 2^29 weights.
bool all_finite(const std::vector<float>& values) {
  constexpr std::uint32_t kInfinity = 0x7f800000;
  std::uint32_t largest = 0;
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    largest = std::max(largest, bits & 0x7fffffffU);
  }
  return largest < kInfinity;
}

namespace {

class Verifier {
 public:
  Verifier(const Graph& graph, Look look) : graph_(graph), look_(look) {}

  std::vector<std::string> run() {
    check_graph();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) check_node(i);
    return errors_.messages();
  }

 private:
  void check_graph() {
    const std::string place = "graph '" + graph_.name + "'";
    const auto count = static_cast<std::int64_t>(graph_.nodes.size());
    if (count < 1 || count > kMaxNodes) {
      errors_.add(place, "nodes", std::to_string(count),
                  "in [1, " + std::to_string(kMaxNodes) + "]");
    }
    const auto inputs =
        std::count_if(graph_.nodes.begin(), graph_.nodes.end(),
                      [](const Node& node) { return std::holds_alternative<Input>(node.op); });
    if (inputs == 0) errors_.add(place, "inputs", "0", "at least 1");
    if (graph_.outputs.empty()) errors_.add(place, "outputs", "0", "at least 1");
    std::set<NodeId> seen;
    for (const NodeId id : graph_.outputs) {
      if (id < 0 || id >= count) {
        errors_.add(place, "output", std::to_string(id),
                    "a node id below " + std::to_string(count));
      } else if (!seen.insert(id).second) {
        errors_.add(place, "output", "node " + std::to_string(id) + " twice", "distinct nodes");
      }
    }
  }

  void check_node(std::size_t index) {
    const Node& node = graph_.nodes[index];
    place_ = "node '" + node.name + "' (" + kind_name(node.op) + ")";
    if (node.name.empty()) {
      errors_.add(place_, "name of node " + std::to_string(index), "''", "not empty");
    } else if (!names_.insert(node.name).second) {
      errors_.add(place_, "name", "'" + node.name + "' twice", "unique");
    }
    // Not (low <= high) rather than low > high: NaN must fail too.
    if (!(node.activation.low <= node.activation.high)) {
      errors_.add(place_, "activation",
                  "[" + std::to_string(node.activation.low) + ", " +
                      std::to_string(node.activation.high) + "]",
                  "low <= high");
    }
    check_channel_activations(node);
    if (node.given) {
      check_scales("output scale", {node.given->scale}, {1});
      check_zero_point("output zero point", node.given->zero_point);
    }
    if (check_order(node, index)) check_shape(node);
    if (const auto* conv = std::get_if<Conv>(&node.op)) check_conv(*conv);
    if (const auto* norm = std::get_if<BatchNorm>(&node.op)) check_batch_norm(*norm, node.shape);
    if (const auto* pad = std::get_if<Pad>(&node.op)) check_pad(*pad);
  }

  void check_channel_activations(const Node& node) {
    if (node.channel_activations.empty()) return;
    if (!std::holds_alternative<Conv>(node.op)) {
      errors_.add(place_, "clamps of channels", std::to_string(node.channel_activations.size()),
                  "none but of a convolution");
      return;
    }
    const auto count = static_cast<std::int64_t>(node.channel_activations.size());
    if (count != node.shape.channels) {
      errors_.add(place_, "clamps of channels", std::to_string(count),
                  "one for each of " + std::to_string(node.shape.channels) + " channels");
    }
    for (const Activation& own : node.channel_activations) {
      if (own.low <= own.high && own.low >= node.activation.low &&
          own.high <= node.activation.high) {
        continue;
      }
      errors_.add(place_, "clamp of a channel",
                  "[" + std::to_string(own.low) + ", " + std::to_string(own.high) + "]",
                  "low <= high within the layer's clamp");
      return;
    }
  }

  bool check_order(const Node& node, std::size_t index) {
    const auto is_earlier = [&](NodeId id) {
      return id >= 0 && static_cast<std::size_t>(id) < index;
    };
    for (const NodeId id : node.inputs) {
      if (!is_earlier(id)) {
        errors_.add(place_, "input", "node " + std::to_string(id),
                    "an earlier node than " + std::to_string(index));
      }
    }
    return std::all_of(node.inputs.begin(), node.inputs.end(), is_earlier);
  }

  void check_shape(const Node& node) {
    std::vector<Shape> inputs;
    for (const NodeId id : node.inputs) inputs.push_back(graph_.node(id).shape);
    try {
      const Shape expected = infer_shape(node, inputs);
      if (node.shape != expected) {
        errors_.add(place_, "shape", to_string(node.shape), to_string(expected));
      }
    } catch (const base::InputError& error) {
      errors_.add(error);
    }
  }

  void check_conv(const Conv& conv) {
    const Window& w = conv.window;
    if (conv.kind == ConvKind::depthwise_conv &&
        conv_kind(conv.in_channels, conv.out_channels, conv.groups) != ConvKind::depthwise_conv) {
      errors_.add(place_, "groups", std::to_string(conv.groups),
                  "the input channels " + std::to_string(conv.in_channels) +
                      " and the output channels " + std::to_string(conv.out_channels));
    }
    const bool is_pointwise = w.kernel_h == 1 && w.kernel_w == 1 && w.pad_top == 0 &&
                              w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0;
    if (conv.kind == ConvKind::gemm && (!is_pointwise || conv.groups != 1)) {
      errors_.add(place_, "window", "a kernel, pads or groups", "1x1 without pads, one group");
    }
    const std::int64_t extents[] = {conv.groups, conv.in_channels, conv.out_channels, w.kernel_h,
                                    w.kernel_w};
    const auto is_extent = [](std::int64_t value) { return value >= 1 && value <= kMaxElements; };
    if (!std::all_of(std::begin(extents), std::end(extents), is_extent)) {
      errors_.add(place_, "fields", "an extent out of range",
                  "in [1, " + std::to_string(kMaxElements) + "]");
      return;
    }
    std::int64_t count = 1;
    for (const std::int64_t factor :
         {conv.out_channels, w.kernel_h, w.kernel_w, conv.in_channels / conv.groups}) {
      count = factor > kMaxParameters / std::max<std::int64_t>(count, 1) ? kMaxParameters + 1
                                                                         : count * factor;
    }
    if (count > kMaxParameters) {
      errors_.add(place_, "weights", "more", "at most " + std::to_string(kMaxParameters));
      return;
    }
    check_values("weights", conv.weights_ohwi, count);
    check_values("bias", conv.bias, conv.out_channels);
    if (conv.given) check_given(*conv.given, conv.out_channels, count);
  }

  void check_given(const GivenWeights& given, std::int64_t channels, std::int64_t weights) {
    check_count("weight codes", given.codes_ohwi.size(), {weights});
    check_scales("weight scale", given.scales, {1, channels});
    check_zero_point("weight zero point", given.zero_point);
    if (given.bias_codes.empty() && given.bias_scales.empty()) return;
    check_count("bias codes", given.bias_codes.size(), {channels});
    check_scales("bias scale", given.bias_scales, {1, channels});
  }

  void check_zero_point(const std::string& key, std::int32_t value) {
    if (value >= -128 && value <= 127) return;
    errors_.add(place_, key, std::to_string(value), "in [-128, 127]");
  }

  void check_count(const std::string& key, std::size_t count,
                   const std::vector<std::int64_t>& allowed) {
    const auto got = static_cast<std::int64_t>(count);
    if (std::find(allowed.begin(), allowed.end(), got) != allowed.end()) return;
    std::string must_be = std::to_string(allowed.front());
    if (allowed.size() > 1) must_be += " or " + std::to_string(allowed.back());
    errors_.add(place_, key, std::to_string(got) + " values", must_be);
  }

  void check_scales(const std::string& key, const std::vector<double>& scales,
                    const std::vector<std::int64_t>& allowed) {
    check_count(key, scales.size(), allowed);
    const auto found = std::find_if(scales.begin(), scales.end(),
                                    [](double s) { return !(s > 0) || std::isinf(s); });
    if (found == scales.end()) return;
    errors_.add(place_, key + " " + std::to_string(found - scales.begin()), std::to_string(*found),
                "finite and above 0");
  }

  void check_batch_norm(const BatchNorm& norm, const Shape& shape) {
    check_values("gamma", norm.gamma, shape.channels);
    check_values("beta", norm.beta, shape.channels);
    check_values("mean", norm.mean, shape.channels);
    check_values("variance", norm.variance, shape.channels);
    for (std::size_t c = 0; c < norm.variance.size(); ++c) {
      const double sum = static_cast<double>(norm.variance[c]) + norm.epsilon;
      if (sum > 0) continue;
      errors_.add(place_, "variance + epsilon of channel " + std::to_string(c), std::to_string(sum),
                  "above 0");
      return;
    }
  }

  // -inf stands for "never wins" before a max pooling; NaN is nothing.
  void check_pad(const Pad& pad) {
    if (std::isnan(pad.value)) errors_.add(place_, "value", "nan", "a number");
  }

  void check_values(const std::string& key, const std::vector<float>& values, std::int64_t count) {
    if (static_cast<std::int64_t>(values.size()) != count) {
      errors_.add(place_, key, std::to_string(values.size()) + " values", std::to_string(count));
    }
    if (look_ == Look::past_values || all_finite(values)) return;
    const auto found = std::find_if(values.begin(), values.end(),
                                    [](float value) { return !std::isfinite(value); });
    errors_.add(place_, key + " value " + std::to_string(found - values.begin()),
                std::to_string(*found), "finite");
  }

  const Graph& graph_;
  const Look look_;
  base::ErrorList errors_;
  std::set<std::string> names_;
  std::string place_;
};

}  // namespace

std::vector<std::string> findings(const Graph& graph, Look look) {
  return Verifier(graph, look).run();
}

void verify(const Graph& graph) {
  std::vector<std::string> messages = findings(graph);
  if (!messages.empty()) throw base::InputError(std::move(messages));
}

}  // namespace npusim::graph
