// SPDX-License-Identifier: Apache-2.0
// What all modules of the register-level machine share: the Program, the memories' contents, the
// wires that are no channels, and the record of the run.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/isa/program.h"
#include "sim/stats/simulation_result.h"

namespace npusim::registers {

/// A register held what it must not: the machine as described does not work.
class HardwareFault : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void check(bool holds, const char* what) {
  if (!holds) throw HardwareFault(what);
}

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Pages of DRAM that were written; zeros elsewhere.
class DramContents {
 public:
  explicit DramContents(const isa::DramImage& image) { write(0, image.data(), image.size()); }
  void write(std::uint64_t address, const std::uint8_t* data, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) page(address + i)[(address + i) % kPage] = data[i];
  }
  void read(std::uint64_t address, std::uint8_t* data, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) data[i] = page(address + i)[(address + i) % kPage];
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  std::vector<std::uint8_t>& page(std::uint64_t address) {
    std::vector<std::uint8_t>& page = pages_[address / kPage];
    if (page.empty()) page.resize(kPage);
    return page;
  }
  std::map<std::uint64_t, std::vector<std::uint8_t>> pages_;
};

inline constexpr std::size_t kCommandProcessor = isa::kUnits;
inline constexpr std::size_t kAllUnits = isa::kUnits + 1;

/// What a run comes to.
struct Result {
  std::int64_t total_cycles = 0;
  std::array<stats::ActivityCycles, kAllUnits> units;  // isa::Unit, then the command processor
  std::vector<std::int64_t> start, done;               // of every instruction
  std::vector<std::vector<std::int8_t>> outputs;       // as Program::outputs
  std::int64_t overflows = 0;
  /// Cycles in which two requesters wanted the same port, by name: "activations: dma_in, feeder".
  std::map<std::string, std::int64_t> meetings;
  stats::DramResult dram;
};

struct Context {
  explicit Context(const isa::Program& p)
      : program(p),
        hardware(p.hardware),
        dram(p.dram_image),
        activations(static_cast<std::size_t>(hardware.activation_scratchpad.bytes)),
        weights(static_cast<std::size_t>(hardware.weight_scratchpad.bytes)) {
    result.start.assign(p.instructions.size(), -1);
    result.done.assign(p.instructions.size(), -1);
  }

  const isa::Program& program;
  const config::HardwareConfig& hardware;
  DramContents dram;
  std::vector<std::int8_t> activations;
  std::vector<std::uint8_t> weights;
  Result result;
  std::size_t instructions_done = 0;
  std::function<void(std::size_t)> on_done;  // tensors are kept when they are complete

  void done(std::size_t instruction, std::int64_t cycle) {
    check(result.done[instruction] < 0, "an instruction is done twice");
    result.done[instruction] = cycle;
    ++instructions_done;
    if (on_done) on_done(instruction);
  }

  /// Accesses that b bytes of the activation scratchpad at `address` take.
  std::int64_t activation_accesses(std::int64_t address, std::int64_t bytes) const {
    const std::int64_t w = hardware.activation_scratchpad.bank_word_bytes;
    const std::int64_t words = (address + bytes - 1) / w - address / w + 1;
    return ceil_div(words, hardware.activation_scratchpad.banks);
  }
  std::int64_t weight_accesses(std::int64_t bytes) const {
    return ceil_div(bytes, hardware.mac_array.columns);
  }
};

}  // namespace npusim::registers
