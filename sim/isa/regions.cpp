// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/regions.h"

#include <algorithm>

#include "sim/base/checked.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/isa/records.h"

namespace npusim::isa {
namespace {

using base::saturated_add;
using base::saturated_multiply;

/// Bytes from the first to the last of `count` runs of `bytes`.
std::uint64_t span(std::uint64_t bytes, std::uint64_t count, std::uint64_t stride) {
  return saturated_add(saturated_multiply(count - 1, stride), bytes);
}

bool steps_over(std::uint64_t count, std::uint64_t stride, std::uint64_t inner_span) {
  return count <= 1 || stride >= inner_span;
}

/// `pixels` pixels of `bytes` each. A single pixel has no stride.
Region pixel_region(std::uint64_t address, std::uint64_t bytes, std::uint64_t pixels,
                    std::uint64_t stride) {
  return {address, bytes, pixels, stride, 1, 0};
}

Region window_region(std::uint64_t address, std::uint64_t channels, std::uint64_t width,
                     std::uint64_t pixel_stride, std::uint64_t height, std::uint64_t row_stride) {
  return {address, channels, width, pixel_stride, height, row_stride};
}

}  // namespace

const char* space_name(Space space) {
  switch (space) {
    case Space::dram:
      return "DRAM";
    case Space::activation_scratchpad:
      return "activation scratchpad";
    case Space::weight_scratchpad:
      return "weight scratchpad";
    case Space::accumulators:
      return "accumulators";
  }
  throw base::InternalError("space_name: there is no memory " +
                            std::to_string(static_cast<int>(space)));
}

std::uint64_t Region::end() const {
  const std::uint64_t inner = span(bytes, count1, stride1);
  return saturated_add(address, saturated_add(saturated_multiply(count2 - 1, stride2), inner));
}

bool Region::runs_are_disjoint() const {
  if (empty()) return true;
  const bool by_1_then_2 = steps_over(count1, stride1, bytes) &&
                           steps_over(count2, stride2, span(bytes, count1, stride1));
  const bool by_2_then_1 = steps_over(count2, stride2, bytes) &&
                           steps_over(count1, stride1, span(bytes, count2, stride2));
  return by_1_then_2 || by_2_then_1;
}

bool may_overlap(const Region& a, const Region& b) {
  if (a.empty() || b.empty() || a.end() <= b.address || b.end() <= a.address) return false;
  const bool same_stride = a.count2 == 1 && b.count2 == 1 && a.stride1 == b.stride1 &&
                           a.count1 > 1 && b.count1 > 1 && a.stride1 >= a.bytes &&
                           b.stride1 >= b.bytes;
  if (!same_stride) return true;
  // Runs of both repeat at one stride: they meet iff they meet within one period.
  const std::uint64_t stride = a.stride1;
  const std::uint64_t offset = (b.address % stride + stride - a.address % stride) % stride;
  return offset < a.bytes || offset + b.bytes > stride;
}

Region tensor_region(const TensorInfo& tensor) {
  std::uint64_t bytes = element_bytes(tensor.type);
  for (const std::int64_t extent : {tensor.height, tensor.width, tensor.channels}) {
    bytes = saturated_multiply(bytes, static_cast<std::uint64_t>(extent));
  }
  return {tensor.address, bytes};
}

Region dram_region(const Dma& f) {
  return {f.dram_address, f.bytes, f.count1, f.dram_stride1, f.count2, f.dram_stride2};
}

Region local_region(const Dma& f) {
  return {f.local_address, f.bytes, f.count1, f.local_stride1, f.count2, f.local_stride2};
}

Region weights_region(const Preload& f) {
  const std::uint64_t k = f.k_end > f.k_begin ? f.k_end - f.k_begin : 0;
  return {f.weights_address, k * weight_row_bytes(f.columns, f.weight_bits)};
}

Region bias_region(const Preload& f) {
  return {f.bias_address, f.load_bias ? kBiasBytes * f.columns : 0};
}

Region input_region(const Matmul& f) {
  return window_region(f.in_address, f.channels, f.in_width, f.pixel_stride_bytes, f.in_height,
                       f.row_stride_bytes);
}

Region accumulator_region(const Matmul& f, std::int64_t array_columns) {
  const auto stride = static_cast<std::uint64_t>(array_columns);
  return pixel_region(f.acc_row * stride, f.columns, f.pixels, stride);
}

Region accumulator_region(const Requantize& f, std::int64_t array_columns) {
  const auto stride = static_cast<std::uint64_t>(array_columns);
  return pixel_region(f.acc_row * stride, f.columns, f.pixels, stride);
}

Region output_region(const Requantize& f) {
  return pixel_region(f.out_address, f.columns, f.pixels, f.out_pixel_stride_bytes);
}

Region record_region(const Requantize& f) {
  if (!f.per_channel) return {f.record_address, kScaleRecordBytes};
  return {f.record_address + kScaleRecordBytes * f.channel_begin, kScaleRecordBytes * f.columns};
}

Region shifts_region(const Requantize& f) {
  const std::uint64_t first_bit = std::uint64_t{f.channel_begin} * f.field_bits;
  const std::uint64_t last_bit = first_bit + std::uint64_t{f.columns} * f.field_bits;
  return {f.shifts_address + first_bit / 8,
          base::ceil_div<std::uint64_t>(last_bit, 8) - first_bit / 8};
}

Region clamps_region(const Requantize& f) {
  if (!f.channel_clamps) return {};
  return {f.clamps_address + kClampRecordBytes * f.channel_begin, kClampRecordBytes * f.columns};
}

Region input_region(const Pool& f) {
  return window_region(f.in_address, f.channels, f.in_width, f.pixel_stride_bytes, f.in_height,
                       f.row_stride_bytes);
}

Region output_region(const Pool& f) {
  return pixel_region(f.out_address, f.channels, f.pixels, f.out_pixel_stride_bytes);
}

Region record_region(const Pool& f, int entries) {
  if (f.operation != PoolOperation::average) return {};
  return {f.record_address,
          std::uint64_t{1} + static_cast<std::uint64_t>(entries) * kPoolEntryBytes};
}

Region a_region(const Elementwise& f) {
  return pixel_region(f.a_address, f.channels, f.pixels, f.a_pixel_stride_bytes);
}

Region b_region(const Elementwise& f) {
  if (!has_operand_b(f)) return {};
  return pixel_region(f.b_address, f.channels, f.broadcast_b ? 1 : f.pixels,
                      f.b_pixel_stride_bytes);
}

Region output_region(const Elementwise& f) {
  return pixel_region(f.out_address, f.channels, f.pixels, f.out_pixel_stride_bytes);
}

Region record_region(const Elementwise& f) {
  switch (f.operation) {
    case ElementwiseOperation::add:
      return {f.record_address, kAddRecordBytes};
    case ElementwiseOperation::mul:
    case ElementwiseOperation::rescale:
      return {f.record_address, kScaleRecordBytes};
    case ElementwiseOperation::lookup:
      return {f.record_address, kLookupRecordBytes};
  }
  throw base::InternalError("record_region: there is no elementwise operation " +
                            std::to_string(static_cast<int>(f.operation)));
}

}  // namespace npusim::isa
