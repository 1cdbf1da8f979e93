// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/lowering.h"

#include <algorithm>

#include "frontend/compile/fields.h"
#include "sim/base/math.h"

namespace npusim::compile {
namespace {

// A tile is loaded in up to so many transfers, so that work starts before all of it is there.
constexpr std::int64_t kStripsPerTile = 8;
constexpr std::int64_t kLeastStripBytes = 2048;

std::uint32_t u32(std::int64_t value, const graph::QuantizedNode& node, const char* what) {
  return to_field<std::uint32_t>(value, node.name, what);
}

}  // namespace

Lowering::Lowering(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware,
                   const TensorPlan& plan, const WeightLayout& weights)
    : graph_(graph),
      hardware_(hardware),
      plan_(plan),
      weights_(weights),
      parameters_(0, weights.parameter_region_bytes),
      groups_(weights.parameter_region_bytes, weights.weight_region_bytes) {}

void Lowering::run(std::int64_t images) {
  completed_by_.assign(static_cast<std::size_t>(images) * graph_.nodes.size(), -1);
  layer_ = 0;
  for (image_ = 0; image_ < images; ++image_) run_image();
}

void Lowering::run_image() {
  // Every image but the first finds the same.
  parameters_.restart();
  groups_.restart();
  acc_next_ = 0;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const auto id = static_cast<graph::NodeId>(i);
    const graph::QuantizedNode& node = graph_.nodes[i];
    current_ = id;
    draft_.set_origin(layer_, 0);
    if (std::holds_alternative<graph::Input>(node.op)) {
      lower_input(id);
      continue;  // not a layer: its loads count for the next one
    }
    if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
      lower_conv(id, *conv);
    } else if (const auto* pool = std::get_if<graph::QuantizedPool>(&node.op)) {
      lower_pool(id, *pool);
    } else if (std::holds_alternative<graph::QuantizedConcat>(node.op)) {
      lower_concat(id);
    } else {
      lower_elementwise(id);
    }
    hold_observable(id);
    ++layer_;
  }
}

// A tensor that is observed on chip is observed whole: a write that needs the place of its first
// pixels must not come before its last ones are there.
void Lowering::hold_observable(graph::NodeId id) {
  const TensorPlacement& tensor = plan_.tensors[static_cast<std::size_t>(id)];
  if (tensor.in_dram) return;
  const auto begin = static_cast<std::uint64_t>(tensor.address);
  draft_.hold_until(completed(id), begin,
                    begin + static_cast<std::uint64_t>(graph_.node(id).shape.elements()));
}

void Lowering::lower_input(graph::NodeId id) {
  const TensorPlacement& tensor = plan_.tensors[static_cast<std::size_t>(id)];
  if (!tensor.on_chip) return;
  const graph::Shape& shape = graph_.node(id).shape;
  isa::Dma rows;
  rows.dram_address = tensor.dram_address_of(image_);
  rows.local_address = u32(tensor.address, current(), "scratchpad address");
  rows.bytes = u32(shape.width * shape.channels, current(), "bytes of an input row");
  rows.dram_stride1 = rows.local_stride1 = rows.bytes;
  load_rows(rows, shape.height);
}

void Lowering::load_rows(const isa::Dma& rows, std::int64_t row_count) {
  const std::int64_t least_rows = base::ceil_div<std::int64_t>(kLeastStripBytes, rows.bytes);
  const std::int64_t strip = std::max(base::ceil_div(row_count, kStripsPerTile), least_rows);
  const bool contiguous = rows.dram_stride1 == rows.bytes && rows.local_stride1 == rows.bytes;
  for (std::int64_t row = 0; row < row_count; row += strip) {
    const std::int64_t count = std::min(strip, row_count - row);
    isa::Dma dma = rows;
    dma.dram_address += static_cast<std::uint64_t>(row * rows.dram_stride1);
    dma.local_address =
        u32(dma.local_address + row * rows.local_stride1, current(), "scratchpad address");
    dma.count1 = u32(contiguous ? 1 : count, current(), "rows of a transfer");
    if (contiguous) dma.bytes = u32(count * rows.bytes, current(), "bytes of a transfer");
    draft_.load_activations(dma);
  }
}

