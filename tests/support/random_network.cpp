// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_network.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

#include "tests/support/draw.h"

namespace npusim::test {
namespace {

using graph::NodeId;
using graph::Shape;

std::int64_t out_size(std::int64_t in, std::int64_t kernel, std::int64_t stride,
                      std::int64_t dilation, std::int64_t pads) {
  return (in + pads - (kernel - 1) * dilation - 1) / stride + 1;
}

class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::uint64_t seed) : draw_(seed) {
    graph_.name = "drawn_" + std::to_string(seed);
    graph::Node input;
    input.name = "input";
    input.op = graph::Input{};
    input.shape = {draw_.integer(1, 19), draw_.integer(1, 19), draw_.integer(1, 11)};
    graph_.nodes.push_back(std::move(input));
  }

  graph::Graph build() {
    const std::int64_t layers = draw_.integer(2, 8);
    for (std::int64_t i = 0; i < layers; ++i) add_layer();
    if (draw_.chance(30)) add_gemm();
    std::vector<bool> used(graph_.nodes.size(), false);
    for (const graph::Node& node : graph_.nodes) {
      for (const NodeId input : node.inputs) used[static_cast<std::size_t>(input)] = true;
    }
    for (std::size_t i = 1; i < used.size(); ++i) {
      if (!used[i]) graph_.outputs.push_back(static_cast<NodeId>(i));
    }
    return std::move(graph_);
  }

 private:
  void add_layer() {
    switch (draw_.integer(0, 11)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return add_conv();
      case 4:
      case 5:
        return add_depthwise();
      case 6:
        return add_residual();
      case 7:
        return add_pool(draw_.chance(30));
      case 8:
        return add_scaling();
      case 9:
        return add_concat();
      case 10:
        return add_lookup();
      default:
        return add_conv();
    }
  }

