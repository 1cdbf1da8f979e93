// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/quantize.h"

#include <algorithm>

#include "frontend/quantize/activation.h"
#include "frontend/quantize/conv.h"
#include "frontend/quantize/layer_options.h"
#include "frontend/quantize/operators.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

void require(base::ErrorList& errors, const char* key, std::int32_t value, bool valid,
             const std::string& must_be) {
  if (!valid) errors.add("", key, std::to_string(value), must_be);
}

void check_limits(const HardwareLimits& limits, base::ErrorList& errors) {
  const std::int32_t p = limits.accumulator_bits;
  require(errors, "hardware.mac_array.accumulator_bits", p, p >= 2 && p <= 32, "2 to 32");
  const std::int32_t m = limits.multiplier_bits;
  require(errors, "hardware.requantization.multiplier_bits", m, m == 15 || m == 31, "15 or 31");
  const std::int32_t f = limits.field_bits;
  require(errors, "hardware.requantization.field_bits", f, f >= 0 && f <= kMaxFieldBits, "0 to 4");
}

// The widest field that a layer asks for must be the hardware's.
void check_fields(const graph::Graph& graph, const std::vector<LayerOptions>& layers,
                  const HardwareLimits& limits, base::ErrorList& errors) {
  std::int32_t widest = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!std::holds_alternative<graph::Conv>(graph.nodes[i].op)) continue;
    widest = std::max(widest, make_scheme(layers[i].scheme)->field_bits());
  }
  require(errors, "quantization.field_bits", widest, widest <= limits.field_bits,
          "at most " + std::to_string(limits.field_bits) + " (hardware.requantization.field_bits)");
}

// Adds one refusal for all nodes whose width is not that of the codes that the model brings.
class GivenWidths {
 public:
  GivenWidths(const char* key, const char* whose) : key_(key), whose_(whose) {}
  void check(const std::string& name, std::int32_t bits) {
    if (bits == kMostBits) return;
    if (count_++ == 0) first_ = name, bits_ = bits;
  }
  void refuse(base::ErrorList& errors) const {
    if (count_ == 0) return;
    errors.add("layer '" + first_ + "'", key_, std::to_string(bits_),
               std::to_string(kMostBits) + ", as the model's own " + whose_ +
                   (count_ == 1 ? "" : ", here and in " + std::to_string(count_ - 1) + " more"));
  }

 private:
  const char* key_;
  const char* whose_;
  std::string first_;
  std::int32_t bits_ = 0;
  std::int64_t count_ = 0;
};

void check_given(const graph::Graph& graph, const std::vector<LayerOptions>& layers,
                 base::ErrorList& errors) {
  GivenWidths weights("quantization.weight_bits", "weights");
  GivenWidths activations("quantization.activation_bits", "activations");
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    const auto* conv = std::get_if<graph::Conv>(&node.op);
    if (conv != nullptr && conv->given) weights.check(node.name, layers[i].weight_bits);
    if (node.given) activations.check(node.name, layers[i].activation_bits);
  }
  weights.refuse(errors);
  activations.refuse(errors);
}

// What holds for every node, all of it possible.
std::vector<LayerOptions> checked_options(const graph::Graph& graph,
                                          const QuantizationOptions& options,
                                          const HardwareLimits& limits) {
  base::ErrorList errors;
  check_limits(limits, errors);
  std::vector<LayerOptions> layers;
  try {
    layers = layer_options(graph, options);
  } catch (const base::InputError& error) {
    errors.add(error);
  }
  if (!layers.empty()) {
    check_fields(graph, layers, limits, errors);
    check_given(graph, layers, errors);
  }
  errors.throw_if_any();
  return layers;
}

void check_calibration(const graph::Graph& graph, const Calibration& calibration) {
  bool fits = graph.nodes.size() == calibration.tensors.size();
  for (std::size_t i = 0; fits && i < graph.nodes.size(); ++i) {
    const auto means = static_cast<std::int64_t>(calibration.tensors[i].channel_mean.size());
    fits = means == graph.nodes[i].shape.channels;
  }
  if (!fits) throw base::InternalError("quantize_graph: the calibration is of another graph");
}

// Quantizes the nodes in order; each sees its inputs quantized.
class GraphQuantizer {
 public:
  GraphQuantizer(const graph::Graph& folded, const Calibration& calibration,
                 const QuantizationOptions& options, std::vector<LayerOptions> layers,
                 const HardwareLimits& limits, int threads)
      : folded_(folded),
        calibration_(calibration),
        options_(options),
        layers_(std::move(layers)),
        limits_(limits),
        threads_(threads) {}

  Quantization run() {
    graph::QuantizedGraph& out = result_.graph;
    out.name = folded_.name;
    out.scheme = options_.layers.scheme.scheme;
    out.multiplier_bits = limits_.multiplier_bits;
    out.shift_before_multiply = limits_.shift_before_multiply;
    out.accumulator = {limits_.accumulator_bits, limits_.overflow};
    out.outputs = folded_.outputs;
    out.nodes.reserve(folded_.nodes.size());
    for (const graph::Node& node : folded_.nodes) out.nodes.push_back(quantize_node(node));
    errors_.throw_if_any();
    return std::move(result_);
  }

