// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/exporter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "frontend/export/constants.h"
#include "frontend/export/functions.h"
#include "frontend/export/model_writer.h"
#include "frontend/export/ports.h"
#include "frontend/export/refusals.h"
#include "frontend/quantize/activation.h"
#include "sim/base/errors.h"

namespace npusim::exporter {
namespace {

using graph::NodeId;

std::vector<Attribute> window_attributes(const graph::Window& w) {
  return {{"kernel_shape", Dims{w.kernel_h, w.kernel_w}},
          {"strides", Dims{w.stride_h, w.stride_w}},
          {"pads", Dims{w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}}};
}

Attribute dilations(const graph::Window& w) {
  return {"dilations", Dims{w.dilation_h, w.dilation_w}};
}

bool is_identity(const graph::Operator& op) {
  const auto* lookup = std::get_if<graph::Lookup>(&op);
  return lookup != nullptr && lookup->function == graph::Function::identity;
}

// Runtimes refuse pools whose padding could hold a whole window.
bool has_wide_pads(const graph::Window& w) {
  return std::max(w.pad_top, w.pad_bottom) >= w.kernel_h ||
         std::max(w.pad_left, w.pad_right) >= w.kernel_w;
}

class Exporter {
 public:
  Exporter(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
           const import::Interface& interface)
      : folded_(folded),
        quantized_(quantized),
        model_(quantized.name, kOpset),
        ports_(model_, folded, interface) {
    for (const graph::QuantizedNode& node : quantized.nodes) model_.reserve_node(node.name);
  }

  ExportedModel run(const std::map<std::string, std::string>& properties) {
    for (const auto& [key, value] : properties) model_.property("npusim." + key, value);
    for (std::size_t i = 0; i < folded_.nodes.size(); ++i) write_node(static_cast<NodeId>(i));
    ports_.write_outputs();
    return {model_.bytes(), ports_.names()};
  }

 private:
  void write_node(NodeId id) {
    const graph::Node& node = folded_.node(id);
    id_ = id;
    const std::string& name = ports_.name_tensor(id, form_of(node));
    inputs_.clear();
    for (const NodeId input : node.inputs) {
      inputs_.push_back(ports_.tensor(input, input_form(node)));
    }
    result_ = model_.tensor(name + "_computed");
    std::visit([&](const auto& op) { write(op, node); }, node.op);
    write_limits(node);
    write_quantization(node, name);
  }

  bool are_vectors(const graph::Node& node) const {
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&](NodeId id) { return ports_.form(id) == Form::vector; });
  }

  static bool is_gemm(const graph::Operator& op) {
    const auto* conv = std::get_if<graph::Conv>(&op);
    return conv != nullptr && conv->kind == graph::ConvKind::gemm;
  }

  // Convolutions and pools have maps; a gemm's result stays a vector as long as nothing else.
  Form form_of(const graph::Node& node) const {
    if (is_gemm(node.op)) return Form::vector;
    return input_form(node);
  }
  Form input_form(const graph::Node& node) const {
    if (is_gemm(node.op)) return Form::vector;
    const bool needs_map = std::holds_alternative<graph::Conv>(node.op) ||
                           std::holds_alternative<graph::Pool>(node.op) || node.inputs.empty();
    return !needs_map && are_vectors(node) ? Form::vector : Form::map;
  }

  void write(const graph::Input&, const graph::Node&) { result_ = ports_.write_input(id_); }

  void write(const graph::Conv& conv, const graph::Node& node) {
    const auto& codes = std::get<graph::QuantizedConv>(quantized_.node(id_).op);
    const std::vector<std::string> inputs = {inputs_.at(0), write_weights(codes, node),
                                             write_bias(codes, node)};
    if (conv.kind == graph::ConvKind::gemm) {
      model_.layer(node.name, "Gemm", inputs, result_, {{"transB", std::int64_t{1}}});
      return;
    }
    std::vector<Attribute> attributes = window_attributes(conv.window);
    attributes.push_back(dilations(conv.window));
    attributes.push_back({"group", conv.groups});
    model_.layer(node.name, "Conv", inputs, result_, attributes);
  }

