// SPDX-License-Identifier: Apache-2.0
// What the machine's memories hold between two instructions.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/isa/program.h"
#include "sim/isa/zeroed_array.h"

namespace npusim::functional {

/// The DRAM: zeros at first, memory only where something was written.
class Dram {
 public:
  void write(std::uint64_t address, const std::uint8_t* data, std::uint64_t bytes);
  void read(std::uint64_t address, std::uint8_t* data, std::uint64_t bytes) const;

 private:
  static constexpr std::uint64_t kPageBytes = std::uint64_t{1} << 16;
  std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> pages_;
};

/// One fold on its way from the weight loader to the array.
struct Fold {
  std::int64_t k_begin = 0, k_end = 0;
  std::vector<std::int16_t> weights;  // [k][column], less the weight zero point
};

/// What one PRELOAD hands over.
struct Shadow {
  std::vector<Fold> folds;
  std::vector<std::int32_t> biases;  // of the columns; empty without load_bias
};

/// All memories of one machine, at reset: zeros, and the Program's image in the DRAM.
struct MachineState {
  explicit MachineState(const isa::Program& program);

  Dram dram;
  isa::ZeroedArray<std::int8_t> activations;    // activation scratchpad
  isa::ZeroedArray<std::uint8_t> weights;       // weight scratchpad
  isa::ZeroedArray<std::int32_t> accumulators;  // [row][column of the array]
  std::deque<Shadow> shadows;                   // of PRELOADs whose MATMUL has not run
  std::int64_t overflows = 0;                   // additions that the accumulators did not hold
};

}  // namespace npusim::functional
