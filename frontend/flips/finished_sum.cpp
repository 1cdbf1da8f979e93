// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/finished_sum.h"

#include <algorithm>

#include "frontend/execute/conv_geometry.h"
#include "sim/arith/requantize.h"

namespace npusim::flips {
namespace {

std::int64_t wrapped(std::int64_t sum, int bits) {
  const int unused = 64 - bits;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) << unused) >> unused;
}

class Held {
 public:
  explicit Held(const graph::Accumulator& accumulator) : accumulator_(accumulator) {}

  void add(std::int64_t number) {
    sum_ += number;
    if (accumulator_.overflow == graph::Overflow::saturate) {
      const std::int64_t limit = std::int64_t{1} << (accumulator_.bits - 1);
      sum_ = std::clamp(sum_, -limit, limit - 1);
    } else {
      sum_ = wrapped(sum_, accumulator_.bits);
    }
  }
  std::int32_t value() const { return static_cast<std::int32_t>(sum_); }

 private:
  const graph::Accumulator& accumulator_;
  std::int64_t sum_ = 0;
};

}  // namespace

std::int32_t finished_sum(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                          const std::int8_t* input, std::int64_t element) {
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const graph::QuantizedNode& from = graph.node(node.inputs[0]);
  const execute::Geometry g = execute::conv_geometry(conv, from.shape, node.shape);
  const std::int64_t channel = element % g.out.channels;
  const std::int64_t pixel = element / g.out.channels;
  const std::int64_t depth =
      conv.kind == graph::ConvKind::gemm ? g.in.channels : conv.in_channels / conv.groups;
  const std::int64_t first = channel / (conv.out_channels / conv.groups) * depth;
  const std::int8_t* weight =
      conv.weights_ohwi.data() + channel * g.window.kernel_h * g.window.kernel_w * depth;
  Held held(graph.accumulator);
  held.add(conv.bias[static_cast<std::size_t>(channel)]);
  for (std::int64_t i = 0; i < g.window.kernel_h; ++i) {
    for (std::int64_t j = 0; j < g.window.kernel_w; ++j) {
      const std::int64_t row =
          pixel / g.out.width * g.window.stride_h - g.window.pad_top + i * g.window.dilation_h;
      const std::int64_t column =
          pixel % g.out.width * g.window.stride_w - g.window.pad_left + j * g.window.dilation_w;
      const bool is_real = row >= 0 && row < g.in.height && column >= 0 && column < g.in.width;
      const std::int8_t* codes =
          is_real ? input + (row * g.in.width + column) * g.in.channels + first : nullptr;
      for (std::int64_t d = 0; d < depth; ++d, ++weight) {
        const std::int32_t x = is_real ? codes[d] : from.quantization.zero_point;
        held.add(std::int64_t{*weight - conv.weight_zero_point} * x);
      }
    }
  }
  return held.value();
}

std::int8_t code_of_sum(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                        std::int64_t element, std::int32_t sum) {
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const graph::Requantization& r = conv.requantization;
  const std::int64_t channel = element % conv.out_channels;
  const auto at = static_cast<std::size_t>(channel);
  const graph::FixedPoint& scale = r.scales.at(r.per_channel() ? at : 0);
  const int channel_shift = r.channel_shifts.empty() ? 0 : r.channel_shifts.at(at);
  const graph::Clamps& clamps = node.clamps_of(channel);
  const std::int32_t zero_point = node.quantization.zero_point;
  if (graph.shift_before_multiply) {
    return arith::requantize_pre_multiply(sum, channel_shift, scale.multiplier, scale.shift,
                                          zero_point, clamps.low, clamps.high);
  }
  return arith::requantize(sum, scale.multiplier, arith::total_shift(scale.shift, channel_shift),
                           zero_point, clamps.low, clamps.high);
}

}  // namespace npusim::flips
