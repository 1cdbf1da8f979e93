// SPDX-License-Identifier: Apache-2.0
// `npusim completion`: the script for a shell, made of what the command line is read by, and the
// names that the scripts ask for.
#include <memory>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cli/command.h"
#include "sim/cli/completion_scripts.h"
#include "sim/cli/output.h"
#include "sim/cli/value_hints.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

constexpr char kCompletionExamples[] =
    "  source <(npusim completion bash)          for this shell\n"
    "  npusim completion zsh > ~/.zfunc/_npusim  a folder of $fpath\n"
    "  npusim completion fish > ~/.config/fish/completions/npusim.fish\n"
    "  npusim completion keys                    all that --set takes\n";

struct Script {
  const char* shell;
  std::string (*text)(const Command& program);
};
constexpr Script kScripts[] = {
    {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

int print_completion(const CLI::App& app, const std::string& what) {
  std::vector<std::string> choices;
  std::string text;
  for (const Script& script : kScripts) {
    choices.emplace_back(script.shell);
    if (what == script.shell) text = script.text(command_tree(app));
  }
  for (const NameList& list : name_lists()) {
    choices.emplace_back(list.name);
    if (what != list.name) continue;
    for (const std::string& name : list.names()) text += name + '\n';
    write_stdout(text);
    return kOk;
  }
  if (text.empty()) {
    throw base::InputError(
        base::refusal("", "WHAT", what.empty() ? "nothing" : what,
                      config::list_choices(choices) + base::did_you_mean(what, choices)));
  }
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_completion(CLI::App& program, Action& action) {
  const auto what = std::make_shared<std::string>();
  CLI::App* command = add_command(program, "completion", "print completions for bash, zsh or fish",
                                  kCompletionExamples);
  command->add_option("WHAT", *what,
                      "the shell: bash, zsh or fish; or a list of names that its script asks for: "
                      "workloads, hardware, sweeps, technologies, schemes or keys");
  command->callback([what, &program, &action] {
    action = [what, &program] { return print_completion(program, *what); };
  });
}

}  // namespace npusim::cli
