// SPDX-License-Identifier: Apache-2.0
// The contents of the weight scratchpad without executing anything else: only LOAD_WEIGHTS writes
// it, only from the image, and nothing writes the image.
#pragma once

#include <cstdint>
#include <cstring>

#include "sim/isa/program.h"

namespace npusim::isa {

/// Does a LOAD_WEIGHTS whose fields are verified to `memory`, the weight scratchpad.
inline void replay_load_weights(const Program& program, const Dma& f, std::uint8_t* memory) {
  for (std::uint64_t j = 0; j < f.count2; ++j) {
    for (std::uint64_t i = 0; i < f.count1; ++i) {
      std::memcpy(
          memory + f.local_address + i * f.local_stride1 + j * f.local_stride2,
          program.dram_image.data() + f.dram_address + i * f.dram_stride1 + j * f.dram_stride2,
          f.bytes);
    }
  }
}

}  // namespace npusim::isa
