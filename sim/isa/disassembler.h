// SPDX-License-Identifier: Apache-2.0
// A Program as text that a person reads, with what its addresses mean in comments, and that the
// assembler reads back to the same bytes (assembler.h): docs/program-file.md has its grammar. A
// field of an instruction that has its default value is left out; addresses are hexadecimal.
#pragma once

#include <cstddef>
#include <string>

#include "sim/isa/program.h"

namespace npusim::isa {

struct DisassemblyOptions {
  bool image = false;  // the DRAM image in hexadecimal; otherwise only its size and hash
};

/// The whole Program. It need not be verified; what refers to nothing is printed as its number.
std::string disassemble(const Program& program, const DisassemblyOptions& options = {});

/// One instruction without its index:
/// `mac_array matmul pixels=64 columns=8 ... wait=weight_loader_to_mac_array post=...`
std::string instruction_text(const Program& program, std::size_t index);

}  // namespace npusim::isa
