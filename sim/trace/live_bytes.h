// SPDX-License-Identifier: Apache-2.0
// What lies in the NPU's memories and is needed: from the instructions alone, exact to the byte.
//
// A byte is live from the start of the instruction that writes it until the last instruction that
// reads it before it is written again is done. What nobody reads is never live; a Program's output
// that stays on chip is live to the end.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::trace {

/// The memories: bytes of the scratchpads, and accumulators.
enum class LocalSpace : std::uint8_t { activation_scratchpad, weight_scratchpad, accumulators };
inline constexpr std::size_t kLocalSpaces = 3;

/// By LocalSpace.
using LocalCounts = std::array<std::int64_t, kLocalSpaces>;

struct LiveBytes {
  LocalCounts initial{};            // before the first instruction: inputs on chip
  std::vector<LocalCounts> births;  // by instruction, when it starts
  std::vector<LocalCounts> deaths;  // by instruction, when it is done
};

/// The Program must be valid (isa::verify).
LiveBytes live_bytes(const isa::Program& program);

}  // namespace npusim::trace
