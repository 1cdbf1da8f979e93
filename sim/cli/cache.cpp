// SPDX-License-Identifier: Apache-2.0
// `npusim cache`: what is kept of earlier runs, and taking it away.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cache/entries.h"
#include "sim/cache/place.h"
#include "sim/cache/program_identity.h"
#include "sim/cache/store.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/table.h"
#include "sim/config/yaml_reader.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

struct CacheOptions {
  std::string action = "show";
  std::optional<std::string> older_than, keep;
};

constexpr char kCacheExamples[] =
    "  npusim cache\n"
    "  npusim cache prune --older-than 30d\n"
    "  npusim cache prune --keep 1GiB\n"
    "  npusim cache clear\n"
    "  NPUSIM_CACHE= npusim run mobilenet.yaml     keeps nothing and finds nothing\n";

const std::vector<std::string> kActions = {"show", "prune", "clear"};
constexpr char kOtherPrograms[] = "other builds";
constexpr char kAge[] = "a whole number of days or hours from 1 to 100000, such as 30d or 12h";

std::optional<std::chrono::hours> parse_age(const std::string& text) {
  constexpr std::int64_t kHoursPerDay = 24, kMost = 100'000;
  if (text.empty() || (text.back() != 'd' && text.back() != 'h')) return std::nullopt;
  const auto number = config::parse_integer(text.substr(0, text.size() - 1));
  if (!number || *number < 1 || *number > kMost) return std::nullopt;
  return std::chrono::hours(*number * (text.back() == 'd' ? kHoursPerDay : 1));
}

cache::Pruning parse_pruning(const CacheOptions& options) {
  base::ErrorList errors;
  cache::Pruning pruning;
  if (options.older_than) {
    const auto age = parse_age(*options.older_than);
    if (age) pruning.unused_since = cache::Clock::now() - *age;
    if (!age) errors.add("", "--older-than", *options.older_than, kAge);
  }
  if (options.keep) {
    pruning.keep_bytes = config::parse_integer(*options.keep, /*is_size_bytes=*/true);
    if (!pruning.keep_bytes || *pruning.keep_bytes < 0)
      errors.add("", "--keep", *options.keep, "a number of bytes, such as 1GiB");
  }
  const bool is_prune = options.action == "prune";
  for (const auto& [flag, value] :
       {std::pair("--older-than", &options.older_than), std::pair("--keep", &options.keep)}) {
    if (*value && !is_prune)
      errors.add("", flag, **value, "left out: npusim cache " + options.action + " takes no flags");
  }
  if (is_prune && !options.older_than && !options.keep)
    errors.add("", "prune", "no flag", "given --older-than AGE, --keep SIZE or both");
  errors.throw_if_any();
  if (options.action == "clear") pruning.keep_bytes = 0;
  return pruning;
}

std::string time_text(cache::Clock::time_point time) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(cache::Clock::to_time_t(time)));
}

struct Row {
  std::int64_t entries = 0, bytes = 0;
  cache::Clock::time_point oldest, newest;
};

void show_entries(const fs::path& folder) {
  const std::string own = cache::hex_name(cache::program_identity());
  std::map<std::string, Row> rows;
  Row all;
  for (const cache::Entry& entry : cache::list_entries(folder)) {  // by last use
    for (Row* row : {&rows[entry.program == own ? entry.kind : kOtherPrograms], &all}) {
      if (row->entries == 0) row->oldest = entry.last_use;
      row->newest = entry.last_use;
      ++row->entries;
      row->bytes += entry.bytes;
    }
  }
  const bool colour = wants_colour();
  write_stdout(fmt::format("{} {}\n", bold("Cache", colour), folder.string()));
  if (all.entries == 0) {
    write_stdout("  empty\n");
    return;
  }
  constexpr auto kNumber = ColumnKind::number;
  Table table({{"kind", ColumnKind::name},
               {"entries", kNumber},
               {"size", kNumber},
               {"last use from", kNumber},
               {"to", kNumber}});
  const auto add = [&](const std::string& name, const Row& row) {
    table.add({name, report::grouped(row.entries), report::bytes_text(row.bytes),
               time_text(row.oldest), time_text(row.newest)});
  };
  for (const auto& [kind, row] : rows) {
    if (kind != kOtherPrograms) add(kind, row);
  }
  const auto others = rows.find(kOtherPrograms);
  if (others != rows.end()) add(kOtherPrograms, others->second);
  if (rows.size() > 1) add("all", all);
  write_stdout(table.text(colour));
  if (others != rows.end()) {
    write_stdout(fmt::format(
        "  {}: made by programs other than this one, which does not use them\n", kOtherPrograms));
  }
}

int manage(const CacheOptions& options) {
  if (std::find(kActions.begin(), kActions.end(), options.action) == kActions.end()) {
    throw base::InputError(base::refusal(
        "", "ACTION", options.action,
        config::list_choices(kActions) + base::did_you_mean(options.action, kActions)));
  }
  const cache::Pruning pruning = parse_pruning(options);
  const auto folder = cache::default_folder();
  if (!folder) {
    write_stdout("no cache: NPUSIM_CACHE is empty, or there is no home folder\n");
    return kOk;
  }
  if (options.action == "show") {
    show_entries(*folder);
    return kOk;
  }
  const cache::Pruned pruned = cache::prune(*folder, pruning);
  write_stdout(
      fmt::format("{}: {} {} removed, {}\n", folder->string(), report::grouped(pruned.entries),
                  pruned.entries == 1 ? "entry" : "entries", report::bytes_text(pruned.bytes)));
  if (pruned.refused == 0) return kOk;
  throw base::InputError(folder->string() + ": cannot remove " + report::grouped(pruned.refused) +
                         " entries: no permission to write there");
}

}  // namespace

void add_cache(CLI::App& program, Action& action) {
  const auto options = std::make_shared<CacheOptions>();
  CLI::App* command =
      add_command(program, "cache", "show or remove what is kept of earlier runs", kCacheExamples);
  command->add_option("ACTION", options->action,
                      "show (default), prune (by flags) or clear (everything)");
  command
      ->add_option("--older-than", options->older_than,
                   "prune what was last used so long ago: 30d, 12h")
      ->option_text("AGE");
  command
      ->add_option("--keep", options->keep,
                   "prune the longest unused until so much is left: 1GiB, 500MiB")
      ->option_text("SIZE");
  command->callback([options, &action] { action = [options] { return manage(*options); }; });
}

}  // namespace npusim::cli
