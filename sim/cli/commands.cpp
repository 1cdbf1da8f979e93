// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command.h"

namespace npusim::cli {

const std::vector<AddCommand>& commands() {
  static const std::vector<AddCommand> all = {
      add_run,  add_compare, add_analyze,  add_sweep,   add_compile,    add_simulate,
      add_diff, add_disasm,  add_assemble, add_inspect, add_export,     add_vectors,
      add_list, add_show,    add_cache,    add_golden,  add_completion, add_manual};
  return all;
}

CLI::App* add_command(CLI::App& program, const char* name, const char* summary,
                      const char* examples) {
  CLI::App* command = program.add_subcommand(name, summary);
  command->footer(std::string("Examples:\n") + examples);
  command->allow_extras();  // refused with a hint by the command line reader
  return command;
}

}  // namespace npusim::cli
