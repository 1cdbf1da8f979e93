// SPDX-License-Identifier: Apache-2.0
// `npusim golden`: what runs must come to, kept in folders.
#include "sim/cli/golden.h"

#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

constexpr char kGoldenExamples[] =
    "  npusim golden record mobilenet.yaml -o golden/mobilenet --images 100\n"
    "  npusim golden check golden\n"
    "  npusim golden check golden --junit golden.xml\n"
    "  npusim golden update golden/mobilenet --reason \"faster DRAM\"\n";

/// Nothing, or something else, where a subcommand must be.
int refuse_without_subcommand(const std::string& got) {
  const std::vector<std::string> names = {"record", "check", "update"};
  const std::string hint = base::did_you_mean(got, names);
  throw base::InputError(base::refusal("", "golden", got.empty() ? "nothing" : got,
                                       "followed by " + config::list_choices(names) +
                                           (hint.empty() ? "; see npusim golden --help" : hint)));
}

}  // namespace

void add_golden(CLI::App& program, Action& action) {
  CLI::App* command = add_command(
      program, "golden", "record what runs come to, and check that they still do", kGoldenExamples);
  add_golden_record(*command, action);
  add_golden_check(*command, action);
  add_golden_update(*command, action);
  command->callback([command, &action] {
    if (!command->get_subcommands().empty()) return;
    const std::vector<std::string> extras = command->remaining();
    const bool is_name = !extras.empty() && extras.front().front() != '-';
    if (is_name) refuse_without_subcommand(extras.front());
    action = [] { return refuse_without_subcommand(""); };
  });
}

}  // namespace npusim::cli
