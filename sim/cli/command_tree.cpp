// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_tree.h"

#include <CLI/App.hpp>
#include <algorithm>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

CommandOption described(const CLI::Option& option) {
  CommandOption result;
  result.description = option.get_description();
  result.may_repeat = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  if (option.get_positional()) {
    result.names = {option.get_name(/*positional=*/true)};
    result.value = result.names.front();
    return result;
  }
  for (const std::string& name : option.get_snames()) result.names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  if (option.get_items_expected_max() == 0) return result;
  result.value = option.get_option_text();
  if (result.value.empty()) result.value = option.get_type_name();
  return result;
}

Command described(const CLI::App& app, const std::string& path) {
  Command result;
  result.name = app.get_name();
  result.path = path;
  result.summary = app.get_description();
  result.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? result.positionals : result.options).push_back(described(*option));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string below = (path.empty() ? "" : path + ' ') + sub->get_name();
    result.commands.push_back(described(*sub, below));
  }
  return result;
}

}  // namespace

Command command_tree(const CLI::App& program) { return described(program, ""); }

const Command& find_command(const Command& program, const std::vector<std::string>& path) {
  const Command* at = &program;
  for (const std::string& name : path) {
    std::vector<std::string> names;
    for (const Command& command : at->commands) names.push_back(command.name);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw base::InputError(base::refusal(
          "", "COMMAND", (at->path.empty() ? "" : at->path + ' ') + name,
          names.empty() ? at->path + " alone, which has no commands of its own"
                        : config::list_choices(names) + base::did_you_mean(name, names)));
    }
    at = &at->commands[static_cast<std::size_t>(found - names.begin())];
  }
  return *at;
}

std::vector<const Command*> all_commands(const Command& command) {
  std::vector<const Command*> all = {&command};
  for (const Command& below : command.commands) {
    const std::vector<const Command*> more = all_commands(below);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace npusim::cli
