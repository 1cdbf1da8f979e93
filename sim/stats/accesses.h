// SPDX-License-Identifier: Apache-2.0
// How many scratchpad accesses an instruction makes: the numbers of docs/timing-model.md, sections
// 4, 7 and 8, as pure functions of the instruction and the hardware. The machine spends them, the
// bounds add them up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/base/math.h"
#include "sim/config/hardware_config.h"
#include "sim/config/word_protection.h"
#include "sim/isa/instruction.h"

namespace npusim::stats {

/// Words of `word_bytes` (a power of two) that the range [address, address + bytes) touches;
/// bytes >= 1.
constexpr std::int64_t words_touched(std::int64_t address, std::int64_t bytes,
                                     std::int64_t word_bytes) {
  return (address + bytes - 1) / word_bytes - address / word_bytes + 1;
}

/// Words of `word_bytes` that a write of the range covers in part, and so reads first: 0, 1 or 2.
/// bytes >= 1.
constexpr std::int64_t partial_words(std::int64_t address, std::int64_t bytes,
                                     std::int64_t word_bytes) {
  const std::int64_t whole = (address + bytes) / word_bytes - base::ceil_div(address, word_bytes);
  return words_touched(address, bytes, word_bytes) - std::max<std::int64_t>(0, whole);
}

/// Accesses of a write that takes `accesses` where no word is protected: those that cover a word in
/// part are made twice.
constexpr std::int64_t write_accesses(std::int64_t accesses, std::int64_t partial_words) {
  return accesses + std::min(accesses, partial_words);
}

/// Accesses of the activation scratchpad to read a contiguous range; bytes >= 1.
std::int64_t activation_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                 std::int64_t bytes);
/// The same to write it.
std::int64_t activation_write_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                       std::int64_t bytes);
/// Accesses of the weight scratchpad to read `bytes` bytes: lines of as many bytes as the array has
/// columns.
std::int64_t weight_accesses(const config::HardwareConfig& hardware, std::int64_t bytes);

/// From the end of a vector instruction's stream to its done: the pipeline, and what was read last
/// is decoded.
std::int64_t vector_pipeline_cycles(const config::HardwareConfig& hardware);

/// What a requantization or vector instruction does before and in its main stream.
struct StreamAccesses {
  std::int64_t parameters = 0;   // of the weight scratchpad, first
  std::int64_t decode = 0;       // cycles until the last of them is there
  std::int64_t activations = 0;  // of the activation scratchpad, then
};
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Requantize& r);
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Pool& p);
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Elementwise& e);

}  // namespace npusim::stats
