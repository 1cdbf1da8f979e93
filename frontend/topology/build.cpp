// SPDX-License-Identifier: Apache-2.0
#include "frontend/topology/build.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "frontend/graph/verify.h"
#include "frontend/topology/synthetic_weights.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"

namespace npusim::topology {
namespace {

using config::ActivationKind;
using config::LayerKind;
using config::TopologyLayer;

// x * min(1, max(0, x / 6 + 1/2)) and its gate, as MobileNetV3 has them.
constexpr double kHardSigmoidAlpha = 1.0 / 6.0;
constexpr double kHardSigmoidBeta = 0.5;

/// TensorFlow's rule, of one dimension: the output has ceil(input / stride) places.
void pad_same(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
              std::int64_t& before, std::int64_t& after) {
  const std::int64_t reach = (base::ceil_div(input, stride) - 1) * stride;
  const std::int64_t padding =
      std::max<std::int64_t>(0, reach + (kernel - 1) * dilation + 1 - input);
  before = padding / 2;
  after = padding - before;
}

graph::Window window_of(const config::TopologyWindow& window, const graph::Shape& input) {
  graph::Window out;
  out.kernel_h = window.kernel.height;
  out.kernel_w = window.kernel.width;
  out.stride_h = window.stride.height;
  out.stride_w = window.stride.width;
  out.dilation_h = window.dilation.height;
  out.dilation_w = window.dilation.width;
  if (window.same) {
    pad_same(input.height, out.kernel_h, out.stride_h, out.dilation_h, out.pad_top, out.pad_bottom);
    pad_same(input.width, out.kernel_w, out.stride_w, out.dilation_w, out.pad_left, out.pad_right);
  } else {
    out.pad_top = window.pads[0];
    out.pad_left = window.pads[1];
    out.pad_bottom = window.pads[2];
    out.pad_right = window.pads[3];
  }
  return out;
}

graph::Conv conv_of(const TopologyLayer& layer, const graph::Shape& input) {
  graph::Conv conv;
  if (layer.kind == LayerKind::gemm) {
    conv.kind = graph::ConvKind::gemm;
    conv.in_channels = input.elements();
    conv.out_channels = layer.channels;
    return conv;
  }
  const bool is_depthwise = layer.kind == LayerKind::depthwise;
  conv.in_channels = input.channels;
  conv.out_channels = is_depthwise ? input.channels : layer.channels;
  conv.groups = is_depthwise ? input.channels : layer.groups;
  conv.kind = graph::conv_kind(conv.in_channels, conv.out_channels, conv.groups);
  conv.window = window_of(layer.window, input);
  return conv;
}

graph::Pool pool_of(const TopologyLayer& layer, const graph::Shape& input) {
  graph::Pool pool;
  pool.kind = layer.is_max ? graph::PoolKind::max : graph::PoolKind::average;
  pool.count_include_pad = layer.counts_padding;
  if (layer.is_global) {
    pool.window.kernel_h = input.height;
    pool.window.kernel_w = input.width;
  } else {
    pool.window = window_of(layer.window, input);
  }
  return pool;
}

graph::Operator activation_of(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::sigmoid:
      return graph::Lookup{graph::Function::sigmoid, 0, 0};
    case ActivationKind::hard_sigmoid:
      return graph::Lookup{graph::Function::hard_sigmoid, kHardSigmoidAlpha, kHardSigmoidBeta};
    case ActivationKind::hard_swish:
      return graph::Lookup{graph::Function::hard_swish, 0, 0};
    case ActivationKind::silu:
      return graph::Lookup{graph::Function::silu, 0, 0};
    case ActivationKind::none:
    case ActivationKind::relu:
    case ActivationKind::relu6:
      break;
  }
  return graph::Clamp{};
}

graph::Activation limits_of(ActivationKind kind) {
  if (kind == ActivationKind::relu) return {0, graph::Activation().high};
  if (kind == ActivationKind::relu6) return {0, 6};
  return {};
}

class Builder {
 public:
  Builder(const config::TopologyConfig& topology, const std::string& name, int threads)
      : topology_(topology), threads_(threads) {
    graph_.name = name;
  }

  graph::Graph run() {
    for (const TopologyLayer& layer : topology_.layers) add(layer);
    errors_.throw_if_any();
    std::vector<bool> is_read(graph_.nodes.size(), false);
    for (const graph::Node& node : graph_.nodes) {
      for (const graph::NodeId id : node.inputs) is_read[static_cast<std::size_t>(id)] = true;
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!is_read[i]) graph_.outputs.push_back(static_cast<graph::NodeId>(i));
    }
    draw_weights();
    graph::verify(graph_);
    return std::move(graph_);
  }

