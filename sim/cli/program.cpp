// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program.h"

#include "sim/base/version.h"
#include "sim/cli/help.h"
#include "sim/cli/table.h"

namespace npusim::cli {
namespace {

constexpr char kDescription[] =
    "npusim: a cycle-accurate simulator of neural processing units with a quantization frontend.";
constexpr char kProgramExamples[] =
    "Examples:\n"
    "  npusim list                    what may be run, and on what\n"
    "  npusim show npu_32x32.yaml     what a file says, with peaks and units\n"
    "  npusim run mobilenet.yaml      accuracy, cycles and memory in one report\n"
    "  npusim run mobilenet.yaml --scheme per_layer --json report.json\n"
    "  npusim compile mobilenet.yaml -o mobilenet.npu\n"
    "  npusim simulate mobilenet.npu --input fractal:2:0\n"
    "  npusim disasm mobilenet.npu\n"
    "\n";

}  // namespace

const std::vector<std::pair<ExitCode, const char*>>& exit_codes() {
  static const std::vector<std::pair<ExitCode, const char*>> codes = {
      {kOk, "ok"},
      {kMismatch, "mismatch (the report is still written)"},
      {kBadInput, "bad input, usage or I/O"},
      {kSimulationFailed, "simulation failed"},
      {kInternalError, "internal error"},
      {kInterrupted, "interrupted"}};
  return codes;
}

std::string exit_codes_text() {
  std::string text = "Exit codes: ";
  for (const auto& [code, meaning] : exit_codes())
    text += (code == kOk ? "" : ", ") + std::to_string(code) + ' ' + meaning;
  return wrapped(text + '.', kTerminalColumns);
}

void set_up(CLI::App& program, Action& action) {
  program.description(kDescription);
  program.name("npusim");
  set_help_layout(program);
  program.set_version_flag("--version", std::string("npusim ") + base::kVersion,
                           "print the version");
  program.set_help_flag("-h,--help", "print this help");
  program.footer(kProgramExamples + exit_codes_text());
  program.require_subcommand(0, 1);
  program.allow_extras();
  for (const AddCommand add : commands()) add(program, action);
}

}  // namespace npusim::cli
