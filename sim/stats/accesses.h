// SPDX-License-Identifier: Apache-2.0
// How many scratchpad accesses an instruction makes: the numbers of docs/timing-model.md, sections
// 4, 7 and 8, as pure functions of the instruction and the hardware. The machine spends them, the
// bounds add them up.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"
#include "sim/isa/instruction.h"

namespace npusim::stats {

/// Words of `word_bytes` (a power of two) that the range [address, address + bytes) touches;
/// bytes >= 1.
constexpr std::int64_t words_touched(std::int64_t address, std::int64_t bytes,
                                     std::int64_t word_bytes) {
  return (address + bytes - 1) / word_bytes - address / word_bytes + 1;
}

/// Accesses of the activation scratchpad for a contiguous range; bytes >= 1.
std::int64_t activation_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                 std::int64_t bytes);
/// Accesses of the weight scratchpad for `bytes` bytes: lines of as many bytes as the array has
/// columns.
std::int64_t weight_accesses(const config::HardwareConfig& hardware, std::int64_t bytes);

/// What a requantization or vector instruction does before and in its main stream.
struct StreamAccesses {
  std::int64_t parameters = 0;   // of the weight scratchpad, first
  std::int64_t activations = 0;  // of the activation scratchpad, then
};
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Requantize& r);
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Pool& p);
StreamAccesses stream_accesses(const config::HardwareConfig& hardware, const isa::Elementwise& e);

}  // namespace npusim::stats
