// SPDX-License-Identifier: Apache-2.0
// Output shapes of both graph forms, by one set of rules.
#include <algorithm>
#include <type_traits>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

// What a rule needs to know: who asks, for the messages, and the shapes of the inputs.
struct Question {
  std::string place;
  const std::vector<Shape>& inputs;

  [[noreturn]] void refuse(const std::string& key, const std::string& got,
                           const std::string& must_be) const {
    throw base::InputError(base::refusal(place, key, got, must_be));
  }
  void require_range(const std::string& key, std::int64_t value, std::int64_t low) const {
    if (value < low || value > kMaxExtent) {
      refuse(key, std::to_string(value),
             "in [" + std::to_string(low) + ", " + std::to_string(kMaxExtent) + "]");
    }
  }
  void require_inputs(std::size_t count) const {
    if (inputs.size() != count) {
      refuse("inputs", std::to_string(inputs.size()), std::to_string(count));
    }
  }
};

// One dimension of a window.
struct Span {
  const char* dimension;
  std::int64_t kernel, stride, dilation, pad_before, pad_after;
  std::int64_t effective_kernel() const { return (kernel - 1) * dilation + 1; }
};

Span rows(const Window& w) {
  return {"height", w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom};
}
Span columns(const Window& w) {
  return {"width", w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right};
}

std::int64_t output_extent(const Span& span, std::int64_t input) {
  return (input + span.pad_before + span.pad_after - span.effective_kernel()) / span.stride + 1;
}

std::int64_t checked_output_extent(const Question& q, const Span& span, std::int64_t input) {
  const std::string dimension = span.dimension;
  q.require_range("kernel " + dimension, span.kernel, 1);
  q.require_range("stride over " + dimension, span.stride, 1);
  q.require_range("dilation over " + dimension, span.dilation, 1);
  q.require_range("pad before " + dimension, span.pad_before, 0);
  q.require_range("pad after " + dimension, span.pad_after, 0);
  const std::int64_t padded = input + span.pad_before + span.pad_after;
  if (padded < span.effective_kernel()) {
    q.refuse("dilated kernel " + dimension, std::to_string(span.effective_kernel()),
             "at most the padded input's " + std::to_string(padded));
  }
  return output_extent(span, input);
}

// Taps of one window are `dilation` apart, so they cannot step over the input unless it is smaller
// than that; then it suffices to look at the first window's last tap and the last one's first.
bool spans_hold_real_cells(const Span& span, std::int64_t input) {
  if (span.pad_before == 0 && span.pad_after == 0) return true;
  const std::int64_t last_start = (output_extent(span, input) - 1) * span.stride - span.pad_before;
  return span.pad_before < span.effective_kernel() && last_start < input &&
         (span.kernel == 1 || span.dilation <= input);
}

Shape windowed(const Question& q, const Window& window, const Shape& in, std::int64_t channels) {
  return {checked_output_extent(q, rows(window), in.height),
          checked_output_extent(q, columns(window), in.width), channels};
}

template <typename AnyConv>
Shape conv_shape(const Question& q, const AnyConv& conv) {
  q.require_inputs(1);
  const Shape& in = q.inputs.front();
  const bool is_gemm = conv.kind == ConvKind::gemm;
  const std::int64_t available = is_gemm ? in.elements() : in.channels;
  if (conv.in_channels != available) {
    q.refuse("input channels", std::to_string(conv.in_channels),
             std::to_string(available) + " for an input of " + to_string(in));
  }
  q.require_range("output channels", conv.out_channels, 1);
  if (conv.groups < 1 || conv.in_channels % conv.groups != 0 ||
      conv.out_channels % conv.groups != 0) {
    q.refuse("groups", std::to_string(conv.groups),
             "a divisor of the " + std::to_string(conv.in_channels) + " input and " +
                 std::to_string(conv.out_channels) + " output channels");
  }
  return windowed(q, conv.window, is_gemm ? Shape{1, 1, available} : in, conv.out_channels);
}

template <typename AnyPool>
Shape pool_shape(const Question& q, const AnyPool& pool) {
  q.require_inputs(1);
  const Shape& in = q.inputs.front();
  const Shape out = windowed(q, pool.window, in, in.channels);
  if (!windows_hold_real_cells(pool.window, in)) {
    q.refuse("pads", "a window that lies in the padding only",
             "pads so small that every window reaches the input of " + to_string(in));
  }
  return out;
}

