// SPDX-License-Identifier: Apache-2.0
// What lies in the activation scratchpad, where and from which cycle to which: read off the
// instructions' own reads and writes, and the cycles in which they ran.
//
// An allocation is what one layer writes of one tensor: the whole result where that stays on chip,
// else one tile of it or of an operand (what the layer loads from DRAM). It is held from the start
// of the first instruction that writes it to the done of the last one that reads it, or that writes
// it where nobody does. Bytes are whole words of the scratchpad's banks, as places are given out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::stats {

/// When an instruction ran: it left its queue in `start_cycle`; its effects were complete before
/// `done_cycle`.
struct InstructionCycles {
  std::int64_t start_cycle = 0, done_cycle = 0;
};

struct Allocation {
  std::int64_t tensor = -1;     // index into Program::tensors; -1: loaded from where no tensor lies
  std::int64_t layer = 0;       // whose instructions write it, index into Program::layers
  std::int64_t last_layer = 0;  // whose instructions read it last; `layer` where nobody does
  std::int64_t tile = 0;        // the first of `tiles`
  std::int64_t tiles = 1;
  bool is_loaded = false;  // by DMA; else computed
  std::int64_t address = 0, bytes = 0;
  std::int64_t begin_cycle = 0, end_cycle = 0;  // [begin, end)
};

/// The bytes held from `cycle` on, up to the next step.
struct OccupancyStep {
  std::int64_t cycle = 0, bytes = 0;
};

struct ActivationMap {
  std::int64_t capacity_bytes = 0;
  std::vector<Allocation> allocations;  // by begin_cycle, then address
  /// Bytes that at least one allocation holds; the last step is 0.
  std::vector<OccupancyStep> occupancy;
  std::int64_t peak_bytes = 0, peak_cycle = 0;  // the largest occupancy, and where it begins
  /// The same layer by layer in Program order, as the compiler counts
  /// Program::activation_peak_bytes: an allocation counts from its first layer to its last. Tile
  /// buffers count as far as they are written, and of several images the inputs while they are
  /// needed, so this is at most the compiler's figure.
  std::int64_t layer_peak_bytes = 0;
  std::int64_t peak_layer = 0;  // the first with that
};

/// `cycles`: one entry per instruction. The Program must be valid (isa::verify).
ActivationMap activation_map(const isa::Program& program,
                             const std::vector<InstructionCycles>& cycles);

/// Where there are more than `most` allocations: the tiles that one layer writes to one place, one
/// after another, become one allocation; its gaps go.
void join_tiles(ActivationMap& map, std::size_t most);

}  // namespace npusim::stats