  void write(const graph::Add&, const graph::Node& node) {
    model_.layer(node.name, "Add", inputs_, result_);
  }
  void write(const graph::Mul&, const graph::Node& node) {
    model_.layer(node.name, "Mul", inputs_, result_);
  }
  void write(const graph::Concat&, const graph::Node& node) {
    model_.layer(node.name, "Concat", inputs_, result_, {{"axis", std::int64_t{1}}});
  }

  void write(const graph::Pool& pool, const graph::Node& node) {
    graph::Window window = pool.window;
    const bool is_max = pool.kind == graph::PoolKind::max;
    if (has_wide_pads(window) && (is_max || pool.count_include_pad)) {
      inputs_ = {write_pad(window, is_max ? -std::numeric_limits<float>::infinity() : 0.0F)};
      window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 0;
    }
    std::vector<Attribute> attributes = window_attributes(window);
    if (is_max) {
      attributes.push_back(dilations(window));
      model_.layer(node.name, "MaxPool", inputs_, result_, attributes);
      return;
    }
    attributes.push_back({"count_include_pad", std::int64_t{pool.count_include_pad ? 1 : 0}});
    model_.layer(node.name, "AveragePool", inputs_, result_, attributes);
  }

  std::string write_pad(const graph::Window& w, float value) {
    std::string padded = model_.tensor(result_ + "_padded");
    const std::string pads = model_.ints(
        padded + "_pads", {0, 0, w.pad_top, w.pad_left, 0, 0, w.pad_bottom, w.pad_right});
    model_.node("Pad", {inputs_.at(0), pads, model_.floats(padded + "_value", {}, {value})},
                padded);
    return padded;
  }

  void write(const graph::Lookup& lookup, const graph::Node& node) {
    if (lookup.function == graph::Function::identity) {
      result_ = inputs_.at(0);  // the QuantizeLinear is the layer
      return;
    }
    write_function(model_, lookup, node.name, inputs_.at(0), result_);
  }

  template <typename Other>
  void write(const Other&, const graph::Node& node) {
    throw base::InternalError("to_onnx: layer '" + node.name + "' must be folded");
  }

  std::string write_weights(const graph::QuantizedConv& conv, const graph::Node& node) {
    std::string name = model_.tensor(node.name + "_weights");
    const std::vector<double> scales = weight_scales(conv);
    const auto& window = conv.window;
    Dims dims = {conv.out_channels, conv.in_channels / conv.groups, window.kernel_h,
                 window.kernel_w};
    if (conv.kind == graph::ConvKind::gemm) dims = {conv.out_channels, conv.in_channels};
    const std::string codes =
        model_.int8s(name + "_codes", dims, weight_codes(conv, folded_.node(node.inputs[0]).shape));
    const auto zero = static_cast<std::int8_t>(conv.weight_zero_point);
    const auto count = static_cast<std::int64_t>(scales.size());
    const std::string zero_points =
        model_.int8s(name + "_zero_point", count > 1 ? Dims{count} : Dims{},
                     std::vector<std::int8_t>(scales.size(), zero));
    model_.node("DequantizeLinear", {codes, model_.scales(name + "_scale", scales), zero_points},
                name, {{"axis", std::int64_t{0}}});
    return name;
  }

  std::string write_bias(const graph::QuantizedConv& conv, const graph::Node& node) {
    const graph::TensorQuantization& input = quantized_.node(node.inputs[0]).quantization;
    std::string name = model_.tensor(node.name + "_bias");
    const std::vector<std::int64_t> wide = bias_codes(conv, input);
    const std::string codes =
        model_.int32s(name + "_codes", {conv.out_channels}, {wide.begin(), wide.end()});
    std::vector<float> scales;
    for (const double scale : bias_scales(conv, input)) scales.push_back(static_cast<float>(scale));
    const auto count = static_cast<std::int64_t>(scales.size());
    const std::string scale =
        model_.floats(name + "_scale", count > 1 ? Dims{count} : Dims{}, scales);
    model_.node("DequantizeLinear", {codes, scale}, name, {{"axis", std::int64_t{0}}});
    return name;
  }

