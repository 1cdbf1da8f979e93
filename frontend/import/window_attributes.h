// SPDX-License-Identifier: Apache-2.0
// The attributes that Conv and the pools share, resolved to explicit pads.
#pragma once

#include <string>
#include <vector>

#include "frontend/import/node_context.h"

namespace npusim::import {

/// kernel_shape, strides, dilations, pads, auto_pad and ceil_mode as the node has them, in range.
struct WindowAttributes {
  graph::Window window;
  std::string auto_pad;
  bool is_ceil = false;
};

/// `kernel` is what the weights say, empty for a pool, which must have kernel_shape.
WindowAttributes read_window(const NodeContext& node, const std::vector<std::int64_t>& kernel);

/// The window over this input. Rounding up (ceil_mode) becomes further pads below and right; it is
/// refused where the last window would start in the padding, because runtimes differ there, and
/// where `counts_padding` and it adds any, because then it is open whether these cells count.
graph::Window place_window(const NodeContext& node, const WindowAttributes& attributes,
                           const graph::Shape& input, bool counts_padding);

}  // namespace npusim::import
