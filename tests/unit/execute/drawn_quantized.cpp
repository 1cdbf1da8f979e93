// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/execute/drawn_quantized.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>
#include <stdexcept>

#include "sim/arith/fixed_point.h"

namespace npusim::execute {
namespace {

class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : engine_(seed) {}
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::int32_t small(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(integer(low, high));
  }
  bool chance(int percent) { return integer(0, 99) < percent; }

  std::int8_t code() {
    if (chance(25)) return chance(50) ? std::int8_t{-128} : std::int8_t{127};
    return static_cast<std::int8_t>(integer(-128, 127));
  }
  std::int32_t zero_point() {
    const std::int32_t ends[] = {-128, 127, 0};
    const std::int32_t pick = small(0, 4);
    return pick < 3 ? ends[pick] : small(-128, 127);
  }
  /// A factor close to `typical`, so that results do not all clamp.
  graph::FixedPoint scale(double typical, int bits) {
    const double factor = typical * static_cast<double>(integer(300, 3000)) / 1000;
    const arith::FixedPoint f = arith::to_fixed_point(factor, bits);
    return {f.multiplier, f.shift};
  }

 private:
  std::mt19937_64 engine_;
};

struct Quantizer {
  Drawing& draw;
  const graph::Graph& graph;
  const graph::Node& node;
  const graph::QuantizedGraph& quantized;

  const graph::Shape& in() const { return graph.node(node.inputs.at(0)).shape; }
  int bits() const { return quantized.multiplier_bits; }

  graph::QuantizedOperator operator()(const graph::Input& input) const { return input; }

  graph::QuantizedOperator operator()(const graph::Conv& conv) const {
    graph::QuantizedConv q;
    q.kind = conv.kind;
    q.window = conv.window;
    q.groups = conv.groups;
    q.out_channels = conv.out_channels;
    q.in_channels = conv.in_channels;
    q.weight_zero_point = draw.chance(30) ? draw.zero_point() : 0;
    for (std::size_t i = 0; i < conv.weights_ohwi.size(); ++i) {
      q.weights_ohwi.push_back(draw.code());
    }
    for (std::int64_t c = 0; c < conv.out_channels; ++c)
      q.bias.push_back(draw.small(-90000, 90000));
    requantization(q.requantization, conv.out_channels);
    return q;
  }

  void requantization(graph::Requantization& r, std::int64_t channels) const {
    const bool per_channel = draw.chance(30);
    const bool shifts = draw.chance(50);
    for (std::int64_t c = 0; c < (per_channel ? channels : 1); ++c) {
      r.scales.push_back(draw.scale(shifts ? 0x1p-6 : 0x1p-9, bits()));
    }
    for (std::int64_t c = 0; shifts && c < channels; ++c) {
      r.channel_shifts.push_back(static_cast<std::uint8_t>(draw.integer(0, 15)));
    }
    r.field_bits = shifts ? 4 : 0;
  }

  graph::QuantizedOperator operator()(const graph::Add&) const {
    return graph::QuantizedAdd{draw.small(0, (1 << 20) - 1), draw.small(0, (1 << 20) - 1),
                               draw.small(16, 22)};
  }
  graph::QuantizedOperator operator()(const graph::Mul&) const {
    return graph::QuantizedMul{draw.scale(0x1p-7, bits())};
  }
  graph::QuantizedOperator operator()(const graph::Concat&) const {
    graph::QuantizedConcat q;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      q.scales.push_back(draw.scale(0.7, bits()));
    return q;
  }
  graph::QuantizedOperator operator()(const graph::Pool& pool) const {
    graph::QuantizedPool q{pool.kind, pool.window, pool.count_include_pad, {}};
    if (pool.kind == graph::PoolKind::max) return q;
    for (std::int64_t divisor = 1; divisor <= pool.window.kernel_h * pool.window.kernel_w;
         ++divisor) {
      q.scales.push_back({divisor, draw.scale(1.0 / static_cast<double>(divisor), bits())});
    }
    return q;
  }
  graph::QuantizedOperator operator()(const graph::Lookup&) const {
    graph::QuantizedLookup q;
    for (int i = 0; i < 256; ++i) q.table.push_back(draw.code());
    return q;
  }
  template <class Other>
  graph::QuantizedOperator operator()(const Other&) const {
    throw std::logic_error("node '" + node.name + "' is not of a prepared graph");
  }
};

}  // namespace

graph::QuantizedGraph drawn_quantized(const graph::Graph& graph, std::uint64_t seed) {
  Drawing draw(seed);
  graph::QuantizedGraph result;
  result.name = graph.name;
  result.outputs = graph.outputs;
  result.multiplier_bits = draw.chance(50) ? 31 : 15;
  result.shift_before_multiply = draw.chance(30);
  for (const graph::Node& node : graph.nodes) {
    graph::QuantizedNode q;
    q.name = node.name;
    q.inputs = node.inputs;
    q.shape = node.shape;
    q.quantization.zero_point = draw.zero_point();
    if (draw.chance(40)) {
      q.clamps.low = draw.small(-128, 0);
      q.clamps.high = draw.small(1, 127);
    }
    q.op = std::visit(Quantizer{draw, graph, node, result}, node.op);
    if (std::holds_alternative<graph::QuantizedConv>(q.op) && draw.chance(30)) {
      for (std::int64_t c = 0; c < q.shape.channels; ++c) {
        const std::int32_t low = draw.small(q.clamps.low, q.clamps.high);
        q.channel_clamps.push_back({low, draw.small(low, q.clamps.high)});
      }
    }
    result.nodes.push_back(std::move(q));
  }
  return result;
}

std::vector<std::int8_t> drawn_codes(std::uint64_t seed, std::int64_t count) {
  Drawing draw(seed);
  std::vector<std::int8_t> codes;
  for (std::int64_t i = 0; i < count; ++i) codes.push_back(draw.code());
  return codes;
}

}  // namespace npusim::execute