void Lowering::for_each_tile(graph::NodeId id, const std::function<void(const TileView&)>& body) {
  const Tiling& tiling = plan_.layers[static_cast<std::size_t>(id)].tiling;
  for (std::size_t t = 0; t < tiling.tiles.size(); ++t) {
    tile_ = tiling.tiles[t];
    draft_.set_origin(draft_.layer(), static_cast<std::uint32_t>(t));
    const TileView view = open_tile(id, tile_, static_cast<std::int64_t>(t) % tiling.buffers);
    open_out_address_ = view.out_address;
    body(view);
  }
}

void Lowering::for_each_part(const TileView& tile,
                             const std::function<void(const TileView&)>& body) {
  const std::int64_t most = plan_.layers[static_cast<std::size_t>(current_)].tiling.part_channels;
  if (most == 0) return body(tile);
  const std::int64_t place_bytes =
      base::round_up(tile.pixels() * most, hardware_.activation_scratchpad.bank_word_bytes);
  for (std::int64_t channel = 0; channel < tile.channels; channel += most) {
    TileView part = tile;
    part.first_channel = tile_.channel = channel;
    part.channels = tile_.channels = std::min(most, tile.channels - channel);
    part.out_address = open_out_address_ = tile.out_address + channel / most % 2 * place_bytes;
    part.out_pixel_stride_bytes = part.channels;
    body(part);
  }
}

TileView Lowering::open_tile(graph::NodeId id, const Tile& tile, std::int64_t buffer) {
  const graph::QuantizedNode& node = graph_.node(id);
  const LayerPlan& layer = plan_.layers[static_cast<std::size_t>(id)];
  const std::int64_t align = hardware_.activation_scratchpad.bank_word_bytes;
  std::int64_t free_address = layer.workspace_address + buffer * layer.tiling.buffer_bytes;
  TileView view;
  view.rows = tile.rows;
  view.columns = tile.columns;
  view.first_channel = tile.channel;
  view.channels = tile.channels;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (plan_.tensors[static_cast<std::size_t>(node.inputs[i])].on_chip) {
      view.operands.push_back(on_chip_operand(id, i, tile));
      continue;
    }
    const std::size_t loaded = first_use(node, i);
    if (loaded < i) {
      view.operands.push_back(view.operands[loaded]);
      continue;
    }
    const OperandView operand = buffered_operand(id, i, tile, free_address);
    free_address += base::round_up(operand.height * operand.row_stride_bytes, align);
    view.operands.push_back(operand);
  }
  const TensorPlacement& out = plan_.tensors[static_cast<std::size_t>(id)];
  const std::int64_t first_pixel = tile.row * node.shape.width + tile.column;
  view.out_address =
      out.on_chip ? out.address + first_pixel * node.shape.channels + tile.channel : free_address;
  view.out_pixel_stride_bytes = out.on_chip ? node.shape.channels : tile.channels;
  return view;
}

OperandView Lowering::on_chip_operand(graph::NodeId id, std::size_t input, const Tile& tile) const {
  const graph::QuantizedNode& node = graph_.node(id);
  const graph::Shape shape = operand_shape(graph_, node, input);
  OperandView view;
  view.address = plan_.tensors[static_cast<std::size_t>(node.inputs[input])].address;
  view.channels = view.pixel_stride_bytes = shape.channels;
  view.row_stride_bytes = shape.width * shape.channels;
  if (tile.channels < node.shape.channels) {
    view.channels = tile.channels;
    view.address += tile.channel;
  }
  if (is_broadcast(graph_, node, input)) return view;
  const graph::Window w = operand_window(node);
  const Extent rows = input_extent(tile.row, tile.rows, w.stride_h, w.kernel_h, w.dilation_h,
                                   w.pad_top, shape.height);
  const Extent columns = input_extent(tile.column, tile.columns, w.stride_w, w.kernel_w,
                                      w.dilation_w, w.pad_left, shape.width);
  view.address += rows.begin * view.row_stride_bytes + columns.begin * view.pixel_stride_bytes;
  view.height = rows.end - rows.begin;
  view.width = columns.end - columns.begin;
  view.pad_top = rows.pad;
  view.pad_left = columns.pad;
  view.stride_h = w.stride_h;
  view.stride_w = w.stride_w;
  return view;
}

