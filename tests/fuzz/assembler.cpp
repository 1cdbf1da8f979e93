// SPDX-License-Identifier: Apache-2.0
// A text, assembled; what comes of it is written, assembled again and executed.
#include "sim/isa/assembler.h"

#include <string>
#include <string_view>

#include "sim/isa/disassembler.h"
#include "sim/isa/program_file.h"
#include "tests/fuzz/target.h"

namespace npusim::fuzz {

void run_assembler(std::string_view input) {
  isa::AssemblyOptions options;
  if (input.find(".hardware") == std::string_view::npos) {
    options.hardware = config::HardwareConfig();
  }
  isa::Program program;
  if (!accepted([&] { program = isa::assemble(input, "fuzz.npuasm", options); })) return;
  isa::verify(program);
  const isa::Program again = isa::assemble(isa::disassemble(program, {true}), "again.npuasm");
  require(isa::serialize(again) == isa::serialize(program), "the same bytes from its own text");
  execute(program);
}

}  // namespace npusim::fuzz
