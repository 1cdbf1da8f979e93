// SPDX-License-Identifier: Apache-2.0
// Convolutions, depthwise convolutions and fully connected layers on the MAC array.
#include <algorithm>

#include "frontend/compile/fields.h"
#include "frontend/compile/lowering.h"
#include "sim/base/math.h"

namespace npusim::compile {
namespace {

constexpr std::int64_t kPixelsPerInstruction = 65535;  // a 16-bit field

// Chunks of the tile's pixels that fit an accumulator buffer: of equal size, and of whole rows
// where a row fits.
std::vector<PixelRange> chunk_pixels(std::int64_t rows, std::int64_t columns,
                                     std::int64_t most_pixels) {
  const std::int64_t pixels = rows * columns;
  std::int64_t chunk = std::min(pixels, most_pixels);
  if (columns <= most_pixels) {
    const std::int64_t most_rows = most_pixels / columns;
    const std::int64_t chunks = base::ceil_div(rows, most_rows);
    chunk = base::ceil_div(rows, chunks) * columns;
  }
  std::vector<PixelRange> ranges;
  for (std::int64_t begin = 0; begin < pixels; begin += chunk) {
    ranges.push_back({begin, std::min(pixels, begin + chunk)});
  }
  return ranges;
}

// Of a multiple of the array's rows where one fits: what is left of them costs a whole tile of the
// array's.
std::vector<PixelRange> chunk_array_tiles(std::int64_t pixels, std::int64_t array_rows,
                                          std::int64_t most_pixels) {
  const std::int64_t most =
      most_pixels < array_rows ? most_pixels : most_pixels / array_rows * array_rows;
  const std::int64_t even = base::ceil_div(pixels, base::ceil_div(pixels, most));
  const std::int64_t chunk = std::min(most, base::round_up(even, array_rows));
  std::vector<PixelRange> ranges;
  for (std::int64_t begin = 0; begin < pixels; begin += chunk) {
    ranges.push_back({begin, std::min(pixels, begin + chunk)});
  }
  return ranges;
}

// Output pixels whose taps the rows of a column hold side by side.
std::int64_t column_pixels(const config::MacArrayConfig& array, const graph::Window& window) {
  return std::max<std::int64_t>(
      1, std::min(array.depthwise_pixels, array.rows / (window.kernel_h * window.kernel_w)));
}

// The mode in which the layer runs. Output stationary takes a whole reduction at once: it needs all
// of a column tile's weights in half of the region, the other half for the next one.
isa::ArrayMode mode_of(const graph::QuantizedConv& conv, const LayerWeights& weights,
                       const config::MacArrayConfig& array) {
  if (conv.kind == graph::ConvKind::depthwise_conv) return isa::ArrayMode::depthwise;
  const bool whole = std::all_of(weights.tiles.begin(), weights.tiles.end(),
                                 [](const WeightTile& tile) { return tile.parts.size() == 1; });
  return whole && array.dataflow == config::Dataflow::output_stationary
             ? isa::ArrayMode::output_stationary
             : isa::ArrayMode::weight_stationary;
}

// Those of the tile's channels, which are cut between weight tiles only.
std::vector<const WeightTile*> weight_tiles_of(const LayerWeights& layer, const TileView& tile) {
  std::vector<const WeightTile*> tiles;
  for (const WeightTile& w : layer.tiles) {
    const std::int64_t offset = w.channel_begin - tile.first_channel;
    if (offset >= 0 && offset < tile.channels) tiles.push_back(&w);
  }
  return tiles;
}

}  // namespace

void Lowering::lower_conv(graph::NodeId id, const graph::QuantizedConv& conv) {
  const LayerWeights& weights = weights_.layers[static_cast<std::size_t>(id)];
  const std::int64_t most_pixels =
      std::min(hardware_.mac_array.accumulator_rows / 2, kPixelsPerInstruction);
  // Where all weights of the layer stay in the scratchpad, pixels come first, so that the next
  // layer can start on the first of them; otherwise channels come first, so that weights pass once
  // per tile.
  std::int64_t weights_bytes = 0;
  for (const WeightGroup& group : weights.groups) weights_bytes += group.bytes;
  const bool pixels_first = weights_bytes <= weights_.weight_region_bytes;
  groups_.keep_together(weights_bytes);
  const bool array_tiles =
      mode_of(conv, weights, hardware_.mac_array) == isa::ArrayMode::output_stationary;
  for_each_tile(id, [&](const TileView& tile) {
    const std::vector<PixelRange> chunks =
        array_tiles ? chunk_array_tiles(tile.pixels(), hardware_.mac_array.rows, most_pixels)
                    : chunk_pixels(tile.rows, tile.columns, most_pixels);
    if (pixels_first) {
      const std::vector<const WeightTile*> tiles = weight_tiles_of(weights, tile);
      for (const PixelRange& chunk : chunks) {
        for (const WeightTile* w : tiles) conv_chunks(tile, *w, {chunk});
      }
      return;
    }
    for_each_part(tile, [&](const TileView& part) {
      for (const WeightTile* w : weight_tiles_of(weights, part)) {
        const std::size_t together = w->parts.size() > 1 ? 2 : 1;  // as the accumulators hold
        for (std::size_t i = 0; i < chunks.size(); i += together) {
          const auto first = chunks.begin() + static_cast<std::ptrdiff_t>(i);
          const std::size_t count = std::min(together, chunks.size() - i);
          conv_chunks(part, *w, {first, first + static_cast<std::ptrdiff_t>(count)});
        }
      }
    });
  });
}

// Where a weight tile passes in parts, a part serves all the chunks before the next one is needed.
void Lowering::conv_chunks(const TileView& tile, const WeightTile& weights,
                           const std::vector<PixelRange>& chunks) {
  std::vector<isa::Matmul> matmuls;
  std::int64_t pixels = 0;
  for (const PixelRange& chunk : chunks) pixels += chunk.pixels();
  if (acc_next_ + pixels > hardware_.mac_array.accumulator_rows) acc_next_ = 0;
  for (const PixelRange& chunk : chunks) {
    matmuls.push_back(matmul_of(tile, weights, chunk, acc_next_));
    acc_next_ += chunk.pixels();
  }
  for (const WeightPart& part : weights.parts) {
    for (isa::Matmul& matmul : matmuls) {
      isa::Preload preload = preload_of(weights, part);
      preload.column_pixels = matmul.column_pixels;
      if (matmul.mode == isa::ArrayMode::output_stationary) preload.pixels = matmul.pixels;
      draft_.preload(preload);
      matmul.start_from_bias = preload.load_bias;
      matmul.k_begin = preload.k_begin;
      matmul.k_end = preload.k_end;
      draft_.matmul(matmul);
    }
  }
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    requantize_pixels(tile, weights, chunks[i], matmuls[i].acc_row);
    const bool is_last =
        weights.channel_begin + weights.columns == tile.first_channel + tile.channels;
    if (is_last) finish_pixels(chunks[i].begin, chunks[i].end, draft_.last());
  }
}

