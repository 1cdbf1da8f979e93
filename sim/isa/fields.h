// SPDX-License-Identifier: Apache-2.0
// The one table of instruction fields: name, place in the 64 bytes, how a person reads it. Encoder,
// decoder, disassembler and the page docs/program-file.md (by a test) all run over it.
//
// An instruction, little-endian:
//     byte 0      opcode
//     byte 1      flags, per opcode (below)
//     bytes 2-3   reserved, 0
//     bytes 4-7   wait_mask
//     bytes 8-11  post_mask
//     bytes 12-63 payload, per opcode (below); bytes that no field covers are 0
//
// A visitor has three members:
//     flag(name, mask, value, names)  a boolean or enumeration in the bits `mask` of the flags
//     byte,
//                                     lowest first; names of its values 0, 1, ...
//     number(name, offset, value)     sizeof(value) bytes at byte `offset`
//     address(name, offset, value)    the same, an address: read as hexadecimal
#pragma once

#include <array>
#include <type_traits>

#include "sim/isa/instruction.h"

namespace npusim::isa {

inline constexpr int kPayloadOffset = 12;
inline constexpr std::array<const char*, 2> kNoYes = {"no", "yes"};
inline constexpr std::array<const char*, 3> kArrayModeNames = {"weight_stationary", "depthwise",
                                                               "output_stationary"};
inline constexpr std::array<const char*, 2> kPoolOperationNames = {"max", "average"};
inline constexpr std::array<const char*, 4> kElementwiseOperationNames = {"add", "mul", "rescale",
                                                                          "lookup"};

/// The value's bits, lowest first, in the places of the mask; and back.
constexpr unsigned put_bits(unsigned value, unsigned mask) {
  unsigned byte = 0;
  for (unsigned place = 1; place <= mask; place <<= 1) {
    if ((mask & place) == 0) continue;
    if ((value & 1) != 0) byte |= place;
    value >>= 1;
  }
  return byte;
}
constexpr unsigned take_bits(unsigned byte, unsigned mask) {
  unsigned value = 0;
  unsigned bit = 1;
  for (unsigned place = 1; place <= mask; place <<= 1) {
    if ((mask & place) == 0) continue;
    if ((byte & place) != 0) value |= bit;
    bit <<= 1;
  }
  return value;
}

template <typename D, typename Visitor>
void visit_dma(D& f, Visitor&& visit) {
  visit.address("dram_address", 12, f.dram_address);
  visit.address("local_address", 20, f.local_address);
  visit.number("bytes", 24, f.bytes);
  visit.number("count1", 28, f.count1);
  visit.number("dram_stride1", 32, f.dram_stride1);
  visit.number("local_stride1", 36, f.local_stride1);
  visit.number("count2", 40, f.count2);
  visit.number("dram_stride2", 44, f.dram_stride2);
  visit.number("local_stride2", 48, f.local_stride2);
}

template <typename P, typename Visitor>
void visit_preload(P& f, Visitor&& visit) {
  visit.flag("load_bias", 0b1, f.load_bias, kNoYes);
  visit.address("weights_address", 12, f.weights_address);
  visit.address("bias_address", 16, f.bias_address);
  visit.number("k_begin", 20, f.k_begin);
  visit.number("k_end", 24, f.k_end);
  visit.number("columns", 28, f.columns);
  visit.number("weight_bits", 30, f.weight_bits);
  visit.number("weight_zero_point", 31, f.weight_zero_point);
  visit.number("pixels", 32, f.pixels);
  visit.number("column_pixels", 34, f.column_pixels);
}

template <typename M, typename Visitor>
void visit_matmul(M& f, Visitor&& visit) {
  visit.flag("mode", 0b101, f.mode, kArrayModeNames);
  visit.flag("start_from_bias", 0b10, f.start_from_bias, kNoYes);
  visit.number("acc_row", 12, f.acc_row);
  visit.number("pixels", 14, f.pixels);
  visit.number("first_pixel", 16, f.first_pixel);
  visit.number("out_width", 20, f.out_width);
  visit.number("columns", 22, f.columns);
  visit.number("k_begin", 24, f.k_begin);
  visit.number("k_end", 28, f.k_end);
  visit.address("in_address", 32, f.in_address);
  visit.number("in_height", 36, f.in_height);
  visit.number("in_width", 38, f.in_width);
  visit.number("channels", 40, f.channels);
  visit.number("pixel_stride_bytes", 44, f.pixel_stride_bytes);
  visit.number("row_stride_bytes", 48, f.row_stride_bytes);
  visit.number("kernel_h", 52, f.kernel_h);
  visit.number("kernel_w", 53, f.kernel_w);
  visit.number("stride_h", 54, f.stride_h);
  visit.number("stride_w", 55, f.stride_w);
  visit.number("dilation_h", 56, f.dilation_h);
  visit.number("dilation_w", 57, f.dilation_w);
  visit.number("pad_top", 58, f.pad_top);
  visit.number("pad_left", 59, f.pad_left);
  visit.number("zero_point", 60, f.zero_point);
  visit.number("column_pixels", 61, f.column_pixels);
}

template <typename R, typename Visitor>
void visit_requantize(R& f, Visitor&& visit) {
  visit.flag("per_channel", 0b1, f.per_channel, kNoYes);
  visit.flag("channel_clamps", 0b10, f.channel_clamps, kNoYes);
  visit.number("acc_row", 12, f.acc_row);
  visit.number("pixels", 14, f.pixels);
  visit.number("columns", 16, f.columns);
  visit.number("field_bits", 18, f.field_bits);
  visit.number("zero_point", 19, f.zero_point);
  visit.address("out_address", 20, f.out_address);
  visit.number("out_pixel_stride_bytes", 24, f.out_pixel_stride_bytes);
  visit.address("record_address", 28, f.record_address);
  visit.address("shifts_address", 32, f.shifts_address);
  visit.number("channel_begin", 36, f.channel_begin);
  visit.number("low", 40, f.low);
  visit.number("high", 41, f.high);
  visit.address("clamps_address", 44, f.clamps_address);
}

template <typename P, typename Visitor>
void visit_pool(P& f, Visitor&& visit) {
  visit.flag("operation", 0b1, f.operation, kPoolOperationNames);
  visit.flag("count_include_pad", 0b10, f.count_include_pad, kNoYes);
  visit.address("in_address", 12, f.in_address);
  visit.number("in_height", 16, f.in_height);
  visit.number("in_width", 18, f.in_width);
  visit.number("channels", 20, f.channels);
  visit.number("pixel_stride_bytes", 24, f.pixel_stride_bytes);
  visit.number("row_stride_bytes", 28, f.row_stride_bytes);
  visit.number("kernel_h", 32, f.kernel_h);
  visit.number("kernel_w", 34, f.kernel_w);
  visit.number("stride_h", 36, f.stride_h);
  visit.number("stride_w", 37, f.stride_w);
  visit.number("pad_top", 38, f.pad_top);
  visit.number("pad_left", 39, f.pad_left);
  visit.address("out_address", 40, f.out_address);
  visit.number("out_pixel_stride_bytes", 44, f.out_pixel_stride_bytes);
  visit.number("first_pixel", 48, f.first_pixel);
  visit.number("out_width", 52, f.out_width);
  visit.number("pixels", 54, f.pixels);
  visit.address("record_address", 56, f.record_address);
  visit.number("in_zero_point", 60, f.in_zero_point);
  visit.number("out_zero_point", 61, f.out_zero_point);
  visit.number("low", 62, f.low);
  visit.number("high", 63, f.high);
}

template <typename E, typename Visitor>
void visit_elementwise(E& f, Visitor&& visit) {
  visit.flag("operation", 0b11, f.operation, kElementwiseOperationNames);
  visit.flag("broadcast_b", 0b100, f.broadcast_b, kNoYes);
  visit.number("pixels", 12, f.pixels);
  visit.number("channels", 16, f.channels);
  visit.address("a_address", 20, f.a_address);
  visit.address("b_address", 24, f.b_address);
  visit.address("out_address", 28, f.out_address);
  visit.number("a_pixel_stride_bytes", 32, f.a_pixel_stride_bytes);
  visit.number("b_pixel_stride_bytes", 36, f.b_pixel_stride_bytes);
  visit.number("out_pixel_stride_bytes", 40, f.out_pixel_stride_bytes);
  visit.address("record_address", 44, f.record_address);
  visit.number("a_zero_point", 48, f.a_zero_point);
  visit.number("b_zero_point", 49, f.b_zero_point);
  visit.number("out_zero_point", 50, f.out_zero_point);
  visit.number("low", 51, f.low);
  visit.number("high", 52, f.high);
}

/// Calls the visitor for every field of one alternative of Instruction::fields, const or not.
template <typename Fields, typename Visitor>
void visit_fields(Fields& fields, Visitor&& visit) {
  using T = std::remove_const_t<Fields>;
  if constexpr (std::is_same_v<T, Dma>) visit_dma(fields, visit);
  if constexpr (std::is_same_v<T, Preload>) visit_preload(fields, visit);
  if constexpr (std::is_same_v<T, Matmul>) visit_matmul(fields, visit);
  if constexpr (std::is_same_v<T, Requantize>) visit_requantize(fields, visit);
  if constexpr (std::is_same_v<T, Pool>) visit_pool(fields, visit);
  if constexpr (std::is_same_v<T, Elementwise>) visit_elementwise(fields, visit);
}

}  // namespace npusim::isa
