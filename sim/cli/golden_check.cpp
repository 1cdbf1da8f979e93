// SPDX-License-Identifier: Apache-2.0
// `npusim golden check`: every case run again and compared with what it says.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/cli/golden.h"
#include "sim/cli/golden_cases.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/golden/explanation.h"
#include "sim/golden/junit.h"

namespace npusim::cli {
namespace {

struct GoldenCheckOptions {
  std::string folder;
  std::optional<std::string> threads, junit;
  bool details = false, no_cache = false, quiet = false;
};

constexpr char kCheckExamples[] =
    "  npusim golden check golden\n"
    "  npusim golden check golden/mobilenet --details\n"
    "  npusim golden check golden -j 4 --junit golden.xml\n"
    "\n"
    "Exit codes: 0 all the same, 1 some differ, 2 a case or an input is bad,\n"
    "3 a simulation failed, 4 internal error, 130 interrupted.";

std::string junit_of(const std::vector<CaseOutcome>& outcomes) {
  using Result = golden::JunitCase::Result;
  std::vector<golden::JunitCase> cases;
  for (const CaseOutcome& outcome : outcomes) {
    golden::JunitCase result;
    result.name = outcome.place.name;
    result.seconds = outcome.seconds;
    if (!outcome.ran()) {
      result.result = Result::error;
      result.message = outcome.messages.empty() ? "" : outcome.messages.front();
      for (const std::string& message : outcome.messages) result.text += message + '\n';
    } else if (!outcome.comparison.is_same()) {
      result.result = Result::failed;
      result.message = golden::moved_text(outcome.comparison);
      result.text = golden::explanation(outcome.comparison);
    }
    cases.push_back(std::move(result));
  }
  return golden::junit_xml(cases);
}

int check_cases(const GoldenCheckOptions& options) {
  require_argument(options.folder, "DIR", "a golden case, or a folder of cases");
  check_output_path(options.junit, "--junit");
  const auto start = std::chrono::steady_clock::now();
  const auto outcomes =
      run_cases(golden::find_cases(options.folder, "DIR"),
                {parse_threads(options.threads), options.no_cache, options.quiet});
  if (!outcomes) {
    write_stderr("npusim: interrupted\n");
    return kInterrupted;
  }
  if (options.junit) write_output(*options.junit, junit_of(*outcomes));
  if (!options.quiet) {
    write_stdout(outcomes_text(*outcomes, options.details, wants_colour()));
    flush_stdout();
    write_stderr(fmt::format(
        "npusim golden: {:.1f} s\n",
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
  }
  return exit_code_of(*outcomes);
}

}  // namespace

void add_golden_check(CLI::App& golden, Action& action) {
  const auto options = std::make_shared<GoldenCheckOptions>();
  CLI::App* command = add_command(
      golden, "check", "run cases again and say what differs, and where", kCheckExamples);
  command->add_option("DIR", options->folder, "a case, or a folder of cases at any depth");
  command
      ->add_option("-j", options->threads,
                   "worker processes (default: all processors); results do not depend on it")
      ->option_text("N");
  command->add_option("--junit", options->junit, "write the results as JUnit XML")
      ->option_text("F");
  command->add_flag("--details", options->details, "print all that differs in the reports");
  command->add_flag("--no-cache", options->no_cache,
                    "compute everything anew and keep nothing (npusim cache)");
  command->add_flag("--quiet", options->quiet, "no table; the exit code says it");
  command->callback([options, &action] { action = [options] { return check_cases(*options); }; });
}

}  // namespace npusim::cli
