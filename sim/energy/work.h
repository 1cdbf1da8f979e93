// SPDX-License-Identifier: Apache-2.0
// What the instructions of a Program do, counted: pure functions of the Program, so that simulating
// without values gives the same. What each count is: docs/energy.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::energy {

/// Of one layer. Bytes are those that the instructions ask for, read and written together.
struct Work {
  std::array<std::int64_t, isa::kMostWeightBits + 1> macs{};  // by bits of the weight; padding too
  std::int64_t loaded_weight_bits = 0;                        // into the registers of the array
  std::int64_t accumulator_accesses = 0;  // of one accumulator, outside the array's registers
  std::int64_t line_buffer_bytes = 0;
  std::int64_t activation_scratchpad_bytes = 0;
  std::int64_t weight_scratchpad_bytes = 0;
  // Read because a write covers only a part of a protected word; not among those above.
  std::int64_t activation_bytes_read_to_write = 0;
  std::int64_t weight_bytes_read_to_write = 0;
  std::int64_t requantizations = 0;
  std::int64_t comparisons = 0;      // max pooling, a cell each
  std::int64_t cell_additions = 0;   // average pooling, a cell each
  std::int64_t averages = 0;         // results of average pooling
  std::int64_t additions = 0;        // results of Add
  std::int64_t multiplications = 0;  // results of Mul
  std::int64_t rescalings = 0;
  std::int64_t lookups = 0;
  std::int64_t instruction_bytes = 0;
};

/// One entry per Program::layers. The Program must be valid (isa::verify).
std::vector<Work> work_of(const isa::Program& program);

}  // namespace npusim::energy
