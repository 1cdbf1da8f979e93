// SPDX-License-Identifier: Apache-2.0
// Small Programs made by hand, and what makes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/encoding.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// A 4 x 4 array, 16 accumulator rows, 1 KiB of each scratchpad, 64 KiB of DRAM.
config::HardwareConfig small_hardware();

/// Builds a Program instruction by instruction. The weights and parameters come first: put() them
/// all before the first tensor in DRAM.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(const config::HardwareConfig& hardware = small_hardware());

  /// Semaphore "<poster>_to_<waiter>"; returns its mask.
  std::uint32_t semaphore(isa::Unit poster, isa::Unit waiter, std::uint32_t initial = 0);
  /// Appends bytes to the image, aligned to 16; returns their DRAM address.
  std::uint64_t put(const std::vector<std::uint8_t>& bytes);
  std::uint64_t put(const std::vector<std::int8_t>& bytes);
  /// Room for a tensor in DRAM behind all others; returns its index.
  std::uint32_t dram_tensor(const std::string& name, std::int64_t height, std::int64_t width,
                            std::int64_t channels);
  /// A tensor in the activation scratchpad.
  std::uint32_t act_tensor(const std::string& name, std::int64_t height, std::int64_t width,
                           std::int64_t channels, std::uint64_t address);
  std::uint64_t address_of(std::uint32_t tensor) const { return program.tensors[tensor].address; }
  /// Makes the tensor complete after the last instruction so far.
  void complete(std::uint32_t tensor);

  template <typename Fields>
  isa::Instruction& add(isa::Opcode opcode, const Fields& fields, std::uint32_t wait_mask = 0,
                        std::uint32_t post_mask = 0) {
    return append({opcode, wait_mask, post_mask, fields});
  }
  /// Appends `end`; one layer for all instructions where none was added.
  isa::Program finish();

  isa::Program program;
  isa::InstructionOrigin origin;  // of the instructions added next

 private:
  isa::Instruction& append(const isa::Instruction& instruction);
};

/// A pointwise layer in `tiles` tiles of 8 pixels, 8 channels in, 4 out, double-buffered
/// everywhere, with a rescale behind it: all units but nothing superfluous, so every wait is
/// needed. Input `tiles` x 8 x 8 codes, output `tiles` x 8 x 4. Reproducible weights.
isa::Program pipeline_program(std::int64_t tiles);

/// pipeline_program(2) as a stream of two images with one tile each: everything is listed twice.
isa::Program two_images_program();

}  // namespace npusim::test
