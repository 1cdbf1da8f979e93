// SPDX-License-Identifier: Apache-2.0
// Two Programs compared: what a reader of both would have to tell the other. Layers and tensors are
// matched by name (and image, and count where several have one name), semaphores by name,
// instructions of a layer by their place in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::isa {

enum class ProgramPart { hardware, settings, memory, layers, instructions, tensors, semaphores };
const char* program_part_name(ProgramPart part);  // "hardware", "settings", ...

struct ProgramChange {
  ProgramPart part = ProgramPart::hardware;
  /// The layer, tensor or semaphore, "conv_1[image 1]" or "conv_1#2"; empty: of the whole Program.
  std::string item;
  /// "mac_array.rows", "weights", "place"; of an instruction "matmul pixels".
  std::string what;
  std::string before, after;  // "nothing" where one lacks it
  /// Of a field of instructions: how many of the layer differ in it; `before` and `after` are the
  /// first one's. Else 0.
  std::int64_t instructions = 0;
};

/// The first instruction that differs; a side that has ended has "nothing".
struct FirstInstruction {
  std::size_t index = 0;
  std::string before_label, after_label;  // instruction_label
  std::string before, after;              // instruction_text
};

struct ProgramDifference {
  std::vector<ProgramChange> changes;  // by part, then in the order of the Programs
  std::optional<FirstInstruction> first_instruction;

  bool is_same() const { return changes.empty() && !first_instruction; }
};

/// Of verified Programs. Contents of the DRAM image are compared by hash, layer by layer
/// (layer_contents.h), and so told apart from where they lie.
ProgramDifference program_difference(const Program& before, const Program& after);

}  // namespace npusim::isa
