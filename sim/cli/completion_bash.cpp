// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <vector>

#include "sim/cli/completion_scripts.h"
#include "sim/cli/value_hints.h"

namespace npusim::cli {
namespace {

constexpr char kBashHead[] =
    R"bash(# bash completion for npusim, written by `npusim completion bash`

# Adds the words that begin with what is typed: _npusim_words WORD...
_npusim_words() {
  local word
  for word; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("$word")
  done
}

# Adds a list of names that npusim knows: _npusim_names LIST
_npusim_names() {
  local -a names
  mapfile -t names < <("${COMP_WORDS[0]/#\~/$HOME}" completion "$1" 2>/dev/null)
  _npusim_words "${names[@]}"
}

# Adds folders, and files with one of the suffixes, all without one: _npusim_files [SUFFIX...]
_npusim_files() {
  local name suffix
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || $# == 0 ]]; then
      COMPREPLY+=("$name")
    else
      for suffix; do
        [[ $name == *".$suffix" ]] && COMPREPLY+=("$name")
      done
    fi
  done < <(compgen -f -- "$typed")
}

_npusim_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$typed")
}
)bash";

constexpr char kTail[] = R"bash(
_npusim() {
  local commands flags valued typed command='' flag='' word text i
  local -i position=0
  local -a words=()
  COMPREPLY=()

  # The words as npusim gets them: bash parts them at = and : too.
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    text=${COMP_WORDS[i]}
    if ((i > 1)) && [[ $text == [=:]* || ${COMP_WORDS[i - 1]} == *[=:] ]]; then
      words[-1]+=$text
    else
      words+=("$text")
    fi
  done

  _npusim_describe ''
  for ((i = 0; i < ${#words[@]} - 1; ++i)); do
    word=${words[i]}
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      [[ " $valued " == *" $word "* ]] && flag=$word
    elif [[ $position == 0 && " $commands " == *" $word "* ]]; then
      command=${command:+$command }$word
      _npusim_describe "$command"
    else
      position+=1
    fi
  done

  word=${words[-1]-}
  typed=$word
  if [[ -n $flag ]]; then
    _npusim_value "$command $flag"
  elif [[ $word == --*=* ]]; then
    typed=${word#*=}
    _npusim_value "$command ${word%%=*}"
  elif [[ $word == -* ]]; then
    # shellcheck disable=SC2086  # flags are words
    _npusim_words $flags
  else
    # shellcheck disable=SC2086
    ((position == 0)) && _npusim_words $commands
    _npusim_value "$command $position"
  fi

  # A word that ends with = goes on; what bash holds before = and : is not repeated.
  ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  local before=''
  if [[ $typed == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
    before=${typed%"${typed##*[=:]}"}
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
  fi
} && complete -F _npusim npusim
)bash";

/// 'text', for the shell.
std::string bash_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + '\'';
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string description(const Command& command) {
  std::vector<std::string> commands, flags, valued;
  for (const Command& below : command.commands) commands.push_back(below.name);
  for (const CommandOption& option : command.options) {
    flags.insert(flags.end(), option.names.begin(), option.names.end());
    if (!option.value.empty())
      valued.insert(valued.end(), option.names.begin(), option.names.end());
  }
  return "    " + bash_quoted(command.path) + ")\n      commands=" + bash_quoted(joined(commands)) +
         "\n      flags=" + bash_quoted(joined(flags)) +
         "\n      valued=" + bash_quoted(joined(valued)) + " ;;\n";
}

/// What is to be done for a value; empty: nothing is offered.
std::string action_of(const ValueHints& hints) {
  std::string text;
  const auto add = [&](const std::string& call) { text += (text.empty() ? "" : "; ") + call; };
  if (!hints.words.empty()) add("_npusim_words " + joined(hints.words));
  for (const std::string& list : hints.names) add("_npusim_names " + list);
  if (!hints.suffixes.empty()) add("_npusim_files " + joined(hints.suffixes));
  if (hints.any_file) add("_npusim_files");
  if (hints.folders) add("_npusim_folders");
  return text;
}

/// "run --json", "run 0": what _npusim_value is called with, by the action for it.
std::map<std::string, std::vector<std::string>> actions(const Command& program) {
  std::map<std::string, std::vector<std::string>> all;
  for (const Command* command : all_commands(program)) {
    const auto add = [&](const CommandOption& option, const std::string& key) {
      const std::string action = action_of(hints_of(program, *command, option));
      if (!action.empty()) all[action].push_back(bash_quoted(command->path + ' ' + key));
    };
    for (std::size_t i = 0; i < command->positionals.size(); ++i)
      add(command->positionals[i], std::to_string(i));
    for (const CommandOption& option : command->options) {
      for (const std::string& name : option.names) add(option, name);
    }
  }
  return all;
}

}  // namespace

std::string bash_completion(const Command& program) {
  std::string text = kBashHead;
  text +=
      "\n# Sets what follows a command: its own commands, its flags, those that take a value.\n"
      "_npusim_describe() {\n  case $1 in\n";
  for (const Command* command : all_commands(program)) text += description(*command);
  text +=
      "  esac\n}\n\n# Adds what a value may be: of a flag, \"run --json\", or a place, \"run 0\".\n"
      "_npusim_value() {\n  case $1 in\n";
  for (const auto& [action, keys] : actions(program)) {
    text += "    ";
    for (std::size_t k = 0; k < keys.size(); ++k)
      text += (k == 0 ? "" : k % 4 == 0 ? " | \\\n    " : " | ") + keys[k];
    text += ")\n      " + action + " ;;\n";
  }
  return text + "  esac\n}\n" + kTail;
}

}  // namespace npusim::cli
