// SPDX-License-Identifier: Apache-2.0
// What an instruction reads because it writes protected words in part (docs/timing-model.md,
// section 4).
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"
#include "sim/isa/instruction.h"

namespace npusim::energy {

/// Whole words, of the one or the other scratchpad; 0 where it is not protected.
struct PartialWrites {
  std::int64_t activation_bytes = 0;
  std::int64_t weight_bytes = 0;
};
PartialWrites partial_writes(const config::HardwareConfig& hardware,
                             const isa::Instruction& instruction);

}  // namespace npusim::energy
