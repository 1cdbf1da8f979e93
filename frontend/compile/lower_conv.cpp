// SPDX-License-Identifier: Apache-2.0
// Convolutions, depthwise convolutions and fully connected layers on the MAC array.
#include <algorithm>

#include "frontend/compile/fields.h"
#include "frontend/compile/lowering.h"
#include "sim/base/math.h"

namespace npusim::compile {
namespace {

struct PixelRange {
  std::int64_t begin, end;
};

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

void Lowering::lower_conv(graph::NodeId id, const graph::QuantizedConv&) {
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
  for_each_tile(id, [&](const TileView& tile) {
    const std::vector<PixelRange> chunks = chunk_pixels(tile.rows, tile.columns, most_pixels);
    const std::vector<const WeightTile*> tiles = weight_tiles_of(weights, tile);
    if (pixels_first) {
      for (const PixelRange& chunk : chunks) {
        for (const WeightTile* w : tiles) conv_pixels(tile, *w, chunk.begin, chunk.end);
        finish_pixels(chunk.begin, chunk.end, draft_.last());
      }
      return;
    }
    for (const WeightTile* w : tiles) {
      for (const PixelRange& chunk : chunks) {
        conv_pixels(tile, *w, chunk.begin, chunk.end);
        if (w == tiles.back()) finish_pixels(chunk.begin, chunk.end, draft_.last());
      }
    }
  });
}

void Lowering::conv_pixels(const TileView& tile, const WeightTile& weights, std::int64_t begin,
                           std::int64_t end) {
  const graph::QuantizedNode& node = current();
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const bool depthwise = conv.kind == graph::ConvKind::depthwise_conv;
  const std::string& name = node.name;
  const OperandView& in = tile.operands.at(0);
  const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(current_)];
  const ParameterBlock& block = layer.parameters[weights.parameter_block];

  const std::int64_t acc_rows = hardware_.mac_array.accumulator_rows;
  const std::int64_t pixels = end - begin;
  if (acc_next_ + pixels > acc_rows) acc_next_ = 0;
  const std::int64_t acc_row = acc_next_;
  acc_next_ += pixels;

  isa::Matmul matmul;
  matmul.mode = depthwise ? isa::ArrayMode::depthwise : isa::ArrayMode::weight_stationary;
  matmul.acc_row = to_field<std::uint16_t>(acc_row, name, "accumulator row");
  matmul.pixels = to_field<std::uint16_t>(pixels, name, "pixels of an instruction");
  matmul.first_pixel = to_field<std::uint32_t>(begin, name, "first pixel");
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
  matmul.stride_h = to_field<std::uint8_t>(conv.window.stride_h, name, "vertical stride");
  matmul.stride_w = to_field<std::uint8_t>(conv.window.stride_w, name, "horizontal stride");
  matmul.dilation_h = to_field<std::uint8_t>(conv.window.dilation_h, name, "vertical dilation");
  matmul.dilation_w = to_field<std::uint8_t>(conv.window.dilation_w, name, "horizontal dilation");
  matmul.pad_top = to_field<std::int8_t>(in.pad_top, name, "top padding");
  matmul.pad_left = to_field<std::int8_t>(in.pad_left, name, "left padding");
  matmul.zero_point = to_field<std::int8_t>(graph_.node(node.inputs[0]).quantization.zero_point,
                                            name, "zero point");

  const std::int64_t parameters = parameters_at(current_, weights.parameter_block);
  for (const WeightPart& part : weights.parts) {
    isa::Preload preload;
    preload.load_bias = part.k_begin == 0;
    preload.weights_address =
        to_field<std::uint32_t>(weights_at(current_, part.group) + part.offset, name, "address");
    const std::int64_t bias =
        parameters + block.bias_offset + 4 * (weights.channel_begin - block.channel_begin);
    preload.bias_address = to_field<std::uint32_t>(preload.load_bias ? bias : 0, name, "address");
    preload.k_begin = to_field<std::uint32_t>(part.k_begin, name, "reduction index");
    preload.k_end = to_field<std::uint32_t>(part.k_end, name, "reduction index");
    preload.columns = matmul.columns;
    preload.weight_bits = to_field<std::uint8_t>(conv.weight_bits, name, "weight bits");
    preload.weight_zero_point =
        to_field<std::int8_t>(conv.weight_zero_point, name, "weight zero point");
    draft_.preload(preload);
    matmul.start_from_bias = preload.load_bias;
    matmul.k_begin = preload.k_begin;
    matmul.k_end = preload.k_end;
    draft_.matmul(matmul);
  }
  requantize_pixels(tile, weights, begin, end, acc_row);
}

DraftIndex Lowering::requantize_pixels(const TileView& tile, const WeightTile& weights,
                                       std::int64_t begin, std::int64_t end, std::int64_t acc_row) {
  const graph::QuantizedNode& node = current();
  const auto& conv = std::get<graph::QuantizedConv>(node.op);
  const std::string& name = node.name;
  const ParameterBlock& block =
      weights_.layers[static_cast<std::size_t>(current_)].parameters[weights.parameter_block];
  const std::int64_t parameters = parameters_at(current_, weights.parameter_block);
  isa::Requantize requantize;
  requantize.per_channel = conv.requantization.per_channel();
  requantize.acc_row = to_field<std::uint16_t>(acc_row, name, "accumulator row");
  requantize.pixels = to_field<std::uint16_t>(end - begin, name, "pixels of an instruction");
  requantize.columns = to_field<std::uint16_t>(weights.columns, name, "columns");
  requantize.out_address =
      to_field<std::uint32_t>(tile.out_address + begin * tile.out_pixel_stride_bytes +
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
  return draft_.requantize(
      requantize, requantize.record_address,
      to_field<std::uint32_t>(parameters + block.bias_offset, name, "address"));
}

}  // namespace npusim::compile
