// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "sim/cli/completion_scripts.h"
#include "sim/cli/value_hints.h"

namespace npusim::cli {
namespace {

constexpr char kZshHead[] = R"zsh(#compdef npusim
# zsh completion for npusim, written by `npusim completion zsh`

# A list of names that npusim knows; what ends with = goes on: _npusim_names LIST
_npusim_names() {
  local -a names open
  names=(${(f)"$(${~words[1]} completion $1 2>/dev/null)"})
  open=(${(M)names:#*\=})
  names=(${names:#*\=})
  compadd -S '' -a open
  compadd -a names
}

# What a value may be: _npusim_value [-w WORD...] [-n LIST...] [-f SUFFIX...] [-a] [-d]
_npusim_value() {
  local kind= word
  for word; do
    case $word in
      -w|-n|-f) kind=$word ;;
      -a) _files ;;
      -d) _files -/ ;;
      *)
        case $kind in
          -w) compadd -- $word ;;
          -n) _npusim_names $word ;;
          -f) _files -g "*.$word" ;;
        esac ;;
    esac
  done
}
)zsh";

/// Text between single quotes of zsh.
std::string zsh_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + '\'';
}

/// A text within a specification of _arguments, where : and brackets part.
std::string plain_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// ":FILE: _npusim_value -n workloads -f yaml"
std::string zsh_value(const std::string& name, const ValueHints& hints) {
  std::string call;
  const auto add = [&](const char* flag, const std::vector<std::string>& words) {
    if (words.empty()) return;
    call += flag;
    for (const std::string& word : words) call += ' ' + word;
  };
  add(" -w", hints.words);
  add(" -n", hints.names);
  add(" -f", hints.suffixes);
  if (hints.any_file) call += " -a";
  if (hints.folders) call += " -d";
  return ':' + plain_text(name) + ':' + (call.empty() ? " " : " _npusim_value" + call);
}

std::string option_lines(const Command& program, const Command& command) {
  std::string text;
  for (const CommandOption& option : command.options) {
    const std::string value =
        option.value.empty() ? "" : zsh_value(option.value, hints_of(program, command, option));
    std::string others;
    for (const std::string& name : option.names) others += (others.empty() ? "" : " ") + name;
    for (const std::string& name : option.names) {
      const bool takes_equals = !value.empty() && name.compare(0, 2, "--") == 0;
      std::string spec = option.may_repeat ? "*" : '(' + others + ')';
      spec.append(name).append(takes_equals ? "=[" : "[");
      spec.append(plain_text(option.description)).append("]").append(value);
      text += "        " + zsh_quoted(spec) + " \\\n";
    }
  }
  return text;
}

/// The words of the command itself are the first arguments, then its own commands or values.
std::string argument_lines(const Command& program, const Command& command) {
  std::string text;
  std::size_t place = 0;
  const auto add = [&](const std::string& rest) {
    text += "        " + zsh_quoted(std::to_string(++place) + rest) + " \\\n";
  };
  for (std::size_t begin = 0; begin < command.path.size();) {
    const std::size_t end = std::min(command.path.find(' ', begin), command.path.size());
    add(": :(" + command.path.substr(begin, end - begin) + ')');
    begin = end + 1;
  }
  ValueHints first;
  if (!command.positionals.empty()) first = hints_of(program, command, command.positionals.front());
  for (const Command& below : command.commands) first.words.push_back(below.name);
  if (first.any())
    add(zsh_value(command.positionals.empty() ? "command" : command.positionals.front().value,
                  first));
  for (std::size_t i = 1; i < command.positionals.size(); ++i) {
    add(zsh_value(command.positionals[i].value,
                  hints_of(program, command, command.positionals[i])));
  }
  return text;
}

std::string command_names(const Command& command) {
  std::string names;
  for (const Command& below : command.commands) names += (names.empty() ? "" : "|") + below.name;
  return names;
}

}  // namespace

std::string zsh_completion(const Command& program) {
  std::string text = kZshHead;
  text +=
      "\n_npusim() {\n  local command= word\n"
      "  for word in ${words[2,CURRENT-1]}; do\n    case \"$command|$word\" in\n";
  for (const Command* command : all_commands(program)) {
    if (command->commands.empty()) continue;
    text += "      " + zsh_quoted(command->path + '|') + '(' + command_names(*command) + ')' +
            ") command=${command:+$command }$word ;;\n";
  }
  text += "    esac\n  done\n  case $command in\n";
  for (const Command* command : all_commands(program)) {
    text += "    " + zsh_quoted(command->path) + ")\n      _arguments -s -S : \\\n" +
            option_lines(program, *command) + argument_lines(program, *command) +
            "        && return 0 ;;\n";
  }
  return text + "  esac\n}\n\n_npusim \"$@\"\n";
}

}  // namespace npusim::cli
