// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "frontend/execute/conv_geometry.h"
#include "frontend/execute/integer_layers.h"
#include "frontend/execute/padded_lines.h"
#include "sim/arith/depthwise.h"
#include "sim/arith/matmul.h"
#include "sim/arith/narrow_sums.h"
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

// How a layer's sums are formed from its biases on: by the fast kernels, or one addition after
// another where the accumulator may not hold them.
class SumRule {
 public:
  SumRule(const graph::QuantizedConv& conv, const graph::Accumulator& accumulator)
      : bias_(conv.bias) {
    const bool is_safe =
        conv.safe_accumulator_bits > 0 && conv.safe_accumulator_bits <= accumulator.bits;
    if (accumulator.overflow == graph::Overflow::guaranteed || is_safe) return;
    narrow_ = {accumulator.bits, accumulator.overflow == graph::Overflow::wrap
                                     ? arith::Overflow::wrap
                                     : arith::Overflow::saturate};
    bias_overflows_ = arith::load_narrow_bias(
        conv.bias.data(), static_cast<std::int64_t>(bias_.size()), *narrow_, bias_.data());
  }

  const std::optional<arith::NarrowAccumulator>& narrow() const { return narrow_; }
  const std::int32_t* bias() const { return bias_.data(); }

  // Starts `count` rows of accumulators at the biases. Returns the overflows.
  std::int64_t start_rows(std::int64_t count, std::int32_t* acc) const {
    for (std::int64_t i = 0; i < count; ++i) acc = std::copy(bias_.begin(), bias_.end(), acc);
    return count * bias_overflows_;
  }

 private:
  std::vector<std::int32_t> bias_;                  // as the accumulator holds them
  std::optional<arith::NarrowAccumulator> narrow_;  // empty: the fast kernels are right
  std::int64_t bias_overflows_ = 0;                 // of one row
};

// Output pixels worked on together: their inputs stay in the second cache while all weights pass.
std::int64_t rows_at_once(std::int64_t k) {
  constexpr std::int64_t kTile = 12;
  constexpr std::int64_t kBytes = 256 * 1024;
  return std::clamp(kBytes / std::max(k, std::int64_t{1}) / kTile, std::int64_t{1},
                    std::int64_t{40}) *
         kTile;
}

// A matrix product per group, over the input as it lies where a pixel is a row of the product, else
// over im2col rows; padded taps read the input's zero point.
class IntegerConv : public Layer<std::int8_t> {
 public:
  IntegerConv(const graph::QuantizedConv& conv, const Geometry& geometry,
              std::int32_t input_zero_point, const SumRule& sums, arith::RequantizationTable table)
      : geometry_(geometry),
        group_channels_(geometry.in.channels / conv.groups),
        padding_(static_cast<std::int8_t>(input_zero_point)),
        sums_(sums),
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
    const std::int64_t block = rows_at_once(groups_.front().k());
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      const std::int64_t count = std::min(block, geometry_.pixels() - first);
      std::int8_t* codes = out + first * out_channels;
      if (sums_.narrow()) {
        run_narrow(inputs[0], first, count, codes, scratch);
        continue;
      }
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        const std::int64_t channel = static_cast<std::int64_t>(g) * n;
        arith::multiply_to_codes(rows_of(inputs[0], g, first, count, scratch), count, groups_[g],
                                 sums_.bias() + channel, table_, channel, codes + channel,
                                 out_channels, scratch.products);
      }
    }
  }

 private:
  void run_narrow(const std::int8_t* input, std::int64_t first, std::int64_t count,
                  std::int8_t* codes, Scratch<std::int8_t>& scratch) const {
    const std::int64_t out_channels = geometry_.out.channels;
    std::int32_t* acc = grown(scratch.accumulators, count * out_channels);
    scratch.overflows += sums_.start_rows(count, acc);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      scratch.overflows += arith::add_narrow_tile(
          rows_of(input, g, first, count, scratch), count, groups_[g], *sums_.narrow(),
          acc + static_cast<std::int64_t>(g) * groups_[g].n(), out_channels);
    }
    arith::requantize_rows(acc, out_channels, count, table_, codes, out_channels);
  }

  // Where the rows of the product lie for output pixels [first, first + count).
  const std::int8_t* const* rows_of(const std::int8_t* input, std::size_t g, std::int64_t first,
                                    std::int64_t count, Scratch<std::int8_t>& scratch) const {
    const std::int64_t channel = static_cast<std::int64_t>(g) * group_channels_;
    const std::int8_t** rows = grown(scratch.taps, count);
    const std::int8_t* begin = input + first * geometry_.in.channels + channel;
    std::int64_t stride = geometry_.in.channels;
    if (!geometry_.is_pointwise()) {
      stride = groups_.front().k();
      std::int8_t* gathered = grown(scratch.rows, count * stride);
      gather_rows(input, geometry_, channel, group_channels_, first, count, padding_, gathered,
                  stride);
      begin = gathered;
    }
    for (std::int64_t i = 0; i < count; ++i) rows[i] = begin + i * stride;
    return rows;
  }

  Geometry geometry_;
  std::int64_t group_channels_;
  std::int8_t padding_;
  std::vector<arith::PackedWeights> groups_;
  SumRule sums_;
  arith::RequantizationTable table_;
};

