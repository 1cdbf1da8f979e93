// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/window_attributes.h"

#include <algorithm>

#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

using Extents = std::vector<std::int64_t>;

Extents ranged(const NodeContext& node, const std::string& name, Extents values, std::size_t count,
               std::int64_t low) {
  const bool in_range = std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
    return value >= low && value <= graph::kMaxExtent;
  });
  if (values.size() != count || !in_range) {
    node.refuse(name, to_text(values),
                std::to_string(count) + " values in [" + std::to_string(low) + ", " +
                    std::to_string(graph::kMaxExtent) + "]");
  }
  return values;
}

// One dimension of the window, with references to the fields of graph::Window.
struct SpanAxis {
  const char* name;
  std::int64_t input, kernel, stride, dilation;
  std::int64_t& pad_before;
  std::int64_t& pad_after;

  std::int64_t effective_kernel() const { return (kernel - 1) * dilation + 1; }
};

// SAME: as many outputs as the input has strides; the odd pad goes after (UPPER) or before (LOWER).
void pad_same(SpanAxis axis, bool is_upper) {
  const std::int64_t outputs = (axis.input + axis.stride - 1) / axis.stride;
  const std::int64_t total =
      std::max<std::int64_t>(0, (outputs - 1) * axis.stride + axis.effective_kernel() - axis.input);
  axis.pad_before = is_upper ? total / 2 : total - total / 2;
  axis.pad_after = total - axis.pad_before;
}

void round_up(const NodeContext& node, SpanAxis axis, bool counts_padding) {
  const std::int64_t padded = axis.input + axis.pad_before + axis.pad_after;
  if (padded < axis.effective_kernel()) return;  // infer_shape refuses it
  const std::int64_t remainder = (padded - axis.effective_kernel()) % axis.stride;
  if (remainder == 0) return;
  const std::int64_t last_start = padded - axis.effective_kernel() - remainder + axis.stride;
  if (last_start >= axis.input + axis.pad_before) {
    node.refuse("ceil_mode",
                "1 with a last window that starts in the padding of " + std::string(axis.name),
                "0, or pads and strides where it starts on the input");
  }
  if (counts_padding) {
    node.refuse(
        "ceil_mode",
        "1 with count_include_pad and a last window over the edge of " + std::string(axis.name),
        "0, or count_include_pad = 0");
  }
  axis.pad_after += axis.stride - remainder;
}

}  // namespace

WindowAttributes read_window(const NodeContext& node, const Extents& kernel) {
  WindowAttributes result;
  if (kernel.empty() && node.attribute("kernel_shape") == nullptr) {
    node.refuse("kernel_shape", "none", "given");
  }
  const Extents shape = ranged(node, "kernel_shape", node.integers("kernel_shape", kernel), 2, 1);
  if (!kernel.empty() && shape != kernel) {
    node.refuse("kernel_shape", to_text(shape), to_text(kernel) + " as the weights have");
  }
  const Extents strides = ranged(node, "strides", node.integers("strides", {1, 1}), 2, 1);
  const Extents dilations = ranged(node, "dilations", node.integers("dilations", {1, 1}), 2, 1);
  const Extents pads = ranged(node, "pads", node.integers("pads", {0, 0, 0, 0}), 4, 0);
  result.window = {shape[0],     shape[1], strides[0], strides[1], dilations[0],
                   dilations[1], pads[0],  pads[1],    pads[2],    pads[3]};
  result.is_ceil = node.integer("ceil_mode", 0) != 0;
  result.auto_pad = node.text("auto_pad", "NOTSET");
  const std::vector<std::string> known = {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"};
  if (std::find(known.begin(), known.end(), result.auto_pad) == known.end()) {
    node.refuse("auto_pad", "'" + result.auto_pad + "'", "NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  const bool has_pads = std::any_of(pads.begin(), pads.end(), [](auto pad) { return pad != 0; });
  if (result.auto_pad != "NOTSET" && has_pads) {
    node.refuse("pads", to_text(pads), "absent together with auto_pad " + result.auto_pad);
  }
  return result;
}

graph::Window place_window(const NodeContext& node, const WindowAttributes& attributes,
                           const graph::Shape& input, bool counts_padding) {
  graph::Window w = attributes.window;
  const SpanAxis axes[] = {
      {"height", input.height, w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom},
      {"width", input.width, w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right}};
  const bool is_same = attributes.auto_pad == "SAME_UPPER" || attributes.auto_pad == "SAME_LOWER";
  for (const SpanAxis& axis : axes) {
    if (is_same) pad_same(axis, attributes.auto_pad == "SAME_UPPER");
    // With SAME the windows fit exactly, and there is nothing left to round.
    if (!is_same && attributes.is_ceil) round_up(node, axis, counts_padding);
  }
  return w;
}

}  // namespace npusim::import
