// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <vector>

#include "sim/cli/completion_scripts.h"
#include "sim/cli/value_hints.h"

namespace npusim::cli {
namespace {

/// Text between single quotes of fish.
std::string fish_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + '\'';
}

/// Flags that take a value in some command; none is a switch in another.
std::string valued_flags(const Command& program) {
  std::set<std::string> flags;
  for (const Command* command : all_commands(program)) {
    for (const CommandOption& option : command->options) {
      if (!option.value.empty()) flags.insert(option.names.begin(), option.names.end());
    }
  }
  std::string text;
  for (const std::string& flag : flags) text += ' ' + flag;
  return text;
}

std::string head(const Command& program) {
  std::string text =
      "# fish completion for npusim, written by `npusim completion fish`\n\n"
      "# Whether the command typed so far is this one: __npusim_at 'sweep report'\n"
      "function __npusim_at\n"
      "  set -l command ''\n"
      "  set -l is_value 0\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $is_value = 1\n"
      "      set is_value 0\n"
      "    else if contains -- $word" +
      valued_flags(program) +
      "\n"
      "      set is_value 1\n"
      "    else\n"
      "      switch \"$command|$word\"\n";
  for (const Command* command : all_commands(program)) {
    if (command->path.empty()) continue;
    const std::size_t blank = command->path.rfind(' ');
    const std::string above = blank == std::string::npos ? "" : command->path.substr(0, blank);
    text += "        case " + fish_quoted(above + '|' + command->name) +
            "\n          set command " + fish_quoted(command->path) + '\n';
  }
  return text +
         "      end\n    end\n  end\n  test \"$command\" = \"$argv[1]\"\nend\n\n"
         "# A list of names that npusim knows: __npusim_names LIST\n"
         "function __npusim_names\n"
         "  set -l program (commandline -opc)[1]\n"
         "  $program completion $argv[1] 2>/dev/null\n"
         "end\n\n"
         "complete -c npusim -f\n";
}

/// What is offered for a value: ` -r -f -a '...'`.
std::string fish_value(const ValueHints& hints) {
  std::string offered;
  const auto add = [&](const std::string& part) { offered += (offered.empty() ? "" : " ") + part; };
  for (const std::string& word : hints.words) add(word);
  for (const std::string& list : hints.names) add("(__npusim_names " + list + ')');
  for (const std::string& suffix : hints.suffixes) add("(__fish_complete_suffix ." + suffix + ')');
  if (hints.folders) add("(__fish_complete_directories)");
  if (hints.any_file) return " -F" + (offered.empty() ? "" : " -a " + fish_quoted(offered));
  return offered.empty() ? "" : " -a " + fish_quoted(offered);
}

std::string option_line(const Command& program, const Command& command,
                        const CommandOption& option) {
  std::string text = "complete -c npusim -n \"__npusim_at '" + command.path + "'\"";
  for (const std::string& name : option.names)
    text += name.compare(0, 2, "--") == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.value.empty()) text += " -r" + fish_value(hints_of(program, command, option));
  return text + " -d " + fish_quoted(option.description) + '\n';
}

}  // namespace

std::string fish_completion(const Command& program) {
  std::string text = head(program);
  for (const Command* command : all_commands(program)) {
    const std::string at = "complete -c npusim -n \"__npusim_at '" + command->path + "'\"";
    for (const Command& below : command->commands)
      text += at + " -a " + below.name + " -d " + fish_quoted(below.summary) + '\n';
    for (const CommandOption& positional : command->positionals) {
      const std::string value = fish_value(hints_of(program, *command, positional));
      if (!value.empty()) text += at + value + '\n';
    }
    for (const CommandOption& option : command->options)
      text += option_line(program, *command, option);
  }
  return text;
}

}  // namespace npusim::cli
