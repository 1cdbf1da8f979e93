// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "tests/unit/compile/symbolic_formulas.h"

namespace npusim::compile {
namespace {

using graph::QuantizedConv;
using graph::QuantizedNode;
using graph::QuantizedPool;
using graph::Shape;

void append(std::vector<Symbol>& bytes, std::int64_t value, int count) {
  for (int b = 0; b < count; ++b) bytes.push_back(static_cast<Symbol>((value >> (8 * b)) & 0xff));
}
Symbol scale_symbol(const graph::FixedPoint& scale) {
  std::vector<Symbol> bytes;
  append(bytes, scale.multiplier, 4);
  append(bytes, scale.shift, 1);
  return bytes_symbol(bytes);
}

class Evaluation {
 public:
  explicit Evaluation(const graph::QuantizedGraph& graph) : graph_(graph) {}

  std::vector<std::vector<Symbol>> run() {
    for (const QuantizedNode& node : graph_.nodes) {
      std::vector<Symbol> values;
      for (std::int64_t y = 0; y < node.shape.height; ++y)
        for (std::int64_t x = 0; x < node.shape.width; ++x)
          for (std::int64_t c = 0; c < node.shape.channels; ++c)
            values.push_back(value(node, y, x, c, values.size()));
      tensors_.push_back(std::move(values));
    }
    return std::move(tensors_);
  }

 private:
  Symbol at(const QuantizedNode& node, std::size_t input, std::int64_t y, std::int64_t x,
            std::int64_t c) const {
    const auto id = static_cast<std::size_t>(node.inputs.at(input));
    const Shape& shape = graph_.nodes[id].shape;
    return tensors_[id].at(static_cast<std::size_t>((y * shape.width + x) * shape.channels + c));
  }
  std::int32_t zero_point(const QuantizedNode& node, std::size_t input) const {
    return graph_.node(node.inputs.at(input)).quantization.zero_point;
  }

  Symbol value(const QuantizedNode& node, std::int64_t y, std::int64_t x, std::int64_t c,
               std::size_t element) const {
    const OutputSymbols out{node.quantization.zero_point, node.clamps.low, node.clamps.high};
    if (const auto* conv = std::get_if<QuantizedConv>(&node.op)) {
      return conv_value(node, *conv, y, x, c, out);
    }
    if (const auto* pool = std::get_if<QuantizedPool>(&node.op)) {
      return pool_value(node, *pool, y, x, c, out);
    }
    if (const auto* add = std::get_if<graph::QuantizedAdd>(&node.op)) {
      std::vector<Symbol> record;
      append(record, add->multiplier_a, 4);
      append(record, add->multiplier_b, 4);
      append(record, add->shift, 1);
      return add_symbol(operand_symbol(at(node, 0, y, x, c), zero_point(node, 0)),
                        operand_symbol(at(node, 1, y, x, c), zero_point(node, 1)),
                        bytes_symbol(record), out);
    }
    if (const auto* mul = std::get_if<graph::QuantizedMul>(&node.op)) {
      Symbol operands[2];
      for (std::size_t i = 0; i < 2; ++i) {
        const Shape& in = graph_.node(node.inputs[i]).shape;
        operands[i] = operand_symbol(at(node, i, in.height == 1 ? 0 : y, in.width == 1 ? 0 : x, c),
                                     zero_point(node, i));
      }
      return mul_symbol(operands[0], operands[1], scale_symbol(mul->scale), out);
    }
    if (const auto* concat = std::get_if<graph::QuantizedConcat>(&node.op)) {
      std::size_t input = 0;
      for (; c >= graph_.node(node.inputs[input]).shape.channels; ++input) {
        c -= graph_.node(node.inputs[input]).shape.channels;
      }
      return rescaled_symbol(operand_symbol(at(node, input, y, x, c), zero_point(node, input)),
                             scale_symbol(concat->scales[input]), out);
    }
    if (const auto* lookup = std::get_if<graph::QuantizedLookup>(&node.op)) {
      std::vector<Symbol> table;
      for (const std::int8_t code : lookup->table) append(table, code, 1);
      return lookup_symbol(at(node, 0, y, x, c), bytes_symbol(table));
    }
    return input_symbol(tensors_.size(), element);
  }

  Symbol conv_value(const QuantizedNode& node, const QuantizedConv& conv, std::int64_t y,
                    std::int64_t x, std::int64_t c, const OutputSymbols& out) const {
    const graph::Window& w = conv.window;
    const auto channel = static_cast<std::size_t>(c);
    const Shape in = graph_.node(node.inputs[0]).shape;
    const bool gemm = conv.kind == graph::ConvKind::gemm;
    const std::int64_t per_group = conv.in_channels / conv.groups;
    const std::int64_t first = c / (conv.out_channels / conv.groups) * per_group;
    std::vector<Symbol> bias;
    append(bias, conv.bias[channel], 4);
    Symbol sum = bytes_symbol(bias);
    std::size_t index =
        channel * conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
    for (std::int64_t ky = 0; ky < w.kernel_h; ++ky)
      for (std::int64_t kx = 0; kx < w.kernel_w; ++kx)
        for (std::int64_t i = 0; i < per_group; ++i) {
          const std::int64_t row = y * w.stride_h - w.pad_top + ky * w.dilation_h;
          const std::int64_t column = x * w.stride_w - w.pad_left + kx * w.dilation_w;
          const bool real =
              gemm || (row >= 0 && row < in.height && column >= 0 && column < in.width);
          Symbol operand = padding_symbol(zero_point(node, 0));
          if (gemm)
            operand =
                tensors_[static_cast<std::size_t>(node.inputs[0])].at(static_cast<std::size_t>(i));
          else if (real)
            operand = at(node, 0, row, column, first + i);
          const auto weight = static_cast<std::uint8_t>(conv.weights_ohwi[index++]);
          sum = tap_symbol(sum, weight, operand);
        }
    const graph::Requantization& r = conv.requantization;
    const std::int64_t shift = r.field_bits > 0 ? r.channel_shifts[channel] : 0;
    return requantized_symbol(sum, scale_symbol(r.scales[r.per_channel() ? channel : 0]), shift,
                              out);
  }

  Symbol pool_value(const QuantizedNode& node, const QuantizedPool& pool, std::int64_t y,
                    std::int64_t x, std::int64_t c, const OutputSymbols& out) const {
    const graph::Window& w = pool.window;
    const Shape in = graph_.node(node.inputs[0]).shape;
    Symbol cells = 0;
    std::int64_t count = 0;
    for (std::int64_t ky = 0; ky < w.kernel_h; ++ky)
      for (std::int64_t kx = 0; kx < w.kernel_w; ++kx) {
        const std::int64_t row = y * w.stride_h - w.pad_top + ky;
        const std::int64_t column = x * w.stride_w - w.pad_left + kx;
        if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
        cells = mix(cells, at(node, 0, row, column, c));
        ++count;
      }
    if (pool.kind == graph::PoolKind::max) return max_symbol(cells, out);
    for (const graph::DivisorScale& entry : pool.scales) {
      if (!pool.count_include_pad && entry.divisor != count) continue;
      return average_symbol(cells, count, scale_symbol(entry.scale), zero_point(node, 0), out);
    }
    throw std::logic_error("no scale for " + std::to_string(count) + " cells");
  }

  const graph::QuantizedGraph& graph_;
  std::vector<std::vector<Symbol>> tensors_;
};

}  // namespace

std::vector<std::vector<Symbol>> evaluate(const graph::QuantizedGraph& graph) {
  return Evaluation(graph).run();
}

}  // namespace npusim::compile
