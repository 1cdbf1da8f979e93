// SPDX-License-Identifier: Apache-2.0
// The subcommands and their flags as plain values, read from the CLI11 program itself: the one
// source of the manual page and the completions.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace npusim::cli {

struct CommandOption {
  std::vector<std::string> names;  // "-o", "--output"; of a positional its one name, "FILE"
  std::string value;  // what stands behind the flag in the help, "FILE.npu"; empty: a switch
  std::string description;
  bool may_repeat = false;
};

struct Command {
  std::string name;     // "report"
  std::string path;     // "sweep report"; empty of the program itself
  std::string summary;  // one sentence
  std::string footer;   // "Examples:", lines that begin with blanks, and remarks that do not
  std::vector<CommandOption> positionals;
  std::vector<CommandOption> options;  // --help included
  std::vector<Command> commands;
};

/// `program` as set_up left it.
Command command_tree(const CLI::App& program);

/// The command of a path, such as {"sweep", "report"}. Throws base::InputError naming the nearest
/// where there is none.
const Command& find_command(const Command& program, const std::vector<std::string>& path);

/// Of the command and all below it, in order: itself first.
std::vector<const Command*> all_commands(const Command& command);

}  // namespace npusim::cli
