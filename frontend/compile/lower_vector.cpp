// SPDX-License-Identifier: Apache-2.0
// Pooling, elementwise operations and concatenation on the vector unit.
#include <algorithm>

#include "frontend/compile/fields.h"
#include "frontend/compile/lowering.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/isa/records.h"

namespace npusim::compile {
namespace {

// A tile is worked off in up to so many instructions, so that the next layer can start before all
// of it is done.
constexpr std::int64_t kChunksPerTile = 8;
constexpr std::int64_t kLeastChunkPixels = 64;
constexpr std::int64_t kMostChunkPixels = 65535;  // a 16-bit field

std::int64_t chunk_size(std::int64_t pixels) {
  return std::clamp(base::ceil_div(pixels, kChunksPerTile), kLeastChunkPixels, kMostChunkPixels);
}

isa::ElementwiseOperation operation_of(const graph::QuantizedOperator& op) {
  if (std::holds_alternative<graph::QuantizedAdd>(op)) return isa::ElementwiseOperation::add;
  if (std::holds_alternative<graph::QuantizedMul>(op)) return isa::ElementwiseOperation::mul;
  if (std::holds_alternative<graph::QuantizedLookup>(op)) return isa::ElementwiseOperation::lookup;
  throw base::InternalError("not an elementwise operator");
}

}  // namespace

void Lowering::lower_pool(graph::NodeId id, const graph::QuantizedPool& pool) {
  const graph::QuantizedNode& node = graph_.node(id);
  const std::string& name = node.name;
  const graph::QuantizedNode& producer = graph_.node(node.inputs.at(0));
  const graph::Window& w = pool.window;
  const bool average = pool.kind == graph::PoolKind::average;
  if (pool.count_include_pad && average && pool.scales.size() != 1) {
    throw base::InternalError("layer '" + name + "': one divisor expected where padding counts");
  }
  const std::int64_t record_bytes =
      average ? weights_.layers[static_cast<std::size_t>(id)].parameters.at(0).bytes : 0;
  for_each_tile(id, [&](const TileView& tile) {
    const OperandView& in = tile.operands.at(0);
    const std::int64_t chunk = chunk_size(tile.pixels());
    for (std::int64_t begin = 0; begin < tile.pixels(); begin += chunk) {
      const std::int64_t end = std::min(tile.pixels(), begin + chunk);
      isa::Pool p;
      p.operation = average ? isa::PoolOperation::average : isa::PoolOperation::max;
      p.count_include_pad = pool.count_include_pad;
      p.in_address = to_field<std::uint32_t>(in.address, name, "scratchpad address");
      p.in_height = to_field<std::uint16_t>(in.height, name, "input height");
      p.in_width = to_field<std::uint16_t>(in.width, name, "input width");
      p.channels = to_field<std::uint32_t>(in.channels, name, "channels");
      p.pixel_stride_bytes = to_field<std::uint32_t>(in.pixel_stride_bytes, name, "channels");
      p.row_stride_bytes =
          to_field<std::uint32_t>(in.row_stride_bytes, name, "bytes of an input row");
      p.kernel_h = to_field<std::uint16_t>(w.kernel_h, name, "window height");
      p.kernel_w = to_field<std::uint16_t>(w.kernel_w, name, "window width");
      p.stride_h = to_field<std::uint8_t>(in.stride_h, name, "vertical stride");
      p.stride_w = to_field<std::uint8_t>(in.stride_w, name, "horizontal stride");
      p.pad_top = to_field<std::int8_t>(in.pad_top, name, "top padding");
      p.pad_left = to_field<std::int8_t>(in.pad_left, name, "left padding");
      p.out_address = to_field<std::uint32_t>(
          tile.out_address + begin * tile.out_pixel_stride_bytes, name, "scratchpad address");
      p.out_pixel_stride_bytes =
          to_field<std::uint32_t>(tile.out_pixel_stride_bytes, name, "channels");
      p.out_width = to_field<std::uint16_t>(tile.columns, name, "output width");
      p.first_pixel = to_field<std::uint32_t>(begin, name, "first pixel");
      p.pixels = to_field<std::uint16_t>(end - begin, name, "pixels of an instruction");
      p.record_address =
          average ? to_field<std::uint32_t>(parameters_at(id, 0), name, "address") : 0;
      p.in_zero_point = to_field<std::int8_t>(producer.quantization.zero_point, name, "zero point");
      p.out_zero_point = to_field<std::int8_t>(node.quantization.zero_point, name, "zero point");
      p.low = to_field<std::int8_t>(node.clamps.low, name, "clamp");
      p.high = to_field<std::int8_t>(node.clamps.high, name, "clamp");
      finish_pixels(begin, end,
                    draft_.pool(p, to_field<std::uint32_t>(record_bytes, name, "record")));
    }
  });
}

void Lowering::lower_elementwise(graph::NodeId id) {
  const graph::QuantizedNode& node = graph_.node(id);
  // The operand that every pixel shares is the second.
  const bool swapped = node.inputs.size() == 2 && is_broadcast(graph_, node, 0);
  const std::size_t a = swapped ? 1 : 0;
  const std::size_t b = swapped ? 0 : 1;
  for_each_tile(id, [&](const TileView& tile) {
    const std::int64_t chunk = chunk_size(tile.pixels());
    for (std::int64_t begin = 0; begin < tile.pixels(); begin += chunk) {
      const std::int64_t end = std::min(tile.pixels(), begin + chunk);
      isa::Elementwise e = elementwise_of(tile, tile.operands.at(a), a, begin, end, 0);
      e.operation = operation_of(node.op);
      if (node.inputs.size() == 2) {
        e.broadcast_b = is_broadcast(graph_, node, b);
        const OperandView& in = tile.operands[b];
        const std::int64_t offset = e.broadcast_b ? 0 : begin * in.pixel_stride_bytes;
        e.b_address = to_field<std::uint32_t>(in.address + offset, node.name, "scratchpad address");
        e.b_pixel_stride_bytes =
            to_field<std::uint32_t>(in.pixel_stride_bytes, node.name, "channels");
        e.b_zero_point = to_field<std::int8_t>(graph_.node(node.inputs[b]).quantization.zero_point,
                                               node.name, "zero point");
      }
      const std::int64_t record_bytes =
          weights_.layers[static_cast<std::size_t>(id)].parameters.at(0).bytes;
      finish_pixels(
          begin, end,
          draft_.elementwise(e, to_field<std::uint32_t>(record_bytes, node.name, "record")));
    }
  });
}

void Lowering::lower_concat(graph::NodeId id) {
  const graph::QuantizedNode& node = graph_.node(id);
  for_each_tile(id, [&](const TileView& tile) {
    const std::int64_t chunk = chunk_size(tile.pixels());
    for (std::int64_t begin = 0; begin < tile.pixels(); begin += chunk) {
      const std::int64_t end = std::min(tile.pixels(), begin + chunk);
      std::int64_t first_channel = 0;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        isa::Elementwise e = elementwise_of(tile, tile.operands[i], i, begin, end, i);
        e.operation = isa::ElementwiseOperation::rescale;
        e.out_address =
            to_field<std::uint32_t>(e.out_address + first_channel, node.name, "scratchpad address");
        first_channel += tile.operands[i].channels;
        draft_.elementwise(e, isa::kScaleRecordBytes);
      }
      finish_pixels(begin, end, draft_.last());
    }
  });
}

