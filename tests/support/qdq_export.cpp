// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qdq_export.h"

#include <cmath>
#include <stdexcept>

namespace npusim::test {
namespace {

using graph::NodeId;

std::string tensor_name(NodeId id) { return "t" + std::to_string(id); }

class Exporter {
 public:
  Exporter(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
           const QdqStyle& style)
      : folded_(folded), quantized_(quantized), style_(style), model_(style.opset) {}

  OnnxBuilder run() {
    for (std::size_t i = 0; i < folded_.nodes.size(); ++i) write_node(static_cast<NodeId>(i));
    for (const NodeId id : folded_.outputs) model_.output(tensor_name(id));
    return std::move(model_);
  }

 private:
  void write_node(NodeId id) {
    const graph::Node& node = folded_.node(id);
    name_ = tensor_name(id) + "_raw";
    inputs_.clear();
    for (const NodeId input : node.inputs) inputs_.push_back(tensor_name(input));
    std::visit([&](const auto& op) { write(op, node, quantized_.node(id)); }, node.op);
    write_activation(node.activation);
    write_quantization(quantized_.node(id).quantization, tensor_name(id));
  }

  void write(const graph::Input&, const graph::Node& node, const graph::QuantizedNode&) {
    model_.input(name_, {1, node.shape.channels, node.shape.height, node.shape.width});
  }

  void write(const graph::Conv& conv, const graph::Node& node,
             const graph::QuantizedNode& quantized) {
    const auto& codes = std::get<graph::QuantizedConv>(quantized.op);
    const bool is_gemm = conv.kind == graph::ConvKind::gemm;
    write_weights(codes, is_gemm, folded_.node(node.inputs[0]).shape);
    write_bias(codes, quantized_.node(node.inputs[0]).quantization);
    std::vector<std::string> inputs = {inputs_[0], name_ + "_w", name_ + "_b"};
    if (!is_gemm) {
      std::vector<OnnxAttribute> attributes = window_attributes(conv.window);
      attributes.emplace_back("group", conv.groups);
      model_.node("Conv", inputs, {name_}, attributes, node.name);
      return;
    }
    model_.node("Flatten", {inputs_[0]}, {name_ + "_flat"});
    inputs[0] = name_ + "_flat";
    model_.node("Gemm", inputs, {name_ + "_vector"}, {{"transB", 1}}, node.name);
    model_.ints(name_ + "_dims", {4}, {1, conv.out_channels, 1, 1});
    model_.node("Reshape", {name_ + "_vector", name_ + "_dims"}, {name_});
  }

  void write(const graph::Add&, const graph::Node& node, const graph::QuantizedNode&) {
    model_.node("Add", inputs_, {name_}, {}, node.name);
  }
  void write(const graph::Mul&, const graph::Node& node, const graph::QuantizedNode&) {
    model_.node("Mul", inputs_, {name_}, {}, node.name);
  }
  void write(const graph::Concat&, const graph::Node& node, const graph::QuantizedNode&) {
    model_.node("Concat", inputs_, {name_}, {{"axis", 1}}, node.name);
  }

  void write(const graph::Pool& pool, const graph::Node& node, const graph::QuantizedNode&) {
    std::vector<OnnxAttribute> attributes = window_attributes(pool.window);
    if (pool.kind == graph::PoolKind::max) {
      model_.node("MaxPool", inputs_, {name_}, attributes, node.name);
      return;
    }
    attributes.pop_back();  // AveragePool has no dilations
    attributes.emplace_back("count_include_pad", pool.count_include_pad ? 1 : 0);
    model_.node("AveragePool", inputs_, {name_}, attributes, node.name);
  }

  void write(const graph::Lookup& lookup, const graph::Node& node, const graph::QuantizedNode&) {
    switch (lookup.function) {
      case graph::Function::hard_sigmoid:
        model_.node("HardSigmoid", inputs_, {name_},
                    {{"alpha", static_cast<float>(lookup.alpha)},
                     {"beta", static_cast<float>(lookup.beta)}},
                    node.name);
        return;
      case graph::Function::hard_swish:
        model_.node("HardSwish", inputs_, {name_}, {}, node.name);
        return;
      case graph::Function::sigmoid:
        model_.node("Sigmoid", inputs_, {name_}, {}, node.name);
        return;
      case graph::Function::silu:
        model_.node("Sigmoid", inputs_, {name_ + "_gate"});
        model_.node("Mul", {inputs_[0], name_ + "_gate"}, {name_}, {}, node.name);
        return;
      case graph::Function::identity:
        name_ = inputs_[0];
        return;
      default:
        throw std::logic_error("export_qdq: a function that is not known here");
    }
  }

  template <typename Other>
  void write(const Other&, const graph::Node& node, const graph::QuantizedNode&) {
    throw std::logic_error("export_qdq: node " + node.name + " must be folded");
  }

  static std::vector<OnnxAttribute> window_attributes(const graph::Window& w) {
    return {{"kernel_shape", Dims{w.kernel_h, w.kernel_w}},
            {"strides", Dims{w.stride_h, w.stride_w}},
            {"pads", Dims{w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}},
            {"dilations", Dims{w.dilation_h, w.dilation_w}}};
  }

  // s_w * 2^-s_c of each channel, or one.
  static std::vector<double> weight_scales(const graph::QuantizedConv& conv) {
    std::vector<double> scales = conv.weight_scales;
    const auto& shifts = conv.requantization.channel_shifts;
    if (!shifts.empty()) scales.assign(shifts.size(), scales.front());
    for (std::size_t c = 0; c < shifts.size(); ++c) scales[c] = std::ldexp(scales[c], -shifts[c]);
    return scales;
  }

