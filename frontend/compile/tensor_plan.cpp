// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/tensor_plan.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>

#include "frontend/compile/streamed_tiling.h"
#include "frontend/compile/weight_layout.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::QuantizedGraph;

// Something that occupies the scratchpad during layers [first, last].
struct Block {
  NodeId node = 0;
  bool is_workspace = false;
  NodeId first = 0, last = 0;
  std::int64_t bytes = 0;
  std::int64_t address = -1;
  bool alive_with(const Block& other) const { return first <= other.last && other.first <= last; }
};

std::vector<NodeId> last_uses(const QuantizedGraph& graph) {
  std::vector<NodeId> last(graph.nodes.size());
  std::iota(last.begin(), last.end(), NodeId{0});
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const NodeId input : graph.nodes[i].inputs)
      last[static_cast<std::size_t>(input)] = static_cast<NodeId>(i);
  }
  return last;
}

// Lowest address at which the block overlaps none of the placed ones alive at the same time.
std::optional<std::int64_t> find_address(const std::vector<Block>& placed, const Block& block,
                                         std::int64_t capacity) {
  std::vector<const Block*> neighbours;
  for (const Block& other : placed) {
    if (block.alive_with(other)) neighbours.push_back(&other);
  }
  std::sort(neighbours.begin(), neighbours.end(),
            [](const Block* a, const Block* b) { return a->address < b->address; });
  std::int64_t address = 0;
  for (const Block* other : neighbours) {
    if (address + block.bytes <= other->address) break;
    address = std::max(address, other->address + other->bytes);
  }
  if (address + block.bytes > capacity) return std::nullopt;
  return address;
}