 private:
  void add(const TopologyLayer& layer) {
    graph::Node node;
    node.name = layer.name;
    for (const std::size_t input : layer.inputs)
      node.inputs.push_back(static_cast<graph::NodeId>(input));
    // What follows from a layer that did not fit is not said.
    const bool is_known = std::all_of(layer.inputs.begin(), layer.inputs.end(),
                                      [&](std::size_t input) { return has_shape_[input]; });
    if (is_known) has_shape_.push_back(complete(layer, node));
    if (!is_known) has_shape_.push_back(false);
    graph_.nodes.push_back(std::move(node));
  }

  /// Operator and shape; false, with an error, where they do not fit.
  bool complete(const TopologyLayer& layer, graph::Node& node) {
    try {
      node.op = operator_of(layer, node);
      node.activation = limits_of(layer.activation);
      if (layer.kind == LayerKind::input)
        node.shape = {layer.input.height, layer.input.width, layer.channels};
      std::vector<graph::Shape> inputs;
      for (const graph::NodeId id : node.inputs) inputs.push_back(graph_.node(id).shape);
      node.shape = graph::infer_shape(node, inputs);
    } catch (const base::InputError& error) {
      for (const std::string& message : error.messages()) errors_.add(layer.place + ": " + message);
      return false;
    }
    if (const auto* conv = std::get_if<graph::Conv>(&node.op))
      return count_parameters(layer, *conv);
    return true;
  }

  graph::Operator operator_of(const TopologyLayer& layer, graph::Node& node) const {
    switch (layer.kind) {
      case LayerKind::input:
        return graph::Input{};
      case LayerKind::conv:
      case LayerKind::depthwise:
      case LayerKind::gemm:
        return conv_of(layer, shape_of(node, 0));
      case LayerKind::pool:
        return pool_of(layer, shape_of(node, 0));
      case LayerKind::add:
        return graph::Add{};
      case LayerKind::mul: {
        // The gate of a squeeze-and-excite comes second in the graph, whoever names it first.
        const graph::Shape& first = shape_of(node, 0);
        if (first.height * first.width == 1) std::swap(node.inputs.at(0), node.inputs.at(1));
        return graph::Mul{};
      }
      case LayerKind::concat:
        return graph::Concat{};
      case LayerKind::activation:
        return activation_of(layer.activation);
    }
    throw base::InternalError("topology: layer '" + layer.name + "' is of no known kind");
  }

  const graph::Shape& shape_of(const graph::Node& node, std::size_t input) const {
    return graph_.node(node.inputs.at(input)).shape;
  }

  /// In double: the factors reach 2^80.
  bool count_parameters(const TopologyLayer& layer, const graph::Conv& conv) {
    const double before = parameters_;
    const std::int64_t group_channels = conv.in_channels / conv.groups;
    parameters_ +=
        static_cast<double>(conv.out_channels) *
        (1 + static_cast<double>(conv.window.kernel_h) * static_cast<double>(conv.window.kernel_w) *
                 static_cast<double>(group_channels));
    const auto most = static_cast<double>(graph::kMaxParameters);
    if (before <= most && parameters_ > most) {
      errors_.add(layer.place, "layer '" + layer.name + "': parameters up to here",
                  "more than " + std::to_string(graph::kMaxParameters),
                  "at most that in the whole network");
    }
    return true;
  }

  void draw_weights() {
    const std::vector<bool> ends = residual_ends();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      auto* conv = std::get_if<graph::Conv>(&graph_.nodes[i].op);
      if (conv == nullptr) continue;
      WeightStyle style;
      style.has_bias = topology_.layers[i].has_bias;
      if (ends[i]) style.gain = WeightStyle::kResidualGain;
      if (is_activated(i)) style.gain = WeightStyle::kRectifiedGain;
      draw_weights_of(*conv, static_cast<std::uint64_t>(topology_.seed), i, style, threads_);
    }
  }

  /// Layers that an add reads: sums of many of them must not grow.
  std::vector<bool> residual_ends() const {
    std::vector<bool> ends(graph_.nodes.size(), false);
    for (const graph::Node& node : graph_.nodes) {
      if (!std::holds_alternative<graph::Add>(node.op)) continue;
      for (const graph::NodeId id : node.inputs) ends[static_cast<std::size_t>(id)] = true;
    }
    return ends;
  }

  /// A table behind a layer follows it directly.
  bool is_activated(std::size_t i) const {
    if (!graph_.nodes[i].activation.is_identity()) return true;
    return i + 1 < topology_.layers.size() &&
           topology_.layers[i + 1].kind == LayerKind::activation &&
           topology_.layers[i + 1].inputs.front() == i;
  }

  const config::TopologyConfig& topology_;
  const int threads_;
  graph::Graph graph_;
  std::vector<bool> has_shape_;
  double parameters_ = 0;
  base::ErrorList errors_;
};

}  // namespace

graph::Graph build_graph(const config::TopologyConfig& topology, const std::string& name,
                         int threads) {
  return Builder(topology, name, threads).run();
}

}  // namespace npusim::topology