  // [out][kernel_h][kernel_w][in] to [out][in][kernel_h][kernel_w]; of a gemm the inputs from
  // height, width, channel to channel, height, width.
  void write_weights(const graph::QuantizedConv& conv, bool is_gemm, const graph::Shape& input) {
    const std::int64_t positions =
        is_gemm ? input.height * input.width : conv.window.kernel_h * conv.window.kernel_w;
    const std::int64_t channels = is_gemm ? input.channels : conv.in_channels / conv.groups;
    std::vector<std::int32_t> codes;
    for (std::int64_t o = 0; o < conv.out_channels; ++o) {
      for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t p = 0; p < positions; ++p) {
          codes.push_back(
              conv.weights_ohwi.at(static_cast<std::size_t>((o * positions + p) * channels + c)));
        }
      }
    }
    Dims dims = {conv.out_channels, channels, conv.window.kernel_h, conv.window.kernel_w};
    if (is_gemm) dims = {conv.out_channels, positions * channels};
    std::vector<float> scales;
    for (const double scale : weight_scales(conv)) scales.push_back(static_cast<float>(scale));
    write_constant("_w", dims, codes, scales);
  }

  void write_constant(const std::string& suffix, const Dims& dims,
                      const std::vector<std::int32_t>& codes, const std::vector<float>& scales) {
    const std::string name = name_ + suffix;
    const std::size_t inner = codes.size() / static_cast<std::size_t>(dims[0]);
    const std::int32_t zero = style_.unsigned_weights ? 128 : 0;
    write_scale(name, scales, zero, style_.unsigned_weights);
    std::vector<std::int32_t> stored;
    std::vector<float> floats;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      stored.push_back(codes[i] + zero);
      floats.push_back(static_cast<float>(codes[i]) * scales[scales.size() > 1 ? i / inner : 0]);
    }
    if (style_.float_weights) {
      model_.floats(name + "_f", dims, floats);
      model_.node("QuantizeLinear", {name + "_f", name + "_s", name + "_z"}, {name + "_q"},
                  {{"axis", 0}});
    } else {
      model_.codes(name + "_q", dims, style_.unsigned_weights ? "UINT8" : "INT8", stored);
    }
    model_.node("DequantizeLinear", {name + "_q", name + "_s", name + "_z"}, {name}, {{"axis", 0}});
  }

  void write_scale(const std::string& name, const std::vector<float>& scales, std::int32_t zero,
                   bool is_unsigned) {
    const auto count = static_cast<std::int64_t>(scales.size());
    const Dims dims = count > 1 ? Dims{count} : Dims{};
    model_.floats(name + "_s", dims, scales);
    model_.codes(name + "_z", dims, is_unsigned ? "UINT8" : "INT8",
                 std::vector<std::int32_t>(scales.size(), zero));
  }

  // Without the part that the input's zero point brings in.
  void write_bias(const graph::QuantizedConv& conv, const graph::TensorQuantization& input) {
    const std::size_t per_channel =
        conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
    std::vector<std::int32_t> codes;
    std::vector<float> scales;
    for (const double scale : weight_scales(conv)) {
      scales.push_back(static_cast<float>(scale) * static_cast<float>(input.scale));
    }
    for (std::size_t c = 0; c < conv.bias.size(); ++c) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < per_channel; ++k) sum += conv.weights_ohwi[c * per_channel + k];
      codes.push_back(conv.bias[c] + input.zero_point * sum);
    }
    const std::string name = name_ + "_b";
    const auto count = static_cast<std::int64_t>(scales.size());
    model_.floats(name + "_s", count > 1 ? Dims{count} : Dims{}, scales);
    model_.codes(name + "_q", {conv.out_channels}, "INT32", codes);
    model_.node("DequantizeLinear", {name + "_q", name + "_s"}, {name}, {{"axis", 0}});
  }

  void write_activation(const graph::Activation& activation) {
    if (activation.is_identity()) return;
    const std::string clamped = name_ + "_clamped";
    if (activation.low == 0 && std::isinf(activation.high)) {
      model_.node("Relu", {name_}, {clamped});
    } else {
      model_.floats(clamped + "_low", {}, {static_cast<float>(activation.low)});
      model_.floats(clamped + "_high", {}, {static_cast<float>(activation.high)});
      model_.node("Clip", {name_, clamped + "_low", clamped + "_high"}, {clamped});
    }
    name_ = clamped;
  }

  void write_quantization(const graph::TensorQuantization& q, const std::string& name) {
    const bool is_unsigned = style_.unsigned_activations;
    write_scale(name, {static_cast<float>(q.scale)}, q.zero_point + (is_unsigned ? 128 : 0),
                is_unsigned);
    model_.node("QuantizeLinear", {name_, name + "_s", name + "_z"}, {name + "_q"});
    model_.node("DequantizeLinear", {name + "_q", name + "_s", name + "_z"}, {name});
  }

  const graph::Graph& folded_;
  const graph::QuantizedGraph& quantized_;
  const QdqStyle& style_;
  OnnxBuilder model_;
  std::string name_;  // of the tensor that the node computes
  std::vector<std::string> inputs_;
};

}  // namespace

OnnxBuilder export_qdq(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                       const QdqStyle& style) {
  return Exporter(folded, quantized, style).run();
}

}  // namespace npusim::test