class Planner {
 public:
  Planner(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
          std::int64_t weight_region_bytes, std::int64_t images)
      : graph_(graph),
        images_(images),
        weight_region_bytes_(weight_region_bytes),
        align_bytes_(hardware.activation_scratchpad.bank_word_bytes),
        scratchpad_bytes_(hardware.activation_scratchpad.bytes),
        capacity_bytes_(scratchpad_bytes_ / align_bytes_ * align_bytes_),
        array_columns_(hardware.mac_array.columns),
        accumulator_rows_(hardware.mac_array.accumulator_rows),
        last_use_(last_uses(graph)),
        tensors_(graph.nodes.size()) {
    // An input that nobody reads is not loaded.
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i].on_chip = !graph.nodes[i].is_input() || last_use_[i] > static_cast<NodeId>(i);
    }
  }

  TensorPlan plan() {
    check_least_sizes();
    std::vector<Block> blocks = place_all();
    if (images_ > 1) keep_inputs_apart(blocks);
    grow_workspaces(blocks);
    TensorPlan plan;
    plan.layers.resize(graph_.nodes.size());
    std::vector<std::int64_t> workspace_bytes(graph_.nodes.size(), 0);
    for (const Block& block : blocks) {
      const auto i = static_cast<std::size_t>(block.node);
      (block.is_workspace ? plan.layers[i].workspace_address : tensors_[i].address) = block.address;
      if (block.is_workspace) workspace_bytes[i] = block.bytes;
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].is_input()) continue;
      plan.layers[i].tiling = tiling(static_cast<NodeId>(i), workspace_bytes[i]);
    }
    for (Block& block : blocks) {
      if (block.is_workspace) block.bytes = held_bytes(plan, block.node);
    }
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i].in_dram = !tensors_[i].on_chip || graph_.nodes[i].is_input();
    }
    for (const NodeId output : graph_.outputs)
      tensors_[static_cast<std::size_t>(output)].in_dram = true;
    plan.tensors = tensors_;
    plan.peak_bytes = peak_bytes(blocks);
    return plan;
  }

 private:
  // Of what the layer was given, what its tiles take.
  static std::int64_t held_bytes(const TensorPlan& plan, NodeId id) {
    const Tiling& tiling = plan.layers[static_cast<std::size_t>(id)].tiling;
    return tiling.buffers * tiling.buffer_bytes;
  }

  std::vector<Block> place_all() {
    for (;;) {
      std::vector<Block> blocks = make_blocks();
      const std::optional<Block> failed = place(blocks);
      if (!failed) return blocks;
      spill_for(*failed, blocks);
    }
  }

  void keep_inputs_apart(std::vector<Block>& blocks) const {
    std::vector<Block> apart = blocks;
    for (Block& block : apart) {
      if (block.is_workspace) return;
      if (!graph_.node(block.node).is_input()) continue;
      block.first = 0;
      block.last = static_cast<NodeId>(graph_.nodes.size()) - 1;
    }
    if (!place(apart)) blocks = std::move(apart);
  }

  std::vector<Block> make_blocks() const {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      if (tensors_[i].on_chip) {
        blocks.push_back({id, false, id, last_use_[i], tensor_bytes(id)});
      }
      if (graph_.nodes[i].is_input()) continue;
      const std::int64_t bytes = workspace_bytes(id);
      if (bytes > 0) blocks.push_back({id, true, id, id, bytes});
    }
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const Block& a, const Block& b) { return a.bytes > b.bytes; });
    return blocks;
  }

  std::optional<Block> place(std::vector<Block>& blocks) const {
    std::vector<Block> placed;
    for (Block& block : blocks) {
      const auto address = find_address(placed, block, capacity_bytes_);
      if (!address) return block;
      block.address = *address;
      placed.push_back(block);
    }
    return std::nullopt;
  }

  void spill_for(const Block& failed, const std::vector<Block>& blocks) {
    const Block* largest = nullptr;
    for (const Block& block : blocks) {
      if (block.is_workspace || !block.alive_with(failed)) continue;
      if (!largest || block.bytes > largest->bytes) largest = &block;
    }
    if (largest) {
      tensors_[static_cast<std::size_t>(largest->node)].on_chip = false;
      return;
    }
    throw base::InternalError("a workspace alone exceeds the activation scratchpad");
  }

  // Whatever stays on chip takes at least what its tile buffer would: no plan needs less than one
  // pixel of every layer with all tensors in DRAM, and with these sizes there is one.
  void check_least_sizes() const {
    const std::vector<TensorPlacement> in_dram(graph_.nodes.size());
    base::ErrorList errors;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].is_input()) continue;
      const auto id = static_cast<NodeId>(i);
      const TileSize least = least_tile(graph_.nodes[i].shape.channels, cut_of(id));
      const std::int64_t needed = tile_buffer_bytes(graph_, id, in_dram, least, align_bytes_);
      if (needed <= capacity_bytes_) continue;
      const bool is_whole_pixel = least.channels == graph_.nodes[i].shape.channels;
      errors.add("layer '" + graph_.nodes[i].name + "'", "activation_scratchpad.bytes",
                 std::to_string(scratchpad_bytes_),
                 "at least " + std::to_string(needed) + " (input window and output of " +
                     (is_whole_pixel ? "" : std::to_string(least.channels) + " channels of ") +
                     "one pixel)");
    }
    errors.throw_if_any();
  }

  std::int64_t tensor_bytes(NodeId id) const {
    return base::round_up(graph_.node(id).shape.elements(), align_bytes_);
  }

  std::int64_t buffer_bytes(NodeId id, const TileSize& size) const {
    return tile_buffer_bytes(graph_, id, tensors_, size, align_bytes_);
  }

  ChannelCut cut_of(NodeId id) const {
    return channel_cut(graph_.node(id), array_columns_, align_bytes_);
  }

  // What the layer is given for tiles: all it could use, but no more than a quarter of the
  // scratchpad while tensors stay on chip beside it, and no less than the least tile.
  std::int64_t workspace_bytes(NodeId id) const {
    const graph::Shape& shape = graph_.node(id).shape;
    const std::int64_t whole = buffer_bytes(id, {shape.height, shape.width, shape.channels});
    const std::int64_t least = buffer_bytes(id, least_tile(shape.channels, cut_of(id)));
    const std::int64_t share = tensors_alive_at(id) == 0 ? capacity_bytes_ : capacity_bytes_ / 4;
    return std::max(least, std::min(whole, share / align_bytes_ * align_bytes_));
  }

  std::int64_t tensors_alive_at(NodeId id) const {
    std::int64_t alive = 0;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (tensors_[i].on_chip && static_cast<NodeId>(i) <= id && last_use_[i] >= id) ++alive;
    }
    return alive;
  }

  Tiling tiling(NodeId id, std::int64_t budget) const {
    const graph::QuantizedNode& node = graph_.node(id);
    const graph::Shape& shape = node.shape;
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    const bool streams =
        conv && !is_channelwise(node) && weights_bytes(*conv) > weight_region_bytes_;
    if (streams && budget > 0) {
      return choose_streamed_tiling(streamed_layer(id, *conv), budget);
    }
    return choose_tiling({shape.height, shape.width, shape.channels}, cut_of(id), budget,
                         [&](const TileSize& size) { return buffer_bytes(id, size); });
  }

  std::int64_t weights_bytes(const graph::QuantizedConv& conv) const {
    return packed_weights_bytes(conv, array_columns_);
  }

  // Output pixels that a weight tile which comes in parts passes for: all that the accumulators
  // hold.
  std::int64_t pass_pixels(const graph::QuantizedConv& conv) const {
    const std::int64_t tile_bytes = packed_tile_bytes(conv, array_columns_);
    return tile_bytes > weight_region_bytes_ / 2 ? accumulator_rows_ / 2 * 2 : 0;
  }

  StreamedLayer streamed_layer(NodeId id, const graph::QuantizedConv& conv) const {
    const graph::QuantizedNode& node = graph_.node(id);
    const NodeId from = node.inputs.at(0);
    const bool writes_dram = !tensors_[static_cast<std::size_t>(id)].on_chip;
    StreamedLayer layer;
    layer.whole = {node.shape.height, node.shape.width, node.shape.channels};
    layer.part_step = writes_dram && conv.groups == 1 ? array_columns_ : 0;
    layer.weights_bytes = weights_bytes(conv);
    layer.pass_pixels = pass_pixels(conv);
    if (!tensors_[static_cast<std::size_t>(from)].on_chip) {
      layer.operand_bytes = graph_.node(from).shape.elements();
    }
    if (writes_dram) layer.result_bytes = node.shape.elements();
    layer.tile_bytes = [this, id](const TileSize& size) { return buffer_bytes(id, size); };
    return layer;
  }

  // Every workspace may take all that is free while its layer runs: larger tiles, fewer transfers.
  void grow_workspaces(std::vector<Block>& blocks) const {
    for (Block& block : blocks) {
      if (block.is_workspace) grow(block, blocks);
    }
  }

  void grow(Block& workspace, const std::vector<Block>& blocks) const {
    std::vector<const Block*> neighbours;
    for (const Block& other : blocks) {
      if (!other.is_workspace && other.alive_with(workspace)) neighbours.push_back(&other);
    }
    std::sort(neighbours.begin(), neighbours.end(),
              [](const Block* a, const Block* b) { return a->address < b->address; });
    std::int64_t free_from = 0;
    const auto take = [&](std::int64_t end) {
      if (end - free_from <= workspace.bytes) return;
      workspace.address = free_from;
      workspace.bytes = end - free_from;
    };
    for (const Block* other : neighbours) {
      take(other->address);
      free_from = std::max(free_from, other->address + other->bytes);
    }
    take(capacity_bytes_);
  }

  std::int64_t peak_bytes(const std::vector<Block>& blocks) const {
    std::int64_t peak = 0;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      std::int64_t sum = 0;
      for (const Block& block : blocks) {
        if (block.first <= id && id <= block.last) sum += block.bytes;
      }
      peak = std::max(peak, sum);
    }
    return peak;
  }

  const QuantizedGraph& graph_;
  std::int64_t images_;
  std::int64_t weight_region_bytes_;
  std::int64_t align_bytes_;
  std::int64_t scratchpad_bytes_;
  std::int64_t capacity_bytes_;  // whole words
  std::int64_t array_columns_;
  std::int64_t accumulator_rows_;
  std::vector<NodeId> last_use_;
  std::vector<TensorPlacement> tensors_;
};

}  // namespace

