// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "frontend/execute/conv_geometry.h"
#include "frontend/execute/integer_layers.h"
#include "sim/arith/depthwise.h"
#include "sim/arith/matmul.h"
#include "sim/arith/packed_weights.h"

namespace npusim::execute {
namespace {

arith::RequantizationTable requantization_table(const graph::QuantizedGraph& graph,
                                                const graph::QuantizedNode& node,
                                                const graph::Requantization& r,
                                                std::int64_t channels) {
  std::vector<arith::FixedPoint> scales;
  for (const graph::FixedPoint& scale : r.scales) scales.push_back(fixed_point(scale));
  arith::RequantizationTable table;
  table.set(scales.data(), static_cast<std::int64_t>(scales.size()),
            r.channel_shifts.empty() ? nullptr : r.channel_shifts.data(), channels,
            output_code(node),
            graph.shift_before_multiply ? arith::Placement::pre_multiply : arith::Placement::fused);
  std::vector<std::int8_t> lows;
  std::vector<std::int8_t> highs;
  for (const graph::Clamps& own : node.channel_clamps) {
    lows.push_back(static_cast<std::int8_t>(own.low));
    highs.push_back(static_cast<std::int8_t>(own.high));
  }
  if (!lows.empty()) table.set_channel_clamps(lows.data(), highs.data());
  return table;
}

// A matrix product per group over im2col rows of int16; padded taps read the input's zero point.
class IntegerConv : public Layer<std::int8_t> {
 public:
  IntegerConv(const graph::QuantizedConv& conv, const Geometry& geometry,
              std::int32_t input_zero_point, arith::RequantizationTable table)
      : geometry_(geometry),
        group_channels_(geometry.in.channels / conv.groups),
        padding_(static_cast<std::int16_t>(input_zero_point)),
        bias_(conv.bias),
        table_(std::move(table)) {
    const std::int64_t k = geometry_.taps() * group_channels_;
    const std::int64_t n = conv.out_channels / conv.groups;
    groups_.resize(static_cast<std::size_t>(conv.groups));
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      groups_[g].pack(conv.weights_ohwi.data() + static_cast<std::int64_t>(g) * n * k, 1, k, k, n,
                      conv.weight_zero_point);
    }
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    const std::int64_t out_channels = geometry_.out.channels;
    const std::int64_t n = groups_.front().n();
    const std::int64_t stride = 2 * groups_.front().pairs();
    const std::int64_t block = block_pixels(stride, out_channels);
    std::int16_t* rows = grown(scratch.rows, block * stride);
    std::int32_t* acc = grown(scratch.accumulators, block * out_channels);
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      const std::int64_t count = std::min(block, geometry_.pixels() - first);
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        const auto group = static_cast<std::int64_t>(g);
        gather_rows(inputs[0], geometry_, group * group_channels_, group_channels_, first, count,
                    padding_, rows, stride);
        arith::multiply_rows(rows, stride, count, groups_[g], bias_.data() + group * n,
                             acc + group * n, out_channels);
      }
      arith::requantize_rows(acc, out_channels, count, table_, out + first * out_channels,
                             out_channels);
    }
  }

 private:
  Geometry geometry_;
  std::int64_t group_channels_;
  std::int16_t padding_;
  std::vector<arith::PackedWeights> groups_;
  std::vector<std::int32_t> bias_;
  arith::RequantizationTable table_;
};

class IntegerDepthwise : public Layer<std::int8_t> {
 public:
  IntegerDepthwise(const graph::QuantizedConv& conv, const Geometry& geometry,
                   std::int32_t input_zero_point, arith::RequantizationTable table)
      : geometry_(geometry),
        padding_(static_cast<std::size_t>(geometry.in.channels),
                 static_cast<std::int8_t>(input_zero_point)),
        bias_(conv.bias),
        table_(std::move(table)) {
    weights_.pack(conv.weights_ohwi.data(), 1, geometry_.taps(), geometry_.taps(),
                  conv.out_channels, conv.weight_zero_point);
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    const std::int64_t channels = geometry_.out.channels;
    const std::int64_t block = geometry_.out.width;
    const std::int8_t** taps = grown(scratch.taps, block * geometry_.taps());
    std::int32_t* acc = grown(scratch.accumulators, block * channels);
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      gather_taps(inputs[0], geometry_, first, block, padding_.data(), taps);
      arith::accumulate_depthwise(taps, block, weights_, bias_.data(), acc, channels);
      arith::requantize_rows(acc, channels, block, table_, out + first * channels, channels);
    }
  }

 private:
  Geometry geometry_;
  std::vector<std::int8_t> padding_;
  arith::PackedWeights weights_;
  std::vector<std::int32_t> bias_;
  arith::RequantizationTable table_;
};

}  // namespace

std::unique_ptr<const Layer<std::int8_t>> make_integer_conv(const graph::QuantizedGraph& graph,
                                                            const graph::QuantizedNode& node) {
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const graph::QuantizedNode& input = graph.node(node.inputs[0]);
  const Geometry geometry = conv_geometry(conv, input.shape, node.shape);
  auto table = requantization_table(graph, node, conv.requantization, conv.out_channels);
  const std::int32_t zero_point = input.quantization.zero_point;
  if (conv.kind == graph::ConvKind::depthwise_conv) {
    return std::make_unique<IntegerDepthwise>(conv, geometry, zero_point, std::move(table));
  }
  return std::make_unique<IntegerConv>(conv, geometry, zero_point, std::move(table));
}

}  // namespace npusim::execute