class IntegerDepthwise : public Layer<std::int8_t> {
 public:
  IntegerDepthwise(const graph::QuantizedConv& conv, const Geometry& geometry,
                   std::int32_t input_zero_point, const SumRule& sums,
                   arith::RequantizationTable table)
      : geometry_(geometry),
        padding_(static_cast<std::int8_t>(input_zero_point)),
        sums_(sums),
        table_(std::move(table)) {
    weights_.pack(conv.weights_ohwi.data(), 1, geometry_.taps(), geometry_.taps(),
                  conv.out_channels, conv.weight_zero_point);
  }

  void run(const std::int8_t* const* inputs, std::int8_t* out,
           Scratch<std::int8_t>& scratch) const override {
    if (sums_.narrow()) return run_narrow(inputs[0], out, scratch);
    const std::int64_t line = geometry_.out.width * geometry_.out.channels;
    const std::int8_t** taps = grown(scratch.taps, geometry_.taps());
    PaddedLines lines(inputs[0], geometry_, padding_, scratch.rows);
    for (std::int64_t y = 0; y < geometry_.out.height; ++y) {
      lines.gather(y, taps);
      arith::depthwise_to_codes({taps, 0, lines.step(), geometry_.out.width}, weights_,
                                sums_.bias(), table_, out + y * line, geometry_.out.channels);
    }
  }

 private:
  void run_narrow(const std::int8_t* input, std::int8_t* out, Scratch<std::int8_t>& scratch) const {
    const std::int64_t channels = geometry_.out.channels;
    const std::int64_t block = geometry_.out.width;
    const std::int8_t** taps = grown(scratch.taps, block * geometry_.taps());
    std::int32_t* acc = grown(scratch.accumulators, block * channels);
    const std::vector<std::int8_t> padding(static_cast<std::size_t>(channels), padding_);
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      gather_taps(input, geometry_, first, block, padding.data(), taps);
      scratch.overflows += sums_.start_rows(block, acc);
      scratch.overflows +=
          arith::add_narrow_depthwise(taps, block, weights_, *sums_.narrow(), acc, channels);
      arith::requantize_rows(acc, channels, block, table_, out + first * channels, channels);
    }
  }

  Geometry geometry_;
  std::int8_t padding_;
  arith::PackedWeights weights_;
  SumRule sums_;
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
  const SumRule sums(conv, graph.accumulator);
  if (conv.kind == graph::ConvKind::depthwise_conv) {
    return std::make_unique<IntegerDepthwise>(conv, geometry, zero_point, sums, std::move(table));
  }
  return std::make_unique<IntegerConv>(conv, geometry, zero_point, sums, std::move(table));
}

}  // namespace npusim::execute
