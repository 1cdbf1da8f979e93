// SPDX-License-Identifier: Apache-2.0
#include "sim/energy/partial_writes.h"

#include <algorithm>
#include <variant>

#include "sim/stats/accesses.h"

namespace npusim::energy {
namespace {

/// Words covered in part by the bursts of a transfer, which are written one by one.
std::int64_t words_of_bursts(const isa::Dma& dma, std::int64_t burst_bytes,
                             std::int64_t word_bytes) {
  const auto burst = static_cast<std::uint64_t>(burst_bytes);
  std::int64_t words = 0;
  for (std::uint64_t i2 = 0; i2 < dma.count2; ++i2) {
    for (std::uint64_t i1 = 0; i1 < dma.count1; ++i1) {
      const std::uint64_t dram = dma.dram_address + i1 * dma.dram_stride1 + i2 * dma.dram_stride2;
      const std::uint64_t local =
          dma.local_address + i1 * dma.local_stride1 + i2 * dma.local_stride2;
      for (std::uint64_t done = 0; done < dma.bytes;) {
        const std::uint64_t bytes = std::min(burst - (dram + done) % burst, dma.bytes - done);
        words += stats::partial_words(static_cast<std::int64_t>(local + done),
                                      static_cast<std::int64_t>(bytes), word_bytes);
        done += bytes;
      }
    }
  }
  return words;
}

/// Of so many pixels, each written in pieces of up to `piece` channels.
std::int64_t words_of_pixels(std::int64_t address, std::int64_t stride, std::int64_t pixels,
                             std::int64_t channels, std::int64_t piece, std::int64_t word_bytes) {
  std::int64_t words = 0;
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (std::int64_t c = 0; c < channels; c += piece) {
      words +=
          stats::partial_words(address + i * stride + c, std::min(piece, channels - c), word_bytes);
    }
  }
  return words;
}

}  // namespace

PartialWrites partial_writes(const config::HardwareConfig& hardware,
                             const isa::Instruction& instruction) {
  const std::int64_t activation_word =
      config::written_together_bytes(hardware.activation_scratchpad);
  const std::int64_t weight_word = config::written_together_bytes(hardware.weight_scratchpad);
  const std::int64_t lanes = hardware.vector_unit.lanes;
  PartialWrites partial;
  if (const auto* d = std::get_if<isa::Dma>(&instruction.fields)) {
    const std::int64_t burst = hardware.dma.burst_bytes;
    if (instruction.opcode == isa::Opcode::load_weights && weight_word != 1) {
      partial.weight_bytes = weight_word * words_of_bursts(*d, burst, weight_word);
    }
    if (instruction.opcode == isa::Opcode::load_activations && activation_word != 1) {
      partial.activation_bytes = activation_word * words_of_bursts(*d, burst, activation_word);
    }
  }
  if (activation_word == 1) return partial;
  if (const auto* r = std::get_if<isa::Requantize>(&instruction.fields)) {
    partial.activation_bytes =
        activation_word * words_of_pixels(r->out_address, r->out_pixel_stride_bytes, r->pixels,
                                          r->columns, r->columns, activation_word);
  } else if (const auto* p = std::get_if<isa::Pool>(&instruction.fields)) {
    partial.activation_bytes =
        activation_word * words_of_pixels(p->out_address, p->out_pixel_stride_bytes, p->pixels,
                                          p->channels, lanes, activation_word);
  } else if (const auto* e = std::get_if<isa::Elementwise>(&instruction.fields)) {
    partial.activation_bytes =
        activation_word * words_of_pixels(e->out_address, e->out_pixel_stride_bytes, e->pixels,
                                          e->channels, lanes, activation_word);
  }
  return partial;
}

}  // namespace npusim::energy
