// SPDX-License-Identifier: Apache-2.0
// What goes into and comes out of the machine's units while a Program is interpreted: stimulus and
// expected words for somebody else's hardware.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::cli {

/// A memory image: words of the same width.
struct VectorFile {
  std::string name;   // without a folder or suffix
  int bits = 8;       // of a word, 1 to 64
  bool sign = false;  // two's complement
  std::string holds;  // order and meaning of the words
  std::vector<std::int64_t> words;
};

/// All vectors of one unit in one layer.
struct UnitVectors {
  std::string unit;         // "requantization", "barrel_shifter", "channel_shifter", "mac_array",
                            // "elementwise", "pool"
  std::uint32_t layer = 0;  // index into the Program's layers
  std::int64_t instructions = 0, all_instructions = 0;  // recorded, in the Program
  std::map<std::string, std::variant<std::int64_t, std::string>> constants;
  std::deque<VectorFile> files;  // references to them stay valid

  /// The file of this name, made where there is none yet.
  VectorFile& file(const std::string& name, int bits, bool sign, const std::string& holds);
};

struct VectorChoice {
  std::vector<bool> layers;       // by layer of the Program: record it
  std::int64_t rows = 16;         // at most so many rows (pixels) of an instruction, at least 1
  std::int64_t instructions = 8;  // and so many instructions of a layer and unit, at least 1
};

/// `limit` of the numbers from 0 to total - 1, the first and the last among them, evenly spread;
/// all where there are no more. limit at least 1.
std::vector<std::int64_t> spread(std::int64_t total, std::int64_t limit);

/// Interprets a verified Program on these inputs (as functional::Interpreter::start wants them) up
/// to the last instruction that is recorded, and returns what it has seen: by layer, then unit.
/// `advance` is told how many of how many instructions are done. Throws base::SimulationError as
/// functional::execute, base::InputError where that is more than 100 million words.
std::vector<UnitVectors> collect_vectors(
    const isa::Program& program, const std::vector<std::vector<std::int8_t>>& inputs,
    const VectorChoice& choice,
    const std::function<void(std::int64_t, std::int64_t)>& advance = {});

}  // namespace npusim::cli
