// SPDX-License-Identifier: Apache-2.0
// Pools with a window and over the whole map.
#include "frontend/import/rules.h"
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
  node.emit(pool, {x}, /*is_flat=*/false);
}

void import_global_pool(NodeContext& node, graph::PoolKind kind) {
  const Activation x = node.map(0, "X");
  graph::Pool pool;
  pool.kind = kind;
  pool.window.kernel_h = node.shape(x).height;
  pool.window.kernel_w = node.shape(x).width;
  node.emit(pool, {x}, /*is_flat=*/false);
}

}  // namespace

void import_average_pool(NodeContext& node) { import_pool(node, graph::PoolKind::average); }
void import_max_pool(NodeContext& node) { import_pool(node, graph::PoolKind::max); }
void import_global_average_pool(NodeContext& node) {
  import_global_pool(node, graph::PoolKind::average);
}
void import_global_max_pool(NodeContext& node) { import_global_pool(node, graph::PoolKind::max); }

}  // namespace npusim::import
