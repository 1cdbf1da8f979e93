// SPDX-License-Identifier: Apache-2.0
// Pools with a window and over the whole map.
#include <algorithm>
#include <numeric>

#include "frontend/import/per_channel.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"
#include "frontend/import/window_attributes.h"

namespace npusim::import {
namespace {

void import_pool(NodeContext& node, graph::PoolKind kind) {
  const WindowAttributes attributes = read_window(node, {});
  graph::Pool pool;
  pool.kind = kind;
  pool.count_include_pad =
      kind == graph::PoolKind::average && node.integer("count_include_pad", 0) != 0;
  const Activation x = node.map(0, "X");
  pool.window = place_window(node, attributes, node.shape(x), pool.count_include_pad);
  node.emit_map(pool, {x});
}

void import_global_pool(NodeContext& node, graph::PoolKind kind) {
  const Activation x = node.map(0, "X");
  graph::Pool pool;
  pool.kind = kind;
  pool.window.kernel_h = node.shape(x).height;
  pool.window.kernel_w = node.shape(x).width;
  node.emit_map(pool, {x});
}

std::vector<std::int64_t> reduced_dimensions(const NodeContext& node, std::size_t rank) {
  Dims axes = node.has_input(1) ? node.constant_integers(1, "axes") : node.integers("axes", {});
  const auto limit = static_cast<std::int64_t>(rank);
  for (std::int64_t& axis : axes) {
    if (axis < -limit || axis >= limit) {
      node.refuse("axes", to_text(axes),
                  "in [" + std::to_string(-limit) + ", " + std::to_string(limit - 1) + "]");
    }
    if (axis < 0) axis += limit;
  }
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  return axes;
}

// Over height, width or both: a pool with a window of the whole extent. Its stride matters to
// nobody, since there is one window in that direction.
void import_reduction(NodeContext& node, graph::PoolKind kind, bool is_sum) {
  const bool keeps_dimensions = node.integer("keepdims", 1) != 0;
  const bool may_do_nothing = node.integer("noop_with_empty_axes", 0) != 0;
  const Activation x = node.activation(0, "data");
  const Dims& dims = x.layout.dims;
  const Dims reduced = reduced_dimensions(node, dims.size());
  const bool names_axes = node.has_input(1) ? !node.constant_integers(1, "axes").empty()
                                            : !node.integers("axes", {}).empty();
  if (may_do_nothing && !names_axes) return node.bind(x);

  const graph::Shape shape = node.shape(x);
  const auto factors = *factors_by_dimension(x.layout);
  graph::Pool pool;
  pool.kind = kind;
  Dims kept;
  std::vector<std::vector<Factor>> kept_factors;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (std::count(reduced.begin(), reduced.end(), static_cast<std::int64_t>(i)) == 0) {
      kept.push_back(dims[i]);
      kept_factors.push_back(factors[i]);
      continue;
    }
    if (keeps_dimensions) {
      kept.push_back(1);
      kept_factors.emplace_back();
    }
    for (const Factor& factor : factors[i]) {
      if (factor.axis == Axis::channel || factor.extent != extent_of(shape, factor.axis)) {
        node.refuse("axes", to_text(reduced) + " of " + node.text_of(x), "height and width only");
      }
      (factor.axis == Axis::height ? pool.window.kernel_h : pool.window.kernel_w) = factor.extent;
    }
  }
  const std::int64_t count = pool.window.kernel_h * pool.window.kernel_w;
  graph::NodeId id = node.append(pool, {x.node}, {}, is_sum ? "_mean" : "");
  if (is_sum) {
    const auto channels = static_cast<std::size_t>(shape.channels);
    id = node.append(affine(std::vector<float>(channels, static_cast<float>(count)),
                            std::vector<float>(channels, 0.0F)),
                     {id});
  }
  node.bind(Activation{id, layout_of(kept, kept_factors)});
}

}  // namespace

void import_average_pool(NodeContext& node) { import_pool(node, graph::PoolKind::average); }
void import_max_pool(NodeContext& node) { import_pool(node, graph::PoolKind::max); }
void import_global_average_pool(NodeContext& node) {
  import_global_pool(node, graph::PoolKind::average);
}
void import_reduce_max(NodeContext& node) {
  import_reduction(node, graph::PoolKind::max, /*is_sum=*/false);
}
void import_reduce_mean(NodeContext& node) {
  import_reduction(node, graph::PoolKind::average, /*is_sum=*/false);
}
void import_reduce_sum(NodeContext& node) {
  import_reduction(node, graph::PoolKind::average, /*is_sum=*/true);
}
void import_global_max_pool(NodeContext& node) { import_global_pool(node, graph::PoolKind::max); }

}  // namespace npusim::import
