// SPDX-License-Identifier: Apache-2.0
#include "tests/support/quantized_graphs.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace npusim::test {

using graph::NodeId;
using graph::Shape;
using graph::Window;

namespace {

// Real cells of the windows along one axis, one entry per distinct number.
std::set<std::int64_t> real_cells(std::int64_t outputs, std::int64_t inputs, std::int64_t kernel,
                                  std::int64_t stride, std::int64_t pad) {
  std::set<std::int64_t> counts;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const std::int64_t begin = std::max<std::int64_t>(0, o * stride - pad);
    counts.insert(std::min(inputs, o * stride - pad + kernel) - begin);
  }
  return counts;
}

}  // namespace

Window square_window(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                     std::int64_t dilation) {
  return {kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad};
}

QuantizedGraphBuilder::QuantizedGraphBuilder(std::uint64_t seed, QuantizedGraphOptions options)
    : engine_(seed), options_(std::move(options)) {
  graph_.name = "drawn_" + std::to_string(seed);
  graph_.scheme = options_.scheme;
  graph_.multiplier_bits = options_.multiplier_bits;
  graph_.shift_before_multiply = options_.shift_before_multiply;
}

std::int64_t QuantizedGraphBuilder::draw(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
}

graph::FixedPoint QuantizedGraphBuilder::fixed_point(double factor) {
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);  // in [0.5, 1)
  const double multiplier = std::ldexp(fraction, options_.multiplier_bits);
  return {static_cast<std::int32_t>(multiplier), options_.multiplier_bits - exponent};
}

NodeId QuantizedGraphBuilder::append(const char* kind, graph::QuantizedOperator op,
                                     std::vector<NodeId> inputs) {
  graph::QuantizedNode node;
  node.name = std::string(kind) + "_" + std::to_string(graph_.nodes.size());
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  std::vector<Shape> shapes;
  for (const NodeId input : node.inputs) shapes.push_back(graph_.node(input).shape);
  // As inferred for the operands in the order in which the importer puts them.
  if (std::holds_alternative<graph::QuantizedMul>(node.op) &&
      shapes[0].elements() < shapes[1].elements()) {
    std::swap(shapes[0], shapes[1]);
  }
  node.shape = graph::infer_shape(node, shapes);
  node.quantization.scale = static_cast<double>(draw(1, 64)) / 1024;
  node.quantization.zero_point = static_cast<std::int32_t>(draw(-128, 40));
  if (draw(0, 2) == 0) node.clamps.low = node.quantization.zero_point;
  if (draw(0, 3) == 0) node.clamps.high = static_cast<std::int32_t>(draw(60, 127));
  if (options_.draws_widths) narrow(node);
  graph_.nodes.push_back(std::move(node));
  return last();
}

// Zero point and clamps into codes of a drawn width; a lookup table as well.
void QuantizedGraphBuilder::narrow(graph::QuantizedNode& node) {
  node.activation_bits = static_cast<std::int32_t>(draw(4, 8));
  const int shift = 8 - node.activation_bits;
  const auto narrowed = [&](std::int32_t code) { return code >> shift; };
  node.quantization.zero_point = narrowed(node.quantization.zero_point);
  node.clamps = {narrowed(node.clamps.low), narrowed(node.clamps.high)};
  if (auto* lookup = std::get_if<graph::QuantizedLookup>(&node.op)) {
    for (std::int8_t& code : lookup->table) code = static_cast<std::int8_t>(narrowed(code));
  }
}

NodeId QuantizedGraphBuilder::input(const Shape& shape) {
  graph::QuantizedNode node;
  node.name = "input_" + std::to_string(graph_.nodes.size());
  node.op = graph::Input{};
  node.shape = shape;
  node.quantization.zero_point = static_cast<std::int32_t>(draw(-128, 127));
  if (options_.draws_widths) narrow(node);
  graph_.nodes.push_back(std::move(node));
  return last();
}