isa::Preload Lowering::preload_of(const WeightTile& weights, const WeightPart& part) {
  const graph::QuantizedNode& node = current();
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const std::string& name = node.name;
  const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(current_)];
  const ParameterBlock& block = layer.parameters[weights.parameter_block];
  const std::int64_t parameters = parameters_at(current_, weights.parameter_block);
  const std::int64_t bias =
      parameters + block.bias_offset + 4 * (weights.channel_begin - block.channel_begin);
  isa::Preload preload;
  preload.load_bias = part.k_begin == 0;
  preload.weights_address =
      to_field<std::uint32_t>(weights_at(current_, part.group) + part.offset, name, "address");
  preload.bias_address = to_field<std::uint32_t>(preload.load_bias ? bias : 0, name, "address");
  preload.k_begin = to_field<std::uint32_t>(part.k_begin, name, "reduction index");
  preload.k_end = to_field<std::uint32_t>(part.k_end, name, "reduction index");
  preload.columns = to_field<std::uint16_t>(weights.columns, name, "columns");
  preload.weight_bits = to_field<std::uint8_t>(conv.weight_bits, name, "weight bits");
  preload.weight_zero_point =
      to_field<std::int8_t>(conv.weight_zero_point, name, "weight zero point");
  return preload;
}

isa::Matmul Lowering::matmul_of(const TileView& tile, const WeightTile& weights,
                                const PixelRange& chunk, std::int64_t acc_row) const {
  const graph::QuantizedNode& node = current();
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const bool depthwise = conv.kind == graph::ConvKind::depthwise_conv;
  const std::string& name = node.name;
  const OperandView& in = tile.operands.at(0);
  isa::Matmul matmul;
  matmul.mode =
      mode_of(conv, weights_.layers[static_cast<std::size_t>(current_)], hardware_.mac_array);
  const std::int64_t side_by_side = depthwise ? column_pixels(hardware_.mac_array, conv.window) : 1;
  matmul.column_pixels =
      to_field<std::uint8_t>(side_by_side == 1 ? 0 : side_by_side, name, "pixels of a column");
  matmul.acc_row = to_field<std::uint16_t>(acc_row, name, "accumulator row");
  matmul.pixels = to_field<std::uint16_t>(chunk.pixels(), name, "pixels of an instruction");
  matmul.first_pixel = to_field<std::uint32_t>(chunk.begin, name, "first pixel");
  matmul.out_width = to_field<std::uint16_t>(tile.columns, name, "output width");
  matmul.columns = to_field<std::uint16_t>(weights.columns, name, "columns");
  const std::int64_t group_channels = depthwise ? weights.columns : in.channels / conv.groups;
  const std::int64_t first_channel =
      depthwise ? weights.channel_begin - tile.first_channel : weights.conv_group * group_channels;
  matmul.in_address =
      to_field<std::uint32_t>(in.address + first_channel, name, "scratchpad address");
  matmul.in_height = to_field<std::uint16_t>(in.height, name, "input height");
  matmul.in_width = to_field<std::uint16_t>(in.width, name, "input width");
  matmul.channels = to_field<std::uint32_t>(group_channels, name, "input channels");
  matmul.pixel_stride_bytes =
      to_field<std::uint32_t>(in.pixel_stride_bytes, name, "input channels");
  matmul.row_stride_bytes =
      to_field<std::uint32_t>(in.row_stride_bytes, name, "bytes of an input row");
  matmul.kernel_h = to_field<std::uint8_t>(conv.window.kernel_h, name, "kernel height");
  matmul.kernel_w = to_field<std::uint8_t>(conv.window.kernel_w, name, "kernel width");
  matmul.stride_h = to_field<std::uint8_t>(in.stride_h, name, "vertical stride");
  matmul.stride_w = to_field<std::uint8_t>(in.stride_w, name, "horizontal stride");
  matmul.dilation_h = to_field<std::uint8_t>(conv.window.dilation_h, name, "vertical dilation");
  matmul.dilation_w = to_field<std::uint8_t>(conv.window.dilation_w, name, "horizontal dilation");
  matmul.pad_top = to_field<std::int8_t>(in.pad_top, name, "top padding");
  matmul.pad_left = to_field<std::int8_t>(in.pad_left, name, "left padding");
  matmul.zero_point = to_field<std::int8_t>(graph_.node(node.inputs[0]).quantization.zero_point,
                                            name, "zero point");
  return matmul;
}