Shape pad_shape(const Question& q, const Pad& pad) {
  q.require_inputs(1);
  q.require_range("top", pad.top, 0);
  q.require_range("left", pad.left, 0);
  q.require_range("bottom", pad.bottom, 0);
  q.require_range("right", pad.right, 0);
  const Shape& in = q.inputs.front();
  return {in.height + pad.top + pad.bottom, in.width + pad.left + pad.right, in.channels};
}

Shape add_shape(const Question& q) {
  q.require_inputs(2);
  if (q.inputs[0] != q.inputs[1]) {
    q.refuse("second input", to_string(q.inputs[1]), to_string(q.inputs[0]) + " as the first");
  }
  return q.inputs[0];
}

Shape mul_shape(const Question& q) {
  q.require_inputs(2);
  const Shape per_channel{1, 1, q.inputs[0].channels};
  if (q.inputs[1] != q.inputs[0] && q.inputs[1] != per_channel) {
    q.refuse("second input", to_string(q.inputs[1]),
             to_string(q.inputs[0]) + " as the first, or " + to_string(per_channel));
  }
  return q.inputs[0];
}

Shape concat_shape(const Question& q) {
  if (q.inputs.empty()) q.refuse("inputs", "0", "at least 1");
  Shape out = q.inputs.front();
  out.channels = 0;
  for (const Shape& in : q.inputs) {
    if (in.height != out.height || in.width != out.width) {
      q.refuse("input", to_string(in),
               std::to_string(out.height) + " x " + std::to_string(out.width) + " x any");
    }
    out.channels += in.channels;
    q.require_range("channels", out.channels, 1);
  }
  return out;
}

template <typename AnyNode>
Shape operator_shape(const Question& q, const AnyNode& node) {
  const auto rule = [&](const auto& op) -> Shape {
    using Op = std::decay_t<decltype(op)>;
    if constexpr (std::is_same_v<Op, Input>) {
      q.require_inputs(0);
      return node.shape;
    } else if constexpr (std::is_same_v<Op, Conv> || std::is_same_v<Op, QuantizedConv>) {
      return conv_shape(q, op);
    } else if constexpr (std::is_same_v<Op, Pool> || std::is_same_v<Op, QuantizedPool>) {
      return pool_shape(q, op);
    } else if constexpr (std::is_same_v<Op, Pad>) {
      return pad_shape(q, op);
    } else if constexpr (std::is_same_v<Op, Add> || std::is_same_v<Op, QuantizedAdd>) {
      return add_shape(q);
    } else if constexpr (std::is_same_v<Op, Mul> || std::is_same_v<Op, QuantizedMul>) {
      return mul_shape(q);
    } else if constexpr (std::is_same_v<Op, Concat> || std::is_same_v<Op, QuantizedConcat>) {
      return concat_shape(q);
    } else {  // elementwise: BatchNorm, Clamp, both kinds of lookup
      q.require_inputs(1);
      return q.inputs.front();
    }
  };
  return std::visit(rule, node.op);
}

template <typename AnyNode>
Shape checked_shape(const AnyNode& node, const std::vector<Shape>& input_shapes) {
  const Question q{"node '" + node.name + "' (" + kind_name(node.op) + ")", input_shapes};
  const Shape out = operator_shape(q, node);
  q.require_range("height", out.height, 1);
  q.require_range("width", out.width, 1);
  q.require_range("channels", out.channels, 1);
  // Extents are at most 2^20 here, so the product of three fits.
  if (out.elements() > kMaxElements) {
    q.refuse("shape", to_string(out), "at most " + std::to_string(kMaxElements) + " elements");
  }
  return out;
}

}  // namespace

bool windows_hold_real_cells(const Window& window, const Shape& input) {
  return spans_hold_real_cells(rows(window), input.height) &&
         spans_hold_real_cells(columns(window), input.width);
}

Shape infer_shape(const Node& node, const std::vector<Shape>& input_shapes) {
  return checked_shape(node, input_shapes);
}

Shape infer_shape(const QuantizedNode& node, const std::vector<Shape>& input_shapes) {
  return checked_shape(node, input_shapes);
}

}  // namespace npusim::graph