graph::Requantization QuantizedGraphBuilder::requantization(std::int64_t channels,
                                                            std::int64_t reduction,
                                                            std::int32_t weight_bits) {
  // Weights and activations are about 2^6 wide: a sum of n of them is sqrt(n) * 2^12, a code 2^6.
  const double factor =
      std::ldexp(1.0 / (64.0 * std::sqrt(static_cast<double>(reduction))), 8 - weight_bits);
  const auto varied = [&] {
    return fixed_point(factor * static_cast<double>(draw(256, 1023)) / 512);
  };
  graph::Requantization result;
  if (options_.scheme == "per_channel") {
    for (std::int64_t c = 0; c < channels; ++c) result.scales.push_back(varied());
    return result;
  }
  result.scales.push_back(varied());
  if (options_.scheme == "shift_scaler") {
    result.field_bits = options_.field_bits;
    const std::int64_t most = (std::int64_t{1} << options_.field_bits) - 1;
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t limit = draw(0, 3) == 0 ? most : std::min<std::int64_t>(most, 3);
      result.channel_shifts.push_back(static_cast<std::uint8_t>(draw(0, limit)));
    }
  }
  return result;
}

NodeId QuantizedGraphBuilder::append_conv(const char* kind, graph::QuantizedConv conv,
                                          NodeId from) {
  const std::int64_t reduction =
      conv.window.kernel_h * conv.window.kernel_w * conv.in_channels / conv.groups;
  const std::int32_t zero_point = graph_.node(from).quantization.zero_point;
  if (options_.draws_widths) conv.weight_bits = static_cast<std::int32_t>(draw(2, 8));
  const std::int64_t top = (1 << (conv.weight_bits - 1)) - 1;
  for (std::int64_t c = 0; c < conv.out_channels; ++c) {
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < reduction; ++k) {
      conv.weights_ohwi.push_back(static_cast<std::int8_t>(draw(-top, top)));
      sum += conv.weights_ohwi.back();
    }
    conv.bias.push_back(static_cast<std::int32_t>(draw(-8192, 8191)) - zero_point * sum);
  }
  conv.requantization = requantization(conv.out_channels, reduction, conv.weight_bits);
  conv.weight_scales.assign(conv.requantization.scales.size(), 1.0 / 128);
  return append(kind, std::move(conv), {from});
}

NodeId QuantizedGraphBuilder::conv(NodeId from, std::int64_t out_channels, const Window& window,
                                   std::int64_t groups) {
  graph::QuantizedConv conv;
  conv.window = window;
  conv.groups = groups;
  conv.in_channels = shape(from).channels;
  conv.out_channels = out_channels;
  conv.kind = graph::conv_kind(conv.in_channels, conv.out_channels, conv.groups);
  return append_conv("conv", std::move(conv), from);
}

NodeId QuantizedGraphBuilder::depthwise(NodeId from, const Window& window) {
  graph::QuantizedConv conv;
  conv.kind = graph::ConvKind::depthwise_conv;
  conv.window = window;
  conv.groups = conv.in_channels = conv.out_channels = shape(from).channels;
  return append_conv("depthwise", std::move(conv), from);
}

NodeId QuantizedGraphBuilder::gemm(NodeId from, std::int64_t out_channels) {
  graph::QuantizedConv conv;
  conv.kind = graph::ConvKind::gemm;
  conv.in_channels = shape(from).elements();
  conv.out_channels = out_channels;
  return append_conv("gemm", std::move(conv), from);
}

NodeId QuantizedGraphBuilder::add(NodeId a, NodeId b) {
  const auto multiplier = [&] { return static_cast<std::int32_t>(draw(1 << 18, (1 << 20) - 1)); };
  graph::QuantizedAdd add;
  add.multiplier_a = multiplier();
  add.multiplier_b = multiplier();
  add.shift = 20;
  return append("add", add, {a, b});
}

NodeId QuantizedGraphBuilder::mul(NodeId a, NodeId b) {
  return append("mul", graph::QuantizedMul{fixed_point(1.0 / static_cast<double>(draw(48, 96)))},
                {a, b});
}

NodeId QuantizedGraphBuilder::concat(std::vector<NodeId> inputs) {
  graph::QuantizedConcat concat;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    concat.scales.push_back({static_cast<std::int32_t>(draw(1 << 19, (1 << 20) - 1)), 19});
  }
  return append("concat", std::move(concat), std::move(inputs));
}

