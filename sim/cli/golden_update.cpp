// SPDX-License-Identifier: Apache-2.0
// `npusim golden update`: what cases come to now is right from here on, for a reason.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/version.h"
#include "sim/cli/golden.h"
#include "sim/cli/golden_cases.h"
#include "sim/cli/interrupt.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"

namespace npusim::cli {
namespace {

struct GoldenUpdateOptions {
  std::string folder;
  std::optional<std::string> threads, reason;
  bool no_cache = false, quiet = false;
};

constexpr char kUpdateExamples[] =
    "  npusim golden update golden/mobilenet --reason \"DRAM latency is 60 ns\"\n"
    "  npusim golden update golden --reason \"stalls are counted from reset\"\n"
    "\n"
    "Cases that are the same stay as they are. Where one cannot be run, none is\n"
    "updated.";

std::string require_reason(const std::optional<std::string>& reason) {
  constexpr char kBlanks[] = " \t\r\n";
  const std::string text = reason.value_or("");
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos)
    throw base::InputError(base::refusal("", "--reason", reason ? text : "nothing",
                                         "why the results are other ones now"));
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// The case as it is to be, beside what it is.
std::unique_ptr<base::WholeFolder> updated_case(const CaseOutcome& outcome,
                                                const std::string& reason) {
  const std::filesystem::path& folder = outcome.place.folder;
  const std::filesystem::path case_file = folder / golden::kCaseFile;
  auto fresh = std::make_unique<base::WholeFolder>(folder);
  golden::write_texts(*fresh, golden::texts_of(outcome.now));
  fresh->write(golden::kCaseFile,
               golden::with_reason(base::read_file_text(case_file), case_file.string(),
                                   {base::kVersion, reason}));
  fresh->take_rest();
  return fresh;
}

/// All cases that differ, or where one cannot be written, none. How many they are.
std::size_t update_all(const std::vector<CaseOutcome>& outcomes, const std::string& reason) {
  std::vector<std::unique_ptr<base::WholeFolder>> updated;
  for (const CaseOutcome& outcome : outcomes) {
    if (!outcome.comparison.is_same()) updated.push_back(updated_case(outcome, reason));
  }
  const DeferInterrupts together;
  for (const auto& each : updated) each->replace();
  return updated.size();
}

int update_cases(const GoldenUpdateOptions& options) {
  require_argument(options.folder, "CASE", "a golden case, or a folder of cases");
  const std::string reason = require_reason(options.reason);
  const auto outcomes =
      run_cases(golden::find_cases(options.folder, "CASE"),
                {parse_threads(options.threads), options.no_cache, options.quiet});
  if (!outcomes) {
    write_stderr("npusim: interrupted; nothing was updated\n");
    return kInterrupted;
  }
  const int code = exit_code_of(*outcomes);
  if (code == kOk)
    throw base::InputError(base::refusal("", "CASE", options.folder + ", where nothing differs",
                                         "a case whose run comes to other results now"));
  const std::size_t updated = code == kMismatch ? update_all(*outcomes, reason) : 0;
  if (!options.quiet) write_stdout(outcomes_text(*outcomes, false, wants_colour()));
  if (code == kMismatch) {
    if (!options.quiet) write_stdout(fmt::format("{} updated\n", updated));
    return kOk;
  }
  flush_stdout();
  write_stderr("npusim: error: nothing was updated: not every case could be run\n");
  return code;
}

}  // namespace

void add_golden_update(CLI::App& golden, Action& action) {
  const auto options = std::make_shared<GoldenUpdateOptions>();
  CLI::App* command =
      add_command(golden, "update", "take what cases come to now as right, and keep the reason",
                  kUpdateExamples);
  command->add_option("CASE", options->folder, "a case, or a folder of cases at any depth");
  command->add_option("--reason", options->reason, "why they differ; kept in the case")
      ->option_text("TEXT");
  command
      ->add_option("-j", options->threads,
                   "worker processes (default: all processors); results do not depend on it")
      ->option_text("N");
  command->add_flag("--no-cache", options->no_cache,
                    "compute everything anew and keep nothing (npusim cache)");
  command->add_flag("--quiet", options->quiet, "no table; errors only");
  command->callback([options, &action] { action = [options] { return update_cases(*options); }; });
}

}  // namespace npusim::cli