  NodeId last() const { return static_cast<NodeId>(graph_.nodes.size()) - 1; }
  /// Mostly the newest node, sometimes an older one, so that tensors live long.
  NodeId source() {
    return draw_.chance(75) ? last() : static_cast<NodeId>(draw_.integer(0, last()));
  }
  const Shape& shape(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)].shape; }

  void append(const char* kind, graph::Operator op, std::vector<NodeId> inputs, Shape out) {
    graph::Node node;
    node.name = std::string(kind) + "_" + std::to_string(graph_.nodes.size());
    node.op = std::move(op);
    node.inputs = std::move(inputs);
    node.shape = out;
    const std::int64_t activation = draw_.integer(0, 3);
    if (activation == 1) node.activation = {0, std::numeric_limits<double>::infinity()};
    if (activation == 2) node.activation = {0, 6};
    graph_.nodes.push_back(std::move(node));
  }

  graph::Window window(const Shape& in, bool dilated) {
    graph::Window w;
    w.kernel_h = draw_.one_of({1, 1, 2, 3, 3, 5});
    w.kernel_w = draw_.chance(80) ? w.kernel_h : draw_.one_of({1, 2, 3, 4});
    w.stride_h = draw_.one_of({1, 1, 2, 3});
    w.stride_w = draw_.chance(80) ? w.stride_h : draw_.one_of({1, 2});
    if (dilated && draw_.chance(20)) w.dilation_h = w.dilation_w = 2;
    w.pad_top = draw_.integer(0, w.kernel_h - 1);
    w.pad_bottom = draw_.integer(0, w.kernel_h - 1);
    w.pad_left = draw_.integer(0, w.kernel_w - 1);
    w.pad_right = draw_.integer(0, w.kernel_w - 1);
    if (out_size(in.height, w.kernel_h, 1, w.dilation_h, w.pad_top + w.pad_bottom) < 1 ||
        out_size(in.width, w.kernel_w, 1, w.dilation_w, w.pad_left + w.pad_right) < 1) {
      return {};
    }
    return w;
  }

  static Shape windowed(const Shape& in, const graph::Window& w, std::int64_t channels) {
    return {out_size(in.height, w.kernel_h, w.stride_h, w.dilation_h, w.pad_top + w.pad_bottom),
            out_size(in.width, w.kernel_w, w.stride_w, w.dilation_w, w.pad_left + w.pad_right),
            channels};
  }

  /// Channels of very different ranges, so that shift scalers have something to do.
  void fill(graph::Conv& conv, std::int64_t per_channel) {
    for (std::int64_t c = 0; c < conv.out_channels; ++c) {
      const float range = 1.0F / static_cast<float>(1LL << draw_.integer(0, 9));
      const bool dead = draw_.chance(3);
      for (std::int64_t k = 0; k < per_channel; ++k) {
        conv.weights_ohwi.push_back(dead ? 0.0F : draw_.unit() * range);
      }
      conv.bias.push_back(draw_.unit());
    }
  }

  void add_conv() {
    const NodeId from = source();
    const Shape in = shape(from);
    graph::Conv conv;
    conv.window = window(in, true);
    conv.in_channels = in.channels;
    conv.out_channels = draw_.integer(1, 23);
    if (draw_.chance(15)) {
      for (std::int64_t g = 4; g >= 2; --g) {
        if (in.channels % g == 0 && in.channels > g) {
          conv.groups = g;
          conv.out_channels = g * draw_.integer(1, 5);
          break;
        }
      }
    }
    fill(conv, conv.window.kernel_h * conv.window.kernel_w * in.channels / conv.groups);
    const Shape out = windowed(in, conv.window, conv.out_channels);
    append("conv", std::move(conv), {from}, out);
  }

  void add_depthwise() {
    const NodeId from = source();
    const Shape in = shape(from);
    graph::Conv conv;
    conv.kind = graph::ConvKind::depthwise_conv;
    conv.window = window(in, true);
    conv.in_channels = conv.out_channels = conv.groups = in.channels;
    fill(conv, conv.window.kernel_h * conv.window.kernel_w);
    const Shape out = windowed(in, conv.window, in.channels);
    append("depthwise", std::move(conv), {from}, out);
  }

  void add_residual() {
    const NodeId from = last();
    for (NodeId other = 0; other < from; ++other) {
      if (shape(other) == shape(from))
        return append("add", graph::Add{}, {from, other}, shape(from));
    }
    append("add", graph::Add{}, {from, from}, shape(from));
  }

  void add_pool(bool global) {
    const NodeId from = source();
    const Shape in = shape(from);
    graph::Pool pool;
    pool.kind = draw_.chance(50) ? graph::PoolKind::max : graph::PoolKind::average;
    if (global) {
      pool.window.kernel_h = in.height;
      pool.window.kernel_w = in.width;
    } else {
      pool.window = window(in, false);
      pool.count_include_pad = pool.kind == graph::PoolKind::average && draw_.chance(40);
      if (!every_window_real(in, pool.window)) pool.window = {};
    }
    const Shape out = windowed(in, pool.window, in.channels);
    append("pool", pool, {from}, out);
  }

  static bool every_window_real(const Shape& in, const graph::Window& w) {
    const Shape out = windowed(in, w, in.channels);
    return w.pad_top < w.kernel_h && w.pad_left < w.kernel_w &&
           (out.height - 1) * w.stride_h - w.pad_top < in.height &&
           (out.width - 1) * w.stride_w - w.pad_left < in.width;
  }

  /// x * f(global average of x), as squeeze-and-excite does.
  void add_scaling() {
    const NodeId from = last();
    const Shape in = shape(from);
    graph::Pool pool;
    pool.kind = graph::PoolKind::average;
    pool.window.kernel_h = in.height;
    pool.window.kernel_w = in.width;
    append("squeeze", pool, {from}, {1, 1, in.channels});
    const NodeId gate = last();
    append("mul", graph::Mul{}, {from, gate}, in);
  }

  void add_concat() {
    const NodeId from = last();
    std::vector<NodeId> inputs = {from};
    for (NodeId other = from - 1; other >= 0 && inputs.size() < 3; --other) {
      if (shape(other).height == shape(from).height && shape(other).width == shape(from).width) {
        inputs.push_back(other);
      }
    }
    if (inputs.size() < 2) return add_conv();
    Shape out = shape(from);
    out.channels = 0;
    for (const NodeId input : inputs) out.channels += shape(input).channels;
    append("concat", graph::Concat{}, std::move(inputs), out);
  }

  void add_lookup() {
    graph::Lookup lookup;
    const std::int64_t function = draw_.integer(0, 3);
    lookup.function = static_cast<graph::Function>(function);
    lookup.alpha = 0.2;
    lookup.beta = 0.5;
    const NodeId from = source();
    append("lookup", lookup, {from}, shape(from));
  }

  void add_gemm() {
    const NodeId from = last();
    graph::Conv conv;
    conv.kind = graph::ConvKind::gemm;
    conv.in_channels = shape(from).elements();
    conv.out_channels = draw_.integer(1, 37);
    fill(conv, conv.in_channels);
    const Shape out{1, 1, conv.out_channels};
    append("gemm", std::move(conv), {from}, out);
  }

  Draw draw_;
  graph::Graph graph_;
};