OperandView Lowering::buffered_operand(graph::NodeId id, std::size_t input, const Tile& tile,
                                       std::int64_t address) {
  OperandView view =
      on_chip_operand(id, input, tile);  // its address is an offset: spilled tensors have address 0
  const graph::QuantizedNode& node = graph_.node(id);
  const TensorPlacement& tensor = plan_.tensors[static_cast<std::size_t>(node.inputs[input])];
  const std::uint64_t dram_address =
      tensor.dram_address_of(image_) + static_cast<std::uint64_t>(view.address);
  if (skips_pixels(operand_window(node))) {  // what it skips is not loaded
    view.pixel_stride_bytes *= view.stride_w;
    view.row_stride_bytes *= view.stride_h;
    view.height = tile.rows;
    view.width = tile.columns;
    view.stride_h = view.stride_w = 1;
  }
  const std::int64_t row_bytes = view.width * view.channels;
  if (view.channels < view.pixel_stride_bytes && view.height * view.width > 1) {
    load_pixels(view, dram_address, address);
  } else {
    isa::Dma rows;
    rows.dram_address = dram_address;
    rows.local_address = u32(address, node, "scratchpad address");
    rows.bytes = u32(row_bytes, node, "bytes of an input row");
    rows.dram_stride1 = u32(view.row_stride_bytes, node, "bytes of an input row");
    rows.local_stride1 = rows.bytes;
    load_rows(rows, view.height);
  }
  view.address = address;
  view.pixel_stride_bytes = view.channels;
  view.row_stride_bytes = row_bytes;
  return view;
}

// Pixels that do not lie side by side, packed: a run for each.
void Lowering::load_pixels(const OperandView& view, std::uint64_t dram_address,
                           std::int64_t address) {
  isa::Dma dma;
  dma.dram_address = dram_address;
  dma.local_address = u32(address, current(), "scratchpad address");
  dma.bytes = u32(view.channels, current(), "channels of a tile");
  dma.count1 = u32(view.width, current(), "pixels of an input row");
  dma.dram_stride1 = u32(view.pixel_stride_bytes, current(), "input channels");
  dma.local_stride1 = dma.bytes;
  dma.count2 = u32(view.height, current(), "rows of a transfer");
  dma.dram_stride2 = u32(view.row_stride_bytes, current(), "bytes of an input row");
  dma.local_stride2 = u32(view.width * view.channels, current(), "bytes of an input row");
  draft_.load_activations(dma);
}

void Lowering::finish_pixels(std::int64_t begin, std::int64_t end, DraftIndex written_by) {
  const TensorPlacement& tensor = plan_.tensors[static_cast<std::size_t>(current_)];
  DraftIndex& last = completed(current_);
  last = std::max(last, written_by);
  if (!tensor.in_dram) return;
  const graph::Shape& shape = current().shape;
  const std::int64_t first_pixel = tile_.row * shape.width + tile_.column + begin;
  isa::Dma dma;
  dma.dram_address = tensor.dram_address_of(image_) +
                     static_cast<std::uint64_t>(first_pixel * shape.channels + tile_.channel);
  dma.local_address =
      u32(open_out_address_ + begin * tile_.channels, current(), "scratchpad address");
  if (tile_.channels == shape.channels) {
    dma.bytes = u32((end - begin) * shape.channels, current(), "bytes of a transfer");
  } else {
    dma.bytes = u32(tile_.channels, current(), "channels of a part");
    dma.count1 = u32(end - begin, current(), "pixels of a transfer");
    dma.dram_stride1 = u32(shape.channels, current(), "output channels");
    dma.local_stride1 = dma.bytes;
  }
  last = draft_.store_activations(dma);
}

std::int64_t Lowering::parameters_at(graph::NodeId id, std::size_t index) {
  const ParameterBlock& block = weights_.layers[static_cast<std::size_t>(id)].parameters.at(index);
  const auto [address, is_loaded] = parameters_.place(id, index, block.bytes);
  if (is_loaded) return address;
  isa::Dma dma;
  dma.dram_address = block.dram_address;
  dma.local_address = u32(address, current(), "scratchpad address");
  dma.bytes = u32(block.bytes, current(), "bytes of a parameter block");
  draft_.load_weights(dma);
  return address;
}

std::int64_t Lowering::weights_at(graph::NodeId id, std::size_t index) {
  const WeightGroup& group = weights_.layers[static_cast<std::size_t>(id)].groups.at(index);
  const auto [address, is_loaded] = groups_.place(id, index, group.bytes);
  if (is_loaded) return address;
  for (const WeightPiece& piece : group.pieces) {
    isa::Dma dma;
    dma.dram_address = piece.dram_address;
    dma.local_address = u32(address + piece.offset, current(), "scratchpad address");
    dma.bytes = u32(piece.bytes, current(), "bytes of a weight group");
    draft_.load_weights(dma);
  }
  return address;
}

}  // namespace npusim::compile
