// SPDX-License-Identifier: Apache-2.0
// `npusim list`: what comes with npusim, and what a run may choose from.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cli/command.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/listings.h"
#include "sim/cli/output.h"
#include "sim/config/yaml_reader.h"

namespace npusim::cli {
namespace {

struct ListOptions {
  std::optional<std::string> what;
  bool json = false;
};

constexpr char kListExamples[] =
    "  npusim list\n"
    "  npusim list workloads\n"
    "  npusim list configs --json\n"
    "  npusim list keys        every key of a hardware file: range, meaning\n";

std::vector<std::string> listing_names() {
  std::vector<std::string> names;
  for (const Listing& listing : listings()) names.emplace_back(listing.name);
  return names;
}

/// The listings that are asked for; those of the overview where none is named.
std::vector<const Listing*> chosen(const std::optional<std::string>& what) {
  std::vector<const Listing*> result;
  for (const Listing& listing : listings()) {
    if (what ? *what == listing.name : listing.in_overview) result.push_back(&listing);
  }
  if (!result.empty()) return result;
  const std::vector<std::string> names = listing_names();
  throw base::InputError(
      base::refusal("", "list", what->empty() ? "an empty text" : *what,
                    config::list_choices(names) + base::did_you_mean(*what, names)));
}

int list(const ListOptions& options) {
  const std::vector<const Listing*> asked = chosen(options.what);
  const config::SearchFolders folders = data_folders();
  std::string text;
  if (options.json) {
    nlohmann::json document = {{"schema_version", kListSchemaVersion}};
    for (const Listing* listing : asked) listing->json(document, folders);
    text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  } else {
    for (const Listing* listing : asked)
      text += (text.empty() ? "" : "\n") + listing->text(folders, wants_colour());
  }
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_list(CLI::App& program, Action& action) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      add_command(program, "list", "what may be run: workloads, configs, schemes", kListExamples);
  command
      ->add_option("WHAT", options->what,
                   config::list_choices(listing_names()) + " (default: all but keys)")
      ->option_text("[WHAT]");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &action] { action = [options] { return list(*options); }; });
}

}  // namespace npusim::cli
