// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/accesses.h"

#include <algorithm>
#include <set>

#include "sim/base/errors.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {
namespace {

using config::HardwareConfig;

/// Protected words of the scratchpad of which a write of the range leaves some bytes as they are.
template <typename Scratchpad>
std::int64_t partly_written(const Scratchpad& scratchpad, std::int64_t address,
                            std::int64_t bytes) {
  if (scratchpad.protection == config::Protection::none) return 0;
  const std::int64_t word = scratchpad.protected_word_bits / 8;
  std::set<std::int64_t> partly;
  for (const std::int64_t at : {address, address + bytes - 1}) {
    const std::int64_t begin = at - at % word;
    if (begin < address || begin + word > address + bytes) partly.insert(begin);
  }
  return static_cast<std::int64_t>(partly.size());
}

template <typename Scratchpad>
std::int64_t decode_of(const Scratchpad& scratchpad) {
  return scratchpad.protection == config::Protection::secded ? 1 : 0;
}

Streams of(const HardwareConfig& hardware, const isa::Requantize& f) {
  const std::int64_t n = f.columns;
  std::int64_t bytes = f.per_channel ? 5 * n : 5;
  bytes += ceil_div(n * f.field_bits, 8);
  if (f.channel_clamps) bytes += 2 * n;
  Streams streams{weight_accesses(hardware, bytes), 0};
  const std::int64_t together =
      std::min(hardware.mac_array.depthwise_pixels,
               std::max<std::int64_t>(1, hardware.requantization.lanes / n));
  for (std::int64_t first = 0; first < f.pixels; first += together) {
    const std::int64_t rows = std::min<std::int64_t>(together, f.pixels - first);
    std::int64_t words = 0;
    std::int64_t partly = 0;
    for (std::int64_t i = first; i < first + rows; ++i) {
      const std::int64_t address =
          std::int64_t{f.out_address} + i * std::int64_t{f.out_pixel_stride_bytes};
      words += words_of(hardware, address, n);
      partly += partly_written(hardware.activation_scratchpad, address, n);
    }
    const std::int64_t accesses = ceil_div(words, hardware.activation_scratchpad.banks);
    streams.main += std::max(ceil_div(rows * n, hardware.requantization.lanes),
                             accesses + std::min(accesses, partly));
  }
  return streams;
}

/// Runs `each` over the channels that the lanes take at a time: (first, count).
template <typename Each>
void for_chunks(const HardwareConfig& hardware, std::int64_t channels, Each each) {
  const std::int64_t lanes = hardware.vector_unit.lanes;
  for (std::int64_t first = 0; first < channels; first += lanes) {
    each(first, std::min(lanes, channels - first));
  }
}

/// Input rows or columns [begin, end) of a window.
struct Extent {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return std::max<std::int64_t>(0, end - begin); }
};

Extent extent_of(std::int64_t at, std::int64_t stride, std::int64_t pad, std::int64_t kernel,
                 std::int64_t input) {
  const std::int64_t first = at * stride - pad;
  return {std::max<std::int64_t>(0, first), std::min(input, first + kernel)};
}

Streams of(const HardwareConfig& hardware, const isa::Pool& f) {
  Streams streams;
  std::set<std::int64_t> sizes;
  for (std::int64_t i = 0; i < f.pixels; ++i) {
    const std::int64_t pixel = f.first_pixel + i;
    const Extent rows =
        extent_of(pixel / f.out_width, f.stride_h, f.pad_top, f.kernel_h, f.in_height);
    const Extent columns =
        extent_of(pixel % f.out_width, f.stride_w, f.pad_left, f.kernel_w, f.in_width);
    sizes.insert(rows.size() * columns.size());
    for_chunks(hardware, f.channels, [&](std::int64_t channel, std::int64_t count) {
      for (std::int64_t y = rows.begin; y < rows.end; ++y) {
        for (std::int64_t x = columns.begin; x < columns.end; ++x) {
          const std::int64_t cell = std::int64_t{f.in_address} +
                                    y * std::int64_t{f.row_stride_bytes} +
                                    x * std::int64_t{f.pixel_stride_bytes};
          streams.main += activation_accesses(hardware, cell + channel, count);
        }
      }
      const std::int64_t out =
          std::int64_t{f.out_address} + i * std::int64_t{f.out_pixel_stride_bytes};
      streams.main += activation_write_accesses(hardware, out + channel, count);
    });
  }
  if (f.operation == isa::PoolOperation::average) {
    const auto different = f.count_include_pad ? 1 : static_cast<std::int64_t>(sizes.size());
    streams.parameters = weight_accesses(hardware, 1 + 7 * different);
  }
  return streams;
}

