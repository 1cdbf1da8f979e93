// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/draft.h"

#include <algorithm>
#include <utility>

namespace npusim::compile {
namespace {

std::uint64_t hull_bytes(std::uint64_t bytes, std::uint64_t count1, std::uint64_t stride1,
                         std::uint64_t count2, std::uint64_t stride2) {
  return (count1 - 1) * stride1 + (count2 - 1) * stride2 + bytes;
}

Access dram_side(const isa::Dma& dma, bool is_write) {
  const std::uint64_t bytes =
      hull_bytes(dma.bytes, dma.count1, dma.dram_stride1, dma.count2, dma.dram_stride2);
  return {Space::dram, is_write, dma.dram_address, dma.dram_address + bytes};
}

Access local_side(const isa::Dma& dma, Space space, bool is_write) {
  const std::uint64_t bytes =
      hull_bytes(dma.bytes, dma.count1, dma.local_stride1, dma.count2, dma.local_stride2);
  return {space, is_write, dma.local_address, dma.local_address + bytes};
}

// The input rows that a run of output pixels can touch, as a hull of whole rows.
struct WindowRows {
  std::int64_t in_height, in_width;
  std::int64_t channels, pixel_stride_bytes, row_stride_bytes;
  std::int64_t first_kernel_row, last_kernel_row;  // of the taps that are read, dilation applied
  std::int64_t stride_h, pad_top;
};

Access input_hull(const WindowRows& rows, std::uint32_t address, std::int64_t first_pixel,
                  std::int64_t pixels, std::int64_t out_width) {
  const std::int64_t first_out_row = first_pixel / out_width;
  const std::int64_t last_out_row = (first_pixel + pixels - 1) / out_width;
  const std::int64_t first = first_out_row * rows.stride_h - rows.pad_top + rows.first_kernel_row;
  const std::int64_t last = last_out_row * rows.stride_h - rows.pad_top + rows.last_kernel_row;
  const std::int64_t begin_row = std::clamp<std::int64_t>(first, 0, rows.in_height);
  const std::int64_t end_row = std::clamp<std::int64_t>(last + 1, begin_row, rows.in_height);
  Access access{Space::activations, false, address, address};
  if (end_row > begin_row) {
    const std::int64_t row_bytes = (rows.in_width - 1) * rows.pixel_stride_bytes + rows.channels;
    access.begin = address + static_cast<std::uint64_t>(begin_row * rows.row_stride_bytes);
    access.end =
        address + static_cast<std::uint64_t>((end_row - 1) * rows.row_stride_bytes + row_bytes);
  }
  return access;
}

Access pixels_hull(std::uint32_t address, std::uint64_t pixels, std::uint64_t stride_bytes,
                   std::uint64_t bytes, bool is_write) {
  return {Space::activations, is_write, address, address + (pixels - 1) * stride_bytes + bytes};
}

}  // namespace

DraftIndex Draft::append(isa::Opcode opcode, decltype(isa::Instruction::fields) fields,
                         std::vector<Access> accesses) {
  accesses.erase(std::remove_if(accesses.begin(), accesses.end(),
                                [](const Access& a) { return a.begin == a.end; }),
                 accesses.end());
  DraftInstruction draft;
  draft.instruction.opcode = opcode;
  draft.instruction.fields = fields;
  draft.origin = origin_;
  draft.accesses = std::move(accesses);
  instructions_.push_back(std::move(draft));
  return static_cast<DraftIndex>(instructions_.size()) - 1;
}

void Draft::hold_until(DraftIndex index, std::uint64_t begin, std::uint64_t end) {
  instructions_.at(static_cast<std::size_t>(index))
      .accesses.push_back({Space::activations, false, begin, end});
}

DraftIndex Draft::load_activations(const isa::Dma& dma) {
  return append(isa::Opcode::load_activations, dma,
                {dram_side(dma, false), local_side(dma, Space::activations, true)});
}

DraftIndex Draft::load_weights(const isa::Dma& dma) {
  return append(isa::Opcode::load_weights, dma,
                {dram_side(dma, false), local_side(dma, Space::weights, true)});
}

DraftIndex Draft::store_activations(const isa::Dma& dma) {
  return append(isa::Opcode::store_activations, dma,
                {local_side(dma, Space::activations, false), dram_side(dma, true)});
}

DraftIndex Draft::preload(const isa::Preload& preload) {
  const std::uint64_t bytes = std::uint64_t{preload.k_end - preload.k_begin} * preload.columns;
  std::vector<Access> accesses = {
      {Space::weights, false, preload.weights_address, preload.weights_address + bytes}};
  if (preload.load_bias) {
    accesses.push_back({Space::weights, false, preload.bias_address,
                        preload.bias_address + std::uint64_t{4} * preload.columns});
  }
  return append(isa::Opcode::preload, preload, std::move(accesses));
}

DraftIndex Draft::matmul(const isa::Matmul& matmul) {
  const bool depthwise = matmul.mode == isa::ArrayMode::depthwise;
  const std::int64_t k_per_kernel_row =
      std::int64_t{matmul.kernel_w} * (depthwise ? 1 : matmul.channels);
  const std::int64_t first_kernel_row = matmul.k_begin / k_per_kernel_row;
  const std::int64_t last_kernel_row = (matmul.k_end - 1) / k_per_kernel_row;
  const WindowRows rows{matmul.in_height,
                        matmul.in_width,
                        matmul.channels,
                        matmul.pixel_stride_bytes,
                        matmul.row_stride_bytes,
                        first_kernel_row * matmul.dilation_h,
                        last_kernel_row * matmul.dilation_h,
                        matmul.stride_h,
                        matmul.pad_top};
  return append(
      isa::Opcode::matmul, matmul,
      {input_hull(rows, matmul.in_address, matmul.first_pixel, matmul.pixels, matmul.out_width),
       {Space::accumulators, true, matmul.acc_row, std::uint64_t{matmul.acc_row} + matmul.pixels}});
}

DraftIndex Draft::requantize(const isa::Requantize& requantize, std::uint32_t parameter_begin,
                             std::uint32_t parameter_end) {
  return append(isa::Opcode::requantize, requantize,
                {{Space::accumulators, false, requantize.acc_row,
                  std::uint64_t{requantize.acc_row} + requantize.pixels},
                 {Space::weights, false, parameter_begin, parameter_end},
                 pixels_hull(requantize.out_address, requantize.pixels,
                             requantize.out_pixel_stride_bytes, requantize.columns, true)});
}

DraftIndex Draft::pool(const isa::Pool& pool, std::uint32_t record_bytes) {
  const WindowRows rows{pool.in_height,          pool.in_width,         pool.channels,
                        pool.pixel_stride_bytes, pool.row_stride_bytes, 0,
                        pool.kernel_h - 1,       pool.stride_h,         pool.pad_top};
  return append(isa::Opcode::pool, pool,
                {input_hull(rows, pool.in_address, pool.first_pixel, pool.pixels, pool.out_width),
                 {Space::weights, false, pool.record_address,
                  std::uint64_t{pool.record_address} + record_bytes},
                 pixels_hull(pool.out_address, pool.pixels, pool.out_pixel_stride_bytes,
                             pool.channels, true)});
}

DraftIndex Draft::elementwise(const isa::Elementwise& e, std::uint32_t record_bytes) {
  const bool has_b = e.operation == isa::ElementwiseOperation::add ||
                     e.operation == isa::ElementwiseOperation::mul;
  std::vector<Access> accesses = {
      pixels_hull(e.a_address, e.pixels, e.a_pixel_stride_bytes, e.channels, false),
      {Space::weights, false, e.record_address, std::uint64_t{e.record_address} + record_bytes},
      pixels_hull(e.out_address, e.pixels, e.out_pixel_stride_bytes, e.channels, true)};
  if (has_b) {
    accesses.push_back(pixels_hull(e.b_address, e.broadcast_b ? 1 : e.pixels,
                                   e.b_pixel_stride_bytes, e.channels, false));
  }
  return append(isa::Opcode::elementwise, e, std::move(accesses));
}

}  // namespace npusim::compile