NodeId QuantizedGraphBuilder::pool(NodeId from, graph::PoolKind kind, const Window& window,
                                   bool count_include_pad) {
  graph::QuantizedPool pool{kind, window, count_include_pad, {}};
  if (kind == graph::PoolKind::average) {
    const Shape in = shape(from);
    graph::QuantizedNode probe;
    probe.op = pool;
    const Shape out = graph::infer_shape(probe, {in});
    std::set<std::int64_t> divisors = {window.kernel_h * window.kernel_w};
    if (!count_include_pad) {
      divisors.clear();
      for (const std::int64_t rows :
           real_cells(out.height, in.height, window.kernel_h, window.stride_h, window.pad_top)) {
        for (const std::int64_t columns :
             real_cells(out.width, in.width, window.kernel_w, window.stride_w, window.pad_left)) {
          divisors.insert(rows * columns);
        }
      }
    }
    const double ratio = static_cast<double>(draw(512, 1535)) / 1024;
    for (const std::int64_t divisor : divisors) {
      pool.scales.push_back({divisor, fixed_point(ratio / static_cast<double>(divisor))});
    }
  }
  return append("pool", std::move(pool), {from});
}

NodeId QuantizedGraphBuilder::lookup(NodeId from) {
  graph::QuantizedLookup lookup;
  for (int i = 0; i < 256; ++i) lookup.table.push_back(static_cast<std::int8_t>(draw(-128, 127)));
  return append("lookup", std::move(lookup), {from});
}

graph::QuantizedGraph QuantizedGraphBuilder::build(std::vector<NodeId> outputs) {
  if (outputs.empty()) {
    std::set<NodeId> read;
    for (const graph::QuantizedNode& node : graph_.nodes) {
      read.insert(node.inputs.begin(), node.inputs.end());
    }
    for (NodeId id = 0; id <= last(); ++id) {
      const bool is_input = std::holds_alternative<graph::Input>(graph_.node(id).op);
      if (!is_input && read.count(id) == 0) outputs.push_back(id);
    }
  }
  graph_.outputs = std::move(outputs);
  return std::move(graph_);
}

namespace {

class RandomGraph {
 public:
  RandomGraph(std::uint64_t seed, const QuantizedGraphOptions& options)
      : gate_may_be_first_(options.gate_may_be_first),
        map_(options.map_factor),
        channels_(options.channel_factor),
        builder_(seed, options) {}

  graph::QuantizedGraph build() {
    const Shape shape{draw(1, 17 * map_), draw(1, 17 * map_), draw(1, 9 * channels_)};
    builder_.input(shape);
    if (draw(0, 3) == 0) builder_.input({shape.height, shape.width, draw(1, 5 * channels_)});
    const std::int64_t layers = draw(1, 10);
    for (std::int64_t i = 0; i < layers; ++i) add_layer();
    if (draw(0, 3) == 0) {
      const NodeId from = source();
      builder_.gemm(from, draw(1, 29 * channels_));
    }
    std::vector<NodeId> outputs;
    if (draw(0, 3) == 0) outputs = {builder_.last(), source()};  // also consumed, or an input
    return builder_.build(outputs.size() == 2 && outputs[0] == outputs[1] ? std::vector<NodeId>{}
                                                                          : outputs);
  }

 private:
  std::int64_t draw(std::int64_t low, std::int64_t high) { return builder_.draw(low, high); }
  // Mostly the newest node, sometimes an older one, so that tensors live long.
  NodeId source() {
    return static_cast<NodeId>(draw(0, 3) != 0 ? builder_.last() : draw(0, builder_.last()));
  }