Streams of(const HardwareConfig& hardware, const isa::Elementwise& f) {
  using isa::ElementwiseOperation;
  const bool two =
      f.operation == ElementwiseOperation::add || f.operation == ElementwiseOperation::mul;
  std::int64_t bytes = 5;
  if (f.operation == ElementwiseOperation::add) bytes = 9;
  if (f.operation == ElementwiseOperation::lookup) bytes = 256;
  Streams streams{weight_accesses(hardware, bytes), 0};
  for_chunks(hardware, f.channels, [&](std::int64_t channel, std::int64_t count) {
    const auto operand = [&](std::int64_t address, std::int64_t stride, std::int64_t pixel) {
      return activation_accesses(hardware, address + pixel * stride + channel, count);
    };
    for (std::int64_t i = 0; i < f.pixels; ++i) {
      streams.main += operand(f.a_address, f.a_pixel_stride_bytes, i);
      if (two && (!f.broadcast_b || i == 0)) {
        streams.main += operand(f.b_address, f.b_pixel_stride_bytes, i);
      }
      const std::int64_t out =
          std::int64_t{f.out_address} + i * std::int64_t{f.out_pixel_stride_bytes};
      streams.main += activation_write_accesses(hardware, out + channel, count);
    }
  });
  return streams;
}

}  // namespace

std::int64_t words_of(const HardwareConfig& hardware, std::int64_t address, std::int64_t bytes) {
  const std::int64_t word = hardware.activation_scratchpad.bank_word_bytes;
  return (address + bytes - 1) / word - address / word + 1;
}

std::int64_t activation_accesses(const HardwareConfig& hardware, std::int64_t address,
                                 std::int64_t bytes) {
  return ceil_div(words_of(hardware, address, bytes), hardware.activation_scratchpad.banks);
}

std::int64_t weight_accesses(const HardwareConfig& hardware, std::int64_t bytes) {
  return ceil_div(bytes, hardware.mac_array.columns);
}

std::int64_t activation_write_accesses(const HardwareConfig& hardware, std::int64_t address,
                                       std::int64_t bytes) {
  const std::int64_t once = activation_accesses(hardware, address, bytes);
  return once + std::min(once, partly_written(hardware.activation_scratchpad, address, bytes));
}

std::int64_t weight_write_accesses(const HardwareConfig& hardware, std::int64_t address,
                                   std::int64_t bytes) {
  const std::int64_t once = weight_accesses(hardware, bytes);
  return once + std::min(once, partly_written(hardware.weight_scratchpad, address, bytes));
}

std::int64_t activation_decode(const HardwareConfig& hardware) {
  return decode_of(hardware.activation_scratchpad);
}
std::int64_t weight_decode(const HardwareConfig& hardware) {
  return decode_of(hardware.weight_scratchpad);
}

Streams streams_of(const HardwareConfig& hardware, const isa::Instruction& instruction) {
  if (const auto* f = std::get_if<isa::Requantize>(&instruction.fields)) return of(hardware, *f);
  if (const auto* f = std::get_if<isa::Pool>(&instruction.fields)) return of(hardware, *f);
  if (const auto* f = std::get_if<isa::Elementwise>(&instruction.fields)) return of(hardware, *f);
  throw base::InternalError("oracle: an instruction without streams");
}

std::vector<Piece> bursts_of(const HardwareConfig& hardware, const isa::Dma& dma) {
  std::vector<Piece> pieces;
  const auto burst = static_cast<std::uint64_t>(hardware.dma.burst_bytes);
  for (std::uint64_t i2 = 0; i2 < dma.count2; ++i2) {
    for (std::uint64_t i1 = 0; i1 < dma.count1; ++i1) {
      std::uint64_t dram = dma.dram_address + i2 * dma.dram_stride2 + i1 * dma.dram_stride1;
      std::uint64_t local = dma.local_address + i2 * dma.local_stride2 + i1 * dma.local_stride1;
      for (std::uint64_t left = dma.bytes; left > 0;) {
        const std::uint64_t bytes = std::min(left, burst - dram % burst);
        pieces.push_back(
            {dram, static_cast<std::int64_t>(local), static_cast<std::int64_t>(bytes)});
        dram += bytes;
        local += bytes;
        left -= bytes;
      }
    }
  }
  return pieces;
}

}  // namespace npusim::oracle
