// SPDX-License-Identifier: Apache-2.0
// How many pieces of work a Program consists of: what a simulation's own time is held against, as
// it should not depend on the size of the array.
#pragma once

#include <cstdint>

#include "sim/isa/program.h"

namespace npusim::stats {

/// The longest micro-op: what a unit does for more cycles than this without a break counts as
/// several.
inline constexpr std::int64_t kMicroOpCycles = 256;

/// Pieces of work that a unit does without a break, of kMicroOpCycles at most where nothing holds
/// the unit up.
struct MicroOps {
  std::int64_t array_folds = 0;          // of every MATMUL, a row of inputs a cycle
  std::int64_t weight_tiles = 0;         // R x C at most, of every PRELOAD, a row a cycle
  std::int64_t requantizations = 0;      // REQUANTIZE, an access of a scratchpad a cycle
  std::int64_t vector_instructions = 0;  // POOL and ELEMENTWISE, likewise
  std::int64_t dma_rows = 0;             // contiguous runs: count1 * count2 of every transfer
  std::int64_t fetch_blocks = 0;  // of command_processor.fetch_bytes, the last one maybe partial
  std::int64_t issues = 0;        // instructions, by the command processor

  std::int64_t total() const {
    return array_folds + weight_tiles + requantizations + vector_instructions + dma_rows +
           fetch_blocks + issues;
  }
};

/// From the instructions alone. The Program must be valid (isa::verify).
MicroOps micro_ops(const isa::Program& program);

}  // namespace npusim::stats
