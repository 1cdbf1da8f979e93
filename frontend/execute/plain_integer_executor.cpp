// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/plain_integer_executor.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include "sim/arith/elementwise.h"
#include "sim/arith/requantize.h"
#include "sim/base/errors.h"

namespace npusim::execute {
namespace {

using Tensor = std::vector<std::int8_t>;

class PlainNode {
 public:
  PlainNode(const graph::QuantizedGraph& graph, const std::vector<Tensor>& tensors,
            const graph::QuantizedNode& node)
      : graph_(graph), tensors_(tensors), node_(node), out_(node.quantization.zero_point) {}

  Tensor run() const {
    Tensor result;
    for (std::int64_t y = 0; y < node_.shape.height; ++y) {
      for (std::int64_t x = 0; x < node_.shape.width; ++x) {
        for (std::int64_t c = 0; c < node_.shape.channels; ++c) {
          result.push_back(
              std::visit([&](const auto& op) { return value(op, y, x, c); }, node_.op));
        }
      }
    }
    return result;
  }
  std::int64_t overflows() const { return overflows_; }

 private:
  const graph::QuantizedNode& input(std::size_t i) const { return graph_.node(node_.inputs.at(i)); }
  std::int32_t zero(std::size_t i) const { return input(i).quantization.zero_point; }

  std::int8_t code(std::size_t i, std::int64_t y, std::int64_t x, std::int64_t c) const {
    const graph::Shape& s = input(i).shape;
    return tensors_.at(static_cast<std::size_t>(node_.inputs.at(i)))
        .at(static_cast<std::size_t>((y * s.width + x) * s.channels + c));
  }

  // Row, column of a tap, and whether it is a real cell of the input.
  struct Cell {
    std::int64_t y, x;
    bool real;
  };
  Cell cell(const graph::Window& w, std::int64_t y, std::int64_t x, std::int64_t i,
            std::int64_t j) const {
    const std::int64_t row = y * w.stride_h - w.pad_top + i * w.dilation_h;
    const std::int64_t column = x * w.stride_w - w.pad_left + j * w.dilation_w;
    const graph::Shape& s = input(0).shape;
    return {row, column, row >= 0 && row < s.height && column >= 0 && column < s.width};
  }

  // The accumulator after an addition whose exact sum is `sum`; written from docs/arithmetic.md.
  std::int64_t held(std::int64_t sum, std::int64_t y, std::int64_t x, std::int64_t c) const {
    const std::int64_t half = std::int64_t{1} << (graph_.accumulator.bits - 1);
    if (sum >= -half && sum < half) return sum;
    ++overflows_;
    switch (graph_.accumulator.overflow) {
      case graph::Overflow::saturate:
        return std::clamp(sum, -half, half - 1);
      case graph::Overflow::wrap: {
        const std::int64_t rest = (sum + half) % (2 * half);
        return (rest < 0 ? rest + 2 * half : rest) - half;
      }
      case graph::Overflow::guaranteed:
        break;
    }
    throw base::InternalError("node '" + node_.name + "', output (" + std::to_string(y) + ", " +
                              std::to_string(x) + ", " + std::to_string(c) + "): accumulator " +
                              std::to_string(sum) + " must fit " +
                              std::to_string(graph_.accumulator.bits) + " bits");
  }

  std::int8_t value(const graph::Input&, std::int64_t, std::int64_t, std::int64_t) const {
    throw base::InternalError("node '" + node_.name + "': an input has nothing to compute");
  }

  std::int8_t value(const graph::QuantizedConv& conv, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    const bool gemm = conv.kind == graph::ConvKind::gemm;
    const std::int64_t in_channels = conv.in_channels / conv.groups;
    const std::int64_t first = c / (conv.out_channels / conv.groups) * in_channels;
    std::int64_t acc = held(conv.bias.at(static_cast<std::size_t>(c)), y, x, c);
    std::size_t k =
        static_cast<std::size_t>(c * conv.window.kernel_h * conv.window.kernel_w * in_channels);
    for (std::int64_t i = 0; i < conv.window.kernel_h; ++i) {
      for (std::int64_t j = 0; j < conv.window.kernel_w; ++j) {
        const Cell at = cell(conv.window, y, x, i, j);
        for (std::int64_t d = 0; d < in_channels; ++d, ++k) {
          const std::int64_t q = gemm ? tensors_.at(static_cast<std::size_t>(node_.inputs[0]))
                                            .at(static_cast<std::size_t>(d))
                                 : at.real ? code(0, at.y, at.x, first + d)
                                           : zero(0);
          acc = held(acc + (conv.weights_ohwi.at(k) - conv.weight_zero_point) * q, y, x, c);
        }
      }
    }
    return requantized(conv.requantization, static_cast<std::int32_t>(acc), c);
  }

