// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"
#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

// What each node's values are never below, as far as activations tell.
std::vector<double> lower_bounds(const Graph& graph) {
  std::vector<double> bounds;
  bounds.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    const auto* pool = std::get_if<Pool>(&node.op);
    const auto* pad = std::get_if<Pad>(&node.op);
    double bound = kMinusInfinity;
    if ((pool != nullptr && pool->kind == PoolKind::max) || pad != nullptr ||
        std::holds_alternative<Concat>(node.op)) {
      bound = std::numeric_limits<double>::infinity();
      for (const NodeId id : node.inputs) {
        bound = std::min(bound, bounds.at(static_cast<std::size_t>(id)));
      }
      if (pad != nullptr) bound = std::min(bound, pad->value);
    }
    bounds.push_back(std::clamp(bound, node.activation.low, node.activation.high));
  }
  return bounds;
}

Window widened(Window window, const Pad& pad) {
  window.pad_top += pad.top;
  window.pad_left += pad.left;
  window.pad_bottom += pad.bottom;
  window.pad_right += pad.right;
  return window;
}

bool within_limits(const Window& w) {
  return std::max({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) <= kMaxExtent;
}

bool absorb_into_pool(Pool& pool, const Pad& pad, const Shape& padless, double producer_low) {
  const Window window = widened(pool.window, pad);
  if (!within_limits(window) || !windows_hold_real_cells(window, padless)) return false;
  if (pool.kind == PoolKind::max) {
    if (pad.value > producer_low) return false;
  } else {
    if (pad.value != 0 || (pool.window.has_pads() && !pool.count_include_pad)) return false;
    pool.count_include_pad = true;
  }
  pool.window = window;
  return true;
}

// Takes the pads over where that changes no value; false where it would.
bool absorb(Node& reader, const Pad& pad, const Shape& padless, double producer_low) {
  if (auto* conv = std::get_if<Conv>(&reader.op)) {
    const Window window = widened(conv->window, pad);
    if (pad.value != 0 || conv->kind == ConvKind::gemm || !within_limits(window)) return false;
    conv->window = window;
    return true;
  }
  if (auto* pool = std::get_if<Pool>(&reader.op)) {
    return absorb_into_pool(*pool, pad, padless, producer_low);
  }
  auto* second = std::get_if<Pad>(&reader.op);
  if (second == nullptr || second->value != pad.value) return false;
  *second = Pad{second->top + pad.top, second->left + pad.left, second->bottom + pad.bottom,
                second->right + pad.right, pad.value};
  return true;
}

}  // namespace

Graph fuse_pads(Graph graph) {
  const std::vector<double> low = lower_bounds(graph);
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    if (node.inputs.size() != 1) continue;
    // A Pad has taken its own predecessor over before: one step suffices.
    const NodeId pad_id = node.inputs.front();
    const Node& producer = rewriter.node(pad_id);
    const auto* pad = std::get_if<Pad>(&producer.op);
    if (pad == nullptr || !producer.activation.is_identity()) continue;
    const NodeId source = producer.inputs.front();
    if (producer.given && producer.given != rewriter.node(source).given) continue;
    if (absorb(node, *pad, rewriter.node(source).shape, low.at(static_cast<std::size_t>(source)))) {
      node.inputs.front() = source;
      rewriter.move_reader(pad_id, source);
    }
  }

  base::ErrorList errors;
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.node(id);
    const auto* pad = std::get_if<Pad>(&node.op);
    if (pad == nullptr || !rewriter.is_read(id)) continue;
    if (pad->value == 0) {
      Conv conv = identity_conv(node.shape.channels);
      conv.window = widened(conv.window, *pad);
      node.op = std::move(conv);
    } else {
      errors.add("node '" + node.name + "' (pad)", "value", std::to_string(pad->value),
                 "0, or nothing above the values before a max pooling that reads it");
    }
  }
  errors.throw_if_any();
  return rewriter.finish();
}

}  // namespace npusim::graph