  // The limits of the float network where they leave just the codes that the layer clamps to, else
  // the real values of these codes: they are exact in any runtime.
  graph::Activation limits_of(const graph::Node& node, const graph::Activation& activation,
                              const graph::Clamps& clamps) const {
    const graph::TensorQuantization& q = quantized_.node(id_).quantization;
    graph::Activation limits;
    limits.low = static_cast<double>(static_cast<float>(activation.low));
    limits.high = static_cast<double>(static_cast<float>(activation.high));
    graph::Clamps left = quantize::activation_clamps(limits, q);
    const auto* pool = std::get_if<graph::Pool>(&node.op);
    if (pool != nullptr && pool->kind == graph::PoolKind::max) {
      left = quantize::restrict_clamps(quantized_.node(node.inputs[0]).clamps, left);
    }
    if (left.low != clamps.low) limits.low = q.scale * (clamps.low - q.zero_point);
    if (left.high != clamps.high) {
      limits.high = q.scale * (clamps.high - q.zero_point);
    }
    return limits;
  }

  // Caps that differ from channel to channel, as equalization leaves them.
  void write_channel_limits(const graph::Node& node) {
    const std::vector<graph::Clamps>& clamps = quantized_.node(id_).channel_clamps;
    std::vector<float> lows;
    std::vector<float> highs;
    for (std::size_t c = 0; c < clamps.size(); ++c) {
      const graph::Activation& activation =
          node.channel_activations.empty() ? node.activation : node.channel_activations.at(c);
      const graph::Activation limits = limits_of(node, activation, clamps[c]);
      lows.push_back(static_cast<float>(limits.low));
      highs.push_back(static_cast<float>(limits.high));
    }
    const auto count = static_cast<std::int64_t>(clamps.size());
    const Dims dims = ports_.form(id_) == Form::vector ? Dims{1, count} : Dims{1, count, 1, 1};
    const auto write = [&](const char* op, const char* suffix, const std::vector<float>& limits) {
      if (std::all_of(limits.begin(), limits.end(), [](float x) { return std::isinf(x); })) return;
      std::string limited = model_.tensor(ports_.names().back() + suffix);
      model_.node(op, {result_, model_.floats(limited + "_limits", dims, limits)}, limited);
      result_ = std::move(limited);
    };
    write("Max", "_from", lows);
    write("Min", "_capped", highs);
  }

  void write_limits(const graph::Node& node) {
    if (!quantized_.node(id_).channel_clamps.empty()) return write_channel_limits(node);
    const graph::Activation limits = limits_of(node, node.activation, quantized_.node(id_).clamps);
    if (limits.is_identity()) return;
    std::string clamped = model_.tensor(ports_.names().back() + "_clamped");
    if (limits.low == 0 && std::isinf(limits.high)) {
      model_.node("Relu", {result_}, clamped);
    } else {
      const auto limit = [&](const char* suffix, double value) {
        if (std::isinf(value)) return std::string();
        return model_.floats(clamped + suffix, {}, {static_cast<float>(value)});
      };
      model_.node("Clip", {result_, limit("_min", limits.low), limit("_max", limits.high)},
                  clamped);
    }
    result_ = std::move(clamped);
  }

  void write_quantization(const graph::Node& node, const std::string& name) {
    const graph::TensorQuantization& q = quantized_.node(id_).quantization;
    const std::string codes = model_.tensor(name + "_codes");
    const std::string scale = model_.scales(name + "_scale", {q.scale});
    const std::string zero =
        model_.int8s(name + "_zero_point", {}, {static_cast<std::int8_t>(q.zero_point)});
    if (is_identity(node.op)) {
      model_.layer(node.name, "QuantizeLinear", {result_, scale, zero}, codes);
    } else {
      model_.node("QuantizeLinear", {result_, scale, zero}, codes);
    }
    model_.node("DequantizeLinear", {codes, scale, zero}, name);
  }

  const graph::Graph& folded_;
  const graph::QuantizedGraph& quantized_;
  ModelWriter model_;
  Ports ports_;
  NodeId id_ = 0;                    // of the node being written
  std::vector<std::string> inputs_;  // its inputs, in the form that it reads
  std::string result_;               // the tensor that has been computed of it so far
};

}  // namespace

ExportedModel to_onnx(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                      const import::Interface& interface,
                      const std::map<std::string, std::string>& properties) {
  if (folded.nodes.size() != quantized.nodes.size()) {
    throw base::InternalError("to_onnx: the quantized graph is not made from this graph");
  }
  check_exportable(quantized);
  return Exporter(folded, quantized, interface).run(properties);
}

}  // namespace npusim::exporter