  std::int8_t requantized(const graph::Requantization& r, std::int32_t acc, std::int64_t c) const {
    const auto channel = static_cast<std::size_t>(c);
    const graph::FixedPoint& scale = r.scales.at(r.per_channel() ? channel : 0);
    const int channel_shift = r.channel_shifts.empty() ? 0 : r.channel_shifts.at(channel);
    const graph::Clamps& clamps = node_.clamps_of(c);
    if (graph_.shift_before_multiply) {
      return arith::requantize_pre_multiply(acc, channel_shift, scale.multiplier, scale.shift, out_,
                                            clamps.low, clamps.high);
    }
    return arith::requantize(acc, scale.multiplier, arith::total_shift(scale.shift, channel_shift),
                             out_, clamps.low, clamps.high);
  }

  std::int8_t value(const graph::QuantizedAdd& add, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    return arith::add_code(code(0, y, x, c), zero(0), add.multiplier_a, code(1, y, x, c), zero(1),
                           add.multiplier_b, add.shift, out_, node_.clamps.low, node_.clamps.high);
  }

  std::int8_t value(const graph::QuantizedMul& mul, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    const bool broadcast = input(1).shape != node_.shape;
    return arith::mul_code(
        code(0, y, x, c), zero(0), broadcast ? code(1, 0, 0, c) : code(1, y, x, c), zero(1),
        mul.scale.multiplier, mul.scale.shift, out_, node_.clamps.low, node_.clamps.high);
  }

  std::int8_t value(const graph::QuantizedConcat& concat, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    std::size_t i = 0;
    for (; c >= input(i).shape.channels; ++i) c -= input(i).shape.channels;
    const graph::FixedPoint& scale = concat.scales.at(i);
    return arith::rescale_code(code(i, y, x, c), zero(i), scale.multiplier, scale.shift, out_,
                               node_.clamps.low, node_.clamps.high);
  }

  std::int8_t value(const graph::QuantizedPool& pool, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    std::int64_t sum = 0;
    std::int64_t count = 0;
    std::int32_t largest = -128;
    for (std::int64_t i = 0; i < pool.window.kernel_h; ++i) {
      for (std::int64_t j = 0; j < pool.window.kernel_w; ++j) {
        const Cell at = cell(pool.window, y, x, i, j);
        if (!at.real) continue;
        const int q{code(0, at.y, at.x, c)};
        sum += q;
        ++count;
        largest = std::max(largest, q);
      }
    }
    if (pool.kind == graph::PoolKind::max) {
      return static_cast<std::int8_t>(std::clamp(largest, node_.clamps.low, node_.clamps.high));
    }
    const std::int64_t divisor =
        pool.count_include_pad ? pool.window.kernel_h * pool.window.kernel_w : count;
    for (const graph::DivisorScale& entry : pool.scales) {
      if (entry.divisor != divisor) continue;
      return arith::average_code(sum, count, zero(0), entry.scale.multiplier, entry.scale.shift,
                                 out_, node_.clamps.low, node_.clamps.high);
    }
    throw base::InternalError("node '" + node_.name + "': no scale for divisor " +
                              std::to_string(divisor));
  }

  std::int8_t value(const graph::QuantizedLookup& lookup, std::int64_t y, std::int64_t x,
                    std::int64_t c) const {
    return lookup.table.at(static_cast<std::size_t>(arith::table_index(code(0, y, x, c))));
  }

  const graph::QuantizedGraph& graph_;
  const std::vector<Tensor>& tensors_;
  const graph::QuantizedNode& node_;
  std::int32_t out_;  // zero point of the output
  mutable std::int64_t overflows_ = 0;
};

}  // namespace

std::vector<Tensor> run_plain(const graph::QuantizedGraph& graph, const Tensor& input,
                              std::vector<std::int64_t>* overflows) {
  std::vector<Tensor> tensors;
  if (overflows != nullptr) overflows->assign(graph.nodes.size(), 0);
  auto rest = input.begin();
  for (const graph::QuantizedNode& node : graph.nodes) {
    if (!std::holds_alternative<graph::Input>(node.op)) {
      const PlainNode plain(graph, tensors, node);
      Tensor tensor = plain.run();
      if (overflows != nullptr) overflows->at(tensors.size()) = plain.overflows();
      tensors.push_back(std::move(tensor));
      continue;
    }
    const auto end = rest + node.shape.elements();
    tensors.emplace_back(rest, end);
    rest = end;
  }
  return tensors;
}

}  // namespace npusim::execute
