// SPDX-License-Identifier: Apache-2.0
// What all modules of the register-level machine share: the Program, the memories' contents, the
// wires that are no channels, and the record of the run.
#pragma once

#include <algorithm>
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

  /// Protected words that b bytes at `address` cover in part; 0 without protection.
  template <typename Scratchpad>
  static std::int64_t torn_words(const Scratchpad& scratchpad, std::int64_t address,
                                 std::int64_t bytes) {
    if (scratchpad.protection == config::Protection::none) return 0;
    const std::int64_t p = scratchpad.protected_word_bits / 8;
    const std::int64_t end = address + bytes;
    const bool first_torn = address % p != 0;
    const bool last_torn = end % p != 0;
    const bool same_word = address / p == (end - 1) / p;
    return same_word ? (first_torn || last_torn ? 1 : 0) : first_torn + last_torn;
  }
  /// Accesses to write b bytes: each that tears a protected word reads it before.
  std::int64_t activation_writes(std::int64_t address, std::int64_t bytes) const {
    const std::int64_t n = activation_accesses(address, bytes);
    return n + std::min(n, torn_words(hardware.activation_scratchpad, address, bytes));
  }
  std::int64_t weight_writes(std::int64_t address, std::int64_t bytes) const {
    const std::int64_t n = weight_accesses(bytes);
    return n + std::min(n, torn_words(hardware.weight_scratchpad, address, bytes));
  }

  /// Whether a decoder's register lies between the scratchpad and its readers.
  bool decodes_activations() const {
    return hardware.activation_scratchpad.protection == config::Protection::secded;
  }
  bool decodes_weights() const {
    return hardware.weight_scratchpad.protection == config::Protection::secded;
  }
};

}  // namespace npusim::registers
