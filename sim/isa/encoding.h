// SPDX-License-Identifier: Apache-2.0
// Instructions as 64 bytes and back. Where every field lies: fields.h and docs/program-file.md.
#pragma once

#include <array>
#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::isa {

inline constexpr int kOpcodes = 9;

using InstructionBytes = std::array<std::uint8_t, kInstructionBytes>;

/// An instruction of that opcode whose fields have their default values.
Instruction make_instruction(Opcode opcode);

/// Whether `fields` holds the alternative that belongs to the opcode.
bool fields_match_opcode(const Instruction& instruction);

/// The 64 bytes of an instruction. Throws base::InternalError where the fields are those of another
/// opcode; whether their values make sense is for verify() to say.
InstructionBytes encode(const Instruction& instruction);

/// The instruction of 64 bytes: encode(decode(b)) == b and decode(encode(i)) == i. Throws
/// base::InputError for an unknown opcode, a flag without meaning, and reserved
/// bytes or bits that are not 0.
Instruction decode(const std::uint8_t* bytes);

}  // namespace npusim::isa
