// SPDX-License-Identifier: Apache-2.0
// `npusim disasm`: a Program file as text, which `npusim assemble` reads back.
#include <memory>

#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/program_file.h"

namespace npusim::cli {
namespace {

struct DisasmOptions {
  std::string file;
  bool image = false;
};

constexpr char kDisasmExamples[] =
    "  npusim disasm mobilenet.npu | less\n"
    "  npusim disasm --image mobilenet.npu > net.s   npusim assemble reads it back\n";

int disasm(const DisasmOptions& options) {
  require_argument(options.file, "FILE", "a Program file, such as mobilenet.npu");
  const isa::Program program = isa::read_program(options.file);
  const std::string text = isa::disassemble(program, {options.image});
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_disasm(CLI::App& program, Action& action) {
  const auto options = std::make_shared<DisasmOptions>();
  CLI::App* command =
      add_command(program, "disasm", "print a Program file as text", kDisasmExamples);
  command->add_option("FILE", options->file, "Program file");
  command->add_flag("--image", options->image, "the DRAM image too, in hexadecimal");
  command->callback([options, &action] { action = [options] { return disasm(*options); }; });
}

}  // namespace npusim::cli