  Window window(const Shape& in, bool dilated) {
    Window w;
    w.kernel_h = draw(1, std::min<std::int64_t>(5, in.height + 2));
    w.kernel_w = draw(1, std::min<std::int64_t>(4, in.width + 2));
    w.stride_h = draw(1, 3);
    w.stride_w = draw(1, 3);
    if (dilated && draw(0, 4) == 0) w.dilation_h = w.dilation_w = 2;
    w.pad_top = draw(0, w.kernel_h - 1);
    w.pad_bottom = draw(0, w.kernel_h - 1);
    w.pad_left = draw(0, w.kernel_w - 1);
    w.pad_right = draw(0, w.kernel_w - 1);
    const bool fits = in.height + w.pad_top + w.pad_bottom > (w.kernel_h - 1) * w.dilation_h &&
                      in.width + w.pad_left + w.pad_right > (w.kernel_w - 1) * w.dilation_w;
    return fits ? w : Window{};
  }

  void add_layer() {
    const NodeId from = source();
    const Shape in = builder_.shape(from);
    switch (draw(0, 11)) {
      case 0:
        builder_.depthwise(from, window(in, true));
        break;
      case 1:
        pool(from, in);
        break;
      case 2:
        builder_.add(from, same_shape(from));
        break;
      case 3:
        scale(from, in);
        break;
      case 4:
        builder_.concat({from, same_map(from), from});
        break;
      case 6:
        builder_.mul(from, same_shape(from));
        break;
      case 7:
        branches(from, in);
        break;
      case 5:
        builder_.lookup(from);
        break;
      default:
        conv(from, in);
    }
  }

  void conv(NodeId from, const Shape& in) {
    std::int64_t groups = draw(0, 4) == 0 ? draw(2, 4) : 1;
    if (in.channels % groups != 0) groups = 1;
    // Now and then one group for every channel, and several results for each.
    if (draw(0, 9) == 0 && in.channels > 1) groups = in.channels;
    std::int64_t most = 21 * channels_;
    if (groups > 1) most = groups == in.channels ? 3 : 6 * channels_;
    const std::int64_t out_channels = groups * draw(1, most);
    builder_.conv(from, out_channels, window(in, true), groups);
  }

  // One to three convolutions and what they read, side by side.
  void branches(NodeId from, const Shape& in) {
    std::vector<NodeId> inputs = {from};
    for (std::int64_t left = draw(1, 3); left > 0; --left) {
      const std::int64_t kernel = 2 * draw(0, 1) + 1;
      const Window w = square_window(kernel, 1, kernel / 2);
      const bool fits = in.height >= kernel && in.width >= kernel;
      inputs.push_back(builder_.conv(from, draw(1, 21 * channels_), fits ? w : Window{}));
    }
    builder_.concat(inputs);
  }

  void pool(NodeId from, const Shape& in) {
    const auto kind = draw(0, 1) == 0 ? graph::PoolKind::max : graph::PoolKind::average;
    const bool count_include_pad = draw(0, 2) == 0;
    const Window w = window(in, false);
    const bool valid = graph::windows_hold_real_cells(w, in);
    builder_.pool(from, kind, valid ? w : Window{}, count_include_pad);
  }

  // x * g(mean of x), as squeeze-and-excite does, with either operand first.
  void scale(NodeId from, const Shape& in) {
    Window all;
    all.kernel_h = in.height;
    all.kernel_w = in.width;
    const NodeId gate = builder_.pool(from, graph::PoolKind::average, all);
    const bool first = draw(0, 1) == 1 && gate_may_be_first_;
    first ? builder_.mul(gate, from) : builder_.mul(from, gate);
  }

  NodeId same_shape(NodeId wanted) const {
    for (NodeId id = 0; id < wanted; ++id) {
      if (builder_.shape(id) == builder_.shape(wanted)) return id;
    }
    return wanted;
  }

  NodeId same_map(NodeId wanted) {
    for (auto id = static_cast<NodeId>(draw(0, builder_.last())); id >= 0; --id) {
      const Shape& shape = builder_.shape(id);
      if (shape.height == builder_.shape(wanted).height &&
          shape.width == builder_.shape(wanted).width) {
        return id;
      }
    }
    return wanted;
  }

  bool gate_may_be_first_;
  std::int64_t map_, channels_;
  QuantizedGraphBuilder builder_;
};

}  // namespace

graph::QuantizedGraph random_quantized_graph(std::uint64_t seed,
                                             const QuantizedGraphOptions& options) {
  return RandomGraph(seed, options).build();
}

}  // namespace npusim::test
