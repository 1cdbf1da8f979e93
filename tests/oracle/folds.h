// SPDX-License-Identifier: Apache-2.0
// What the folds of the weight loader and the array cost (section 6).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/isa/instruction.h"

namespace npusim::oracle {

/// Accesses of the weight scratchpad, fold by fold.
std::vector<std::int64_t> loads_of(const config::HardwareConfig& hardware,
                                   const isa::Preload& preload);

struct Fold {
  std::int64_t slots = 0;
  std::int64_t busy_slots = 0;  // the rest wait for the feeder
  // Output stationary: the first and the last chunk of a tile of pixels.
  bool first_of_tile = false, last_of_tile = false;
};
std::vector<Fold> folds_of(const config::HardwareConfig& hardware, const isa::Matmul& matmul);

}  // namespace npusim::oracle
