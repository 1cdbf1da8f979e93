// SPDX-License-Identifier: Apache-2.0
// Which bytes of the activation scratchpad an instruction writes, in what order.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/isa/instruction.h"

namespace npusim::flips {

/// `pixels` x `columns` codes, element pixel * columns + column.
struct InstructionCodes {
  std::uint64_t address = 0;
  std::int64_t pixel_stride_bytes = 0;
  std::int64_t pixels = 0, columns = 0;

  std::int64_t elements() const { return pixels * columns; }
  std::uint64_t address_of(std::int64_t element) const {
    return address +
           static_cast<std::uint64_t>(element / columns * pixel_stride_bytes + element % columns);
  }
  std::optional<std::int64_t> element_at(std::uint64_t byte) const {
    if (byte < address) return std::nullopt;
    const auto offset = static_cast<std::int64_t>(byte - address);
    const std::int64_t pixel = pixel_stride_bytes == 0 ? 0 : offset / pixel_stride_bytes;
    const std::int64_t column = offset - pixel * pixel_stride_bytes;
    if (pixel >= pixels || column >= columns) return std::nullopt;
    return pixel * columns + column;
  }
};

/// None of an instruction that writes no codes.
inline std::optional<InstructionCodes> codes_of(const isa::Instruction& instruction) {
  if (const auto* r = std::get_if<isa::Requantize>(&instruction.fields))
    return InstructionCodes{r->out_address, r->out_pixel_stride_bytes, r->pixels, r->columns};
  if (const auto* p = std::get_if<isa::Pool>(&instruction.fields))
    return InstructionCodes{p->out_address, p->out_pixel_stride_bytes, p->pixels, p->channels};
  if (const auto* e = std::get_if<isa::Elementwise>(&instruction.fields))
    return InstructionCodes{e->out_address, e->out_pixel_stride_bytes, e->pixels, e->channels};
  return std::nullopt;
}

/// Where a transfer has the byte of this DRAM address in the scratchpad, and the other way round;
/// none where it does not move it.
inline std::optional<std::uint64_t> local_address(const isa::Dma& f, std::uint64_t dram) {
  for (std::uint64_t j = 0; j < f.count2; ++j) {
    for (std::uint64_t i = 0; i < f.count1; ++i) {
      const std::uint64_t from = f.dram_address + i * f.dram_stride1 + j * f.dram_stride2;
      if (dram < from || dram - from >= f.bytes) continue;
      return f.local_address + i * f.local_stride1 + j * f.local_stride2 + (dram - from);
    }
  }
  return std::nullopt;
}
inline std::optional<std::uint64_t> dram_address(const isa::Dma& f, std::uint64_t local) {
  for (std::uint64_t j = 0; j < f.count2; ++j) {
    for (std::uint64_t i = 0; i < f.count1; ++i) {
      const std::uint64_t from =
          std::uint64_t{f.local_address} + i * f.local_stride1 + j * f.local_stride2;
      if (local < from || local - from >= f.bytes) continue;
      return f.dram_address + i * f.dram_stride1 + j * f.dram_stride2 + (local - from);
    }
  }
  return std::nullopt;
}

}  // namespace npusim::flips
