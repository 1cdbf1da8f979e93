// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/labels.h"

#include <algorithm>

#include "sim/isa/encoding.h"

namespace npusim::isa {

std::string instruction_label(const Program& program, std::size_t index) {
  std::string label = "instruction " + std::to_string(index);
  if (index >= program.instructions.size()) return label;
  const Opcode opcode = program.instructions[index].opcode;
  if (static_cast<int>(opcode) >= kOpcodes) return label;
  label += " (";
  if (opcode != Opcode::end) label += std::string(unit_name(unit_of(opcode))) + ' ';
  label += opcode_name(opcode);
  if (index < program.origins.size() && opcode != Opcode::end) {
    const InstructionOrigin& origin = program.origins[index];
    label += ", layer " + std::to_string(origin.layer);
    if (origin.layer < program.layers.size()) {
      label += " '" + program.layers[origin.layer].name + '\'';
    }
    label += image_text(program, origin.layer);
    label += " tile " + std::to_string(origin.tile);
  }
  return label + ')';
}

std::string image_text(const Program& program, std::uint32_t layer) {
  const auto images = static_cast<std::uint32_t>(program.metadata.images);
  const auto layers = static_cast<std::uint32_t>(program.layers.size());
  if (images < 2 || layers < images) return "";
  return " of image " + std::to_string(std::min(layer / (layers / images), images - 1));
}

std::string semaphore_label(const Program& program, int semaphore) {
  if (semaphore < 0 || static_cast<std::size_t>(semaphore) >= program.semaphores.size()) {
    return "semaphore " + std::to_string(semaphore);
  }
  return program.semaphores[static_cast<std::size_t>(semaphore)].name;
}

}  // namespace npusim::isa
