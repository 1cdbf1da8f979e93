// SPDX-License-Identifier: Apache-2.0
// Every byte that an instruction reads and writes, as regions of runs.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/program.h"
#include "sim/isa/regions.h"

namespace npusim::functional {

struct Access {
  isa::Space space = isa::Space::dram;
  bool write = false;
  isa::Region region;
};

/// Appends the accesses of a verified instruction, reads before writes; none is empty. Of an input
/// region only what windows and taps touch: row by row, from the first to the last column.
/// weight_scratchpad: its contents then (an average's record says itself how long it is).
void append_accesses(const isa::Instruction& instruction, const config::HardwareConfig& hardware,
                     const std::uint8_t* weight_scratchpad, std::vector<Access>& accesses);

}  // namespace npusim::functional
