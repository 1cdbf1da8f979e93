// SPDX-License-Identifier: Apache-2.0
// `npusim manual`: the manual page, made of what the command line is read by.
#include <memory>

#include "sim/cli/command.h"
#include "sim/cli/manual_page.h"
#include "sim/cli/output.h"

namespace npusim::cli {
namespace {

constexpr char kManualExamples[] =
    "  npusim manual | man -l -               every command on one page\n"
    "  npusim manual sweep report | man -l -\n"
    "  npusim manual > npusim.1\n";

int print_page(const CLI::App& app, const std::vector<std::string>& path) {
  const Command program = command_tree(app);
  const std::string page = manual_page(program, find_command(program, path));
  write_stdout(page);
  return kOk;
}

}  // namespace

void add_manual(CLI::App& program, Action& action) {
  const auto path = std::make_shared<std::vector<std::string>>();
  CLI::App* command = add_command(program, "manual", "print the manual page of npusim or a command",
                                  kManualExamples);
  command->add_option("COMMAND", *path, "a command, such as run or sweep report (default: all)")
      ->option_text("[COMMAND]");
  command->callback([path, &program, &action] {
    action = [path, &program] { return print_page(program, *path); };
  });
}

}  // namespace npusim::cli
