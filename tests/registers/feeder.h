// SPDX-License-Identifier: Apache-2.0
// The feeder: reads words of the activation scratchpad, slot by slot, and forms what enters the
// array (docs/timing-model.md, section 6). One object for each fold.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tests/registers/pe_array.h"

namespace npusim::registers {

/// The part of a MATMUL that one fold does.
struct FoldWork {
  const isa::Matmul* fields = nullptr;
  std::int64_t fold = 0;  // counted from reset
  std::int64_t k_begin = 0, k_end = 0;
  std::int64_t pixel_begin = 0, pixel_end = 0;  // of the instruction's
  bool first_k = false, last_k = false;         // the fold holds the reduction's first, last k
  bool last = false;                            // the instruction's last fold
};

/// Bytes of the scratchpad on their way into registers, one word after another.
class WordReader {
 public:
  explicit WordReader(const Context& context) : context_(context) {}

  /// Begins anew, with so many registers of which none is filled.
  void clear(std::size_t registers, std::int8_t value);
  /// A byte that the words to come shall bring to a register.
  void want(std::int64_t address, std::size_t to) { group_.emplace_back(address, to); }
  /// What was wanted since the last call shares no word with what is wanted later.
  void close_group();

  std::int64_t words() const { return static_cast<std::int64_t>(word_ends_.size()); }
  /// Reads the next `words` words, as many as are left.
  void read(std::int64_t words);
  /// Registers whose word comes later in the same row or line take it around the register.
  std::int8_t value(std::size_t at) const;
  const std::vector<std::int8_t>& registers() const { return registers_; }

 private:
  const Context& context_;
  std::vector<std::pair<std::int64_t, std::size_t>> group_;
  std::vector<std::pair<std::int64_t, std::size_t>> bytes_;  // sorted within a group
  std::vector<std::size_t> word_ends_;                       // into bytes_
  std::vector<std::int64_t> pending_;  // by register: the address on its way, or -1
  std::vector<std::int8_t> registers_;
  std::size_t words_read_ = 0;
};

class Feeder {
 public:
  virtual ~Feeder() = default;
  /// One granted slot. Whether something enters the array in it.
  virtual bool slot(Wave& wave, std::vector<std::int8_t>& x) = 0;
  virtual bool done() const = 0;
};

std::unique_ptr<Feeder> make_feeder(const Context& context, const FoldWork& work);

/// Slots of an output stationary fold.
std::int64_t tile_slots(const Context& context, const FoldWork& work);

}  // namespace npusim::registers