std::int64_t tile_buffer_bytes(const QuantizedGraph& graph, NodeId id,
                               const std::vector<TensorPlacement>& tensors, const TileSize& size,
                               std::int64_t align_bytes) {
  const graph::QuantizedNode& node = graph.node(id);
  const graph::Window window = operand_window(node);
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (tensors[static_cast<std::size_t>(node.inputs[i])].on_chip) continue;
    if (first_use(node, i) < i) continue;  // buffered once
    const graph::Shape shape = operand_shape(graph, node, i);
    std::int64_t pixels = 1;
    if (skips_pixels(window)) {
      pixels = size.rows * size.columns;
    } else if (!is_broadcast(graph, node, i)) {
      pixels = input_extent_bound(size.rows, window.stride_h, window.kernel_h, window.dilation_h,
                                  shape.height) *
               input_extent_bound(size.columns, window.stride_w, window.kernel_w, window.dilation_w,
                                  shape.width);
    }
    // A layer whose channels are cut reads those that it writes.
    const bool is_cut = is_channelwise(node) && size.channels < node.shape.channels;
    bytes += base::round_up(pixels * (is_cut ? size.channels : shape.channels), align_bytes);
  }
  if (!tensors[static_cast<std::size_t>(id)].on_chip) {
    bytes += base::round_up(size.rows * size.columns * size.channels, align_bytes);
  }
  return bytes;
}

TensorPlan plan_tensors(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                        std::int64_t weight_region_bytes, std::int64_t images) {
  return Planner(graph, hardware, weight_region_bytes, images).plan();
}

}  // namespace npusim::compile
