// SPDX-License-Identifier: Apache-2.0
// Instructions as the lowering writes them: without semaphores, but with every region they read and
// write, from which schedule.h derives the semaphores.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/instruction.h"
#include "sim/isa/program.h"

namespace npusim::compile {

enum class Space : std::uint8_t { dram, activations, weights, accumulators };
inline constexpr int kSpaces = 4;

// Bytes [begin, end) of a memory, rows of the accumulators. A strided region is named by its hull.
struct Access {
  Space space = Space::dram;
  bool is_write = false;
  std::uint64_t begin = 0, end = 0;
};

struct DraftInstruction {
  isa::Instruction instruction;
  isa::InstructionOrigin origin;
  std::vector<Access> accesses;
};

// Index of a draft instruction in the order it was written; the schedule may move it.
using DraftIndex = std::int64_t;

class Draft {
 public:
  // Layer and tile of the instructions that follow.
  void set_origin(std::uint32_t layer, std::uint32_t tile) { origin_ = {layer, tile}; }
  std::uint32_t layer() const { return origin_.layer; }
  DraftIndex last() const { return static_cast<DraftIndex>(instructions_.size()) - 1; }

  DraftIndex load_activations(const isa::Dma& dma);
  DraftIndex load_weights(const isa::Dma& dma);
  DraftIndex store_activations(const isa::Dma& dma);
  DraftIndex preload(const isa::Preload& preload);
  DraftIndex matmul(const isa::Matmul& matmul);
  // [parameter_begin, parameter_end) of the weight scratchpad holds record and shifts.
  DraftIndex requantize(const isa::Requantize& requantize, std::uint32_t parameter_begin,
                        std::uint32_t parameter_end);
  DraftIndex pool(const isa::Pool& pool, std::uint32_t record_bytes);
  DraftIndex elementwise(const isa::Elementwise& elementwise, std::uint32_t record_bytes);

  // Bytes [begin, end) of the activation scratchpad can be observed once `index` is done: whoever
  // overwrites any of them waits for it, even where it wrote others.
  void hold_until(DraftIndex index, std::uint64_t begin, std::uint64_t end);

  const std::vector<DraftInstruction>& instructions() const { return instructions_; }

 private:
  DraftIndex append(isa::Opcode opcode, decltype(isa::Instruction::fields) fields,
                    std::vector<Access> accesses);

  isa::InstructionOrigin origin_;
  std::vector<DraftInstruction> instructions_;
};

}  // namespace npusim::compile