DraftIndex Lowering::requantize_pixels(const TileView& tile, const WeightTile& weights,
                                       const PixelRange& chunk, std::int64_t acc_row) {
  const graph::QuantizedNode& node = current();
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const std::string& name = node.name;
  const ParameterBlock& block =
      weights_.layers[static_cast<std::size_t>(current_)].parameters[weights.parameter_block];
  const std::int64_t parameters = parameters_at(current_, weights.parameter_block);
  isa::Requantize requantize;
  requantize.per_channel = conv.requantization.per_channel();
  requantize.acc_row = to_field<std::uint16_t>(acc_row, name, "accumulator row");
  requantize.pixels = to_field<std::uint16_t>(chunk.pixels(), name, "pixels of an instruction");
  requantize.columns = to_field<std::uint16_t>(weights.columns, name, "columns");
  requantize.out_address =
      to_field<std::uint32_t>(tile.out_address + chunk.begin * tile.out_pixel_stride_bytes +
                                  weights.channel_begin - tile.first_channel,
                              name, "scratchpad address");
  requantize.out_pixel_stride_bytes =
      to_field<std::uint32_t>(tile.out_pixel_stride_bytes, name, "output channels");
  requantize.record_address = to_field<std::uint32_t>(parameters, name, "address");
  requantize.shifts_address =
      to_field<std::uint32_t>(parameters + block.shifts_offset, name, "address");
  requantize.channel_begin =
      to_field<std::uint32_t>(weights.channel_begin - block.channel_begin, name, "first channel");
  requantize.field_bits =
      to_field<std::uint8_t>(conv.requantization.field_bits, name, "field bits");
  requantize.zero_point = to_field<std::int8_t>(node.quantization.zero_point, name, "zero point");
  requantize.low = to_field<std::int8_t>(node.clamps.low, name, "clamp");
  requantize.high = to_field<std::int8_t>(node.clamps.high, name, "clamp");
  requantize.channel_clamps = !node.channel_clamps.empty();
  if (requantize.channel_clamps) {
    requantize.clamps_address =
        to_field<std::uint32_t>(parameters + block.clamps_offset, name, "address");
  }
  return draft_.requantize(
      requantize, requantize.record_address,
      to_field<std::uint32_t>(parameters + block.bias_offset, name, "address"));
}

}  // namespace npusim::compile