 private:
  graph::QuantizedNode quantize_node(const graph::Node& node) {
    const std::int32_t bits = layers_[id()].activation_bits;
    graph::QuantizedNode out{node.name, graph::Input{}, node.inputs, node.shape, {}, {}, bits};
    const auto* pool = std::get_if<graph::Pool>(&node.op);
    if (pool != nullptr && pool->kind == graph::PoolKind::max) {
      const graph::QuantizedNode& in = input(node, 0);
      if (node.given && *node.given != in.quantization) {
        throw base::InternalError("quantize_graph: layer '" + node.name +
                                  "': got another quantization than its input's, must be inserted "
                                  "behind the pool by the passes");
      }
      out.quantization = in.quantization;
      out.clamps =
          restrict_clamps(in.clamps, activation_clamps(node.activation, in.quantization, bits));
    } else {
      const TensorCalibration& seen = calibration_.tensors[id()];
      out.quantization =
          node.given ? *node.given : activation_quantization(seen.low, seen.high, bits);
      out.clamps = activation_clamps(node.activation, out.quantization, bits);
      out.channel_clamps = channel_clamps(node, out);
    }
    out.op = std::visit([&](const auto& op) { return quantize_operator(op, node, out); }, node.op);
    return out;
  }

  // Nothing where no channel's clamp cuts more off than the range of the codes does.
  static std::vector<graph::Clamps> channel_clamps(const graph::Node& node,
                                                   const graph::QuantizedNode& out) {
    std::vector<graph::Clamps> clamps;
    bool differ = false;
    for (const graph::Activation& own : node.channel_activations) {
      clamps.push_back(activation_clamps(own, out.quantization, out.activation_bits));
      differ =
          differ || clamps.back().low != out.clamps.low || clamps.back().high != out.clamps.high;
    }
    return differ ? clamps : std::vector<graph::Clamps>();
  }

  using Result = graph::QuantizedOperator;

  Result quantize_operator(const graph::Input&, const graph::Node&, const graph::QuantizedNode&) {
    return graph::Input{};
  }

  Result quantize_operator(const graph::Conv& conv, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    const graph::QuantizedNode& in = input(node, 0);
    const std::vector<double>& means =
        calibration_.tensors[static_cast<std::size_t>(node.inputs[0])].channel_mean;
    const QuantizationOptions options{layers_[id()], options_.bias_correction};
    ConvSolution solution = quantize_conv(
        {node.name, conv, in.quantization, in.clamps, out.quantization, means, &in.channel_clamps},
        options, limits_, errors_, threads_);
    solution.summary.node = static_cast<graph::NodeId>(id());
    QuantizationSummary& summary = result_.summary;
    summary.layers.push_back(solution.summary);
    summary.safe_accumulator_bits =
        std::max(summary.safe_accumulator_bits, solution.summary.safe_accumulator_bits);
    return std::move(solution.conv);
  }

  Result quantize_operator(const graph::Add&, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    return quantize_add(node.name, input(node, 0).quantization.scale,
                        input(node, 1).quantization.scale, out.quantization.scale, errors_);
  }

  Result quantize_operator(const graph::Mul&, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    return quantize_mul(node.name, input(node, 0).quantization.scale,
                        input(node, 1).quantization.scale, out.quantization.scale,
                        limits_.multiplier_bits, errors_);
  }

  Result quantize_operator(const graph::Concat&, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    std::vector<double> scales;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      scales.push_back(input(node, i).quantization.scale);
    }
    return quantize_concat(node.name, scales, out.quantization.scale, errors_);
  }

  Result quantize_operator(const graph::Pool& pool, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    const graph::QuantizedNode& in = input(node, 0);
    return quantize_pool(node.name, pool, in.shape, out.shape, in.quantization.scale,
                         out.quantization.scale, limits_.multiplier_bits, errors_);
  }

  Result quantize_operator(const graph::Lookup& lookup, const graph::Node& node,
                           const graph::QuantizedNode& out) {
    return quantize_lookup(lookup, input(node, 0).quantization, out.quantization, out.clamps);
  }

  // BatchNorm, Clamp, Pad: the passes have folded or fused them, or refused the model.
  template <typename Other>
  Result quantize_operator(const Other&, const graph::Node& node, const graph::QuantizedNode&) {
    throw base::InternalError("quantize_graph: layer '" + node.name +
                              "': got an operator that the passes must have folded");
  }

  std::size_t id() const { return result_.graph.nodes.size(); }
  const graph::QuantizedNode& input(const graph::Node& node, std::size_t i) const {
    return result_.graph.node(node.inputs.at(i));
  }

  const graph::Graph& folded_;
  const Calibration& calibration_;
  const QuantizationOptions& options_;
  const std::vector<LayerOptions> layers_;  // by node
  const HardwareLimits& limits_;
  const int threads_;
  Quantization result_;
  base::ErrorList errors_;
};

}  // namespace

Quantization quantize_graph(const graph::Graph& folded, const Calibration& calibration,
                            const QuantizationOptions& options, const HardwareLimits& limits,
                            int threads) {
  std::vector<LayerOptions> layers = checked_options(folded, options, limits);
  check_calibration(folded, calibration);
  return GraphQuantizer(folded, calibration, options, std::move(layers), limits, threads).run();
}

}  // namespace npusim::quantize
