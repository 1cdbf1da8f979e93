// SPDX-License-Identifier: Apache-2.0
// What a scratchpad's protection means to those who access it (docs/timing-model.md, section 4).
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"

namespace npusim::config {

/// Bytes of a scratchpad that can only be written together: those of a protected word.
template <typename ScratchpadConfig>
constexpr std::int64_t written_together_bytes(const ScratchpadConfig& scratchpad) {
  const bool is_protected = scratchpad.protection != Protection::none;
  return is_protected ? scratchpad.protected_word_bits / 8 : 1;
}

/// How much later than its access what is read is there (docs/timing-model.md: D_a, D_w).
template <typename ScratchpadConfig>
constexpr std::int64_t decode_cycles(const ScratchpadConfig& scratchpad) {
  return scratchpad.protection == Protection::secded ? 1 : 0;
}

}  // namespace npusim::config
