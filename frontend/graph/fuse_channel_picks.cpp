// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"

namespace npusim::graph {
namespace {

bool is_pointwise(const Window& w) {
  return w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h == 1 && w.stride_w == 1 &&
         w.pad_top == 0 && w.pad_left == 0 && w.pad_bottom == 0 && w.pad_right == 0;
}

// The input channel of each output channel of a convolution that only picks.
std::optional<std::vector<std::size_t>> picks_of(const Node& node) {
  const auto* conv = std::get_if<Conv>(&node.op);
  if (conv == nullptr || conv->kind != ConvKind::conv || conv->groups != 1 || conv->given ||
      !is_pointwise(conv->window) || !node.activation.is_identity()) {
    return std::nullopt;
  }
  const auto is_zero = [](float value) { return value == 0.0F; };
  if (!std::all_of(conv->bias.begin(), conv->bias.end(), is_zero)) return std::nullopt;
  const auto in = static_cast<std::ptrdiff_t>(conv->in_channels);
  std::vector<std::size_t> picks;
  for (auto row = conv->weights_ohwi.begin(); row != conv->weights_ohwi.end(); row += in) {
    const auto one = std::find_if_not(row, row + in, is_zero);
    if (one == row + in || *one != 1.0F || !std::all_of(one + 1, row + in, is_zero)) {
      return std::nullopt;
    }
    picks.push_back(static_cast<std::size_t>(one - row));
  }
  return picks;
}

// The convolution over the channels that its input was picked from.
void widen(Conv& conv, const std::vector<std::size_t>& picks, std::int64_t in_channels) {
  const auto old_in = static_cast<std::size_t>(conv.in_channels);
  const auto new_in = static_cast<std::size_t>(in_channels);
  std::vector<float> weights(conv.weights_ohwi.size() / old_in * new_in, 0.0F);
  for (std::size_t i = 0; i < conv.weights_ohwi.size(); ++i) {
    weights[i / old_in * new_in + picks[i % old_in]] += conv.weights_ohwi[i];
  }
  conv.weights_ohwi = std::move(weights);
  conv.in_channels = in_channels;
}

bool may_widen(const Node& node, const Conv& picking) {
  const auto* conv = std::get_if<Conv>(&node.op);
  if (conv == nullptr || conv->kind != ConvKind::conv || conv->groups != 1 || conv->given) {
    return false;
  }
  // Not where more zeros would be multiplied than the picking costs.
  const std::size_t widened = conv->weights_ohwi.size() /
                              static_cast<std::size_t>(conv->in_channels) *
                              static_cast<std::size_t>(picking.in_channels);
  return widened <= conv->weights_ohwi.size() + picking.weights_ohwi.size();
}

}  // namespace

Graph fuse_channel_picks(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    if (node.inputs.size() != 1) continue;
    // What is picked from has taken its own predecessor over before: one step suffices.
    const NodeId before_id = node.inputs.front();
    const Node& before = rewriter.node(before_id);
    const auto* picking = std::get_if<Conv>(&before.op);
    if (picking == nullptr || !may_widen(node, *picking)) continue;
    // Rounded to codes of its own, it is no mere picking.
    if (before.given && before.given != rewriter.node(before.inputs.front()).given) continue;
    const auto picks = picks_of(before);
    if (!picks) continue;
    widen(std::get<Conv>(node.op), *picks, picking->in_channels);
    node.inputs.front() = before.inputs.front();
    rewriter.move_reader(before_id, node.inputs.front());
  }
  return rewriter.finish();
}

}  // namespace npusim::graph