isa::Elementwise Lowering::elementwise_of(const TileView& tile, const OperandView& in,
                                          std::size_t input, std::int64_t begin, std::int64_t end,
                                          std::size_t record) {
  const graph::QuantizedNode& node = current();
  const std::string& name = node.name;
  const ParameterBlock& block =
      weights_.layers[static_cast<std::size_t>(current_)].parameters.at(0);
  isa::Elementwise e;
  e.pixels = to_field<std::uint32_t>(end - begin, name, "pixels");
  e.channels = to_field<std::uint32_t>(in.channels, name, "channels");
  e.a_address = to_field<std::uint32_t>(in.address + begin * in.pixel_stride_bytes, name,
                                        "scratchpad address");
  e.a_pixel_stride_bytes = to_field<std::uint32_t>(in.pixel_stride_bytes, name, "channels");
  e.out_address = to_field<std::uint32_t>(tile.out_address + begin * tile.out_pixel_stride_bytes,
                                          name, "scratchpad address");
  e.out_pixel_stride_bytes = to_field<std::uint32_t>(tile.out_pixel_stride_bytes, name, "channels");
  e.record_address = to_field<std::uint32_t>(
      parameters_at(current_, 0) + block.record_offsets.at(record), name, "address");
  e.a_zero_point = to_field<std::int8_t>(graph_.node(node.inputs[input]).quantization.zero_point,
                                         name, "zero point");
  e.out_zero_point = to_field<std::int8_t>(node.quantization.zero_point, name, "zero point");
  e.low = to_field<std::int8_t>(node.clamps.low, name, "clamp");
  e.high = to_field<std::int8_t>(node.clamps.high, name, "clamp");
  return e;
}

}  // namespace npusim::compile