template <typename Scratchpad>
void draw_protection(Draw& draw, std::int64_t most_word_bits, Scratchpad& scratchpad) {
  if (draw.chance(50)) return;
  scratchpad.protection = draw.chance(70) ? config::Protection::secded : config::Protection::parity;
  scratchpad.protected_word_bits = std::min(draw.one_of({8, 16, 32, 64, 128}), most_word_bits);
}

}  // namespace

graph::Graph random_network(std::uint64_t seed) { return NetworkBuilder(seed).build(); }

config::HardwareConfig random_hardware(std::uint64_t seed, std::int64_t scratchpad_scale) {
  Draw draw(seed * 0x9E3779B97F4A7C15ULL + 1);
  config::HardwareConfig h;
  h.name = "drawn_" + std::to_string(seed);
  h.clock_hz = draw.one_of({500'000'000, 1'000'000'000, 1'300'000'000});
  h.command_processor.fetch_bytes = 64 * draw.integer(1, 5);
  for (std::int64_t* depth :
       {&h.queue_depths.dma_in, &h.queue_depths.dma_weights, &h.queue_depths.dma_out,
        &h.queue_depths.weight_loader, &h.queue_depths.mac_array, &h.queue_depths.requantization,
        &h.queue_depths.vector}) {
    *depth = draw.integer(1, 6);
  }
  h.dma.burst_bytes = draw.one_of({16, 32, 64, 128});
  h.dma.outstanding_requests = draw.integer(1, 9);
  h.dram.bandwidth_bytes_per_second =
      draw.one_of({1'000'000'000, 7'300'000'000, 12'800'000'000, 64'000'000'000});
  h.dram.read_latency_ns = draw.integer(0, 120);
  h.dram.write_latency_ns = draw.integer(0, 60);
  h.mac_array.rows = draw.one_of({4, 5, 8, 9, 16, 32});
  h.mac_array.columns = draw.one_of({4, 6, 8, 11, 16, 32});
  h.mac_array.accumulator_rows = draw.one_of({2, 5, 16, 61, 256});
  h.mac_array.overlap_weight_load = draw.chance(80);
  h.activation_scratchpad.bank_word_bytes = draw.one_of({1, 4, 8, 16});
  h.activation_scratchpad.banks = draw.one_of({1, 2, 4, 16});
  h.activation_scratchpad.ports = draw.integer(1, 3);
  h.activation_scratchpad.bytes = 256 * scratchpad_scale;
  h.weight_scratchpad.bytes = 512 * scratchpad_scale;
  h.weight_scratchpad.ports = draw.integer(1, 2);
  h.feeder.bytes_per_cycle = draw.one_of({4, 16, 32});
  h.feeder.line_buffer_bytes = draw.one_of({64, 1024, 65536});
  h.requantization.lanes = draw.one_of({1, 3, 8, 32});
  h.requantization.multiplier_bits = draw.chance(70) ? 31 : 15;
  h.requantization.placement =
      draw.chance(70) ? config::ShifterPlacement::fused : config::ShifterPlacement::pre_multiply;
  h.requantization.pipeline_depth_cycles = draw.integer(1, 9);
  h.vector_unit.lanes = draw.one_of({1, 5, 16, 32});
  h.vector_unit.pipeline_depth_cycles = draw.integer(1, 7);
  Draw modes(seed + 5);
  if (modes.chance(50)) h.mac_array.dataflow = config::Dataflow::output_stationary;
  h.mac_array.overlap_drain = modes.chance(75);
  h.mac_array.depthwise_pixels = modes.one_of({1, 2, 3, 7});
  if (modes.chance(40)) h.requantization.lanes = modes.one_of({16, 64, 96});
  Draw guards(seed + 11);
  draw_protection(guards, 8 * h.activation_scratchpad.bank_word_bytes, h.activation_scratchpad);
  draw_protection(guards, 128, h.weight_scratchpad);
  return h;
}

std::uint64_t draws(std::uint64_t usual) {
  const char* wanted = std::getenv("NPUSIM_DRAWS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

std::vector<float> random_input(std::uint64_t seed, std::int64_t count) {
  Draw draw(seed + 77);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = draw.unit();
  return values;
}

}  // namespace npusim::test
