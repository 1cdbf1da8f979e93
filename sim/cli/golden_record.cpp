// SPDX-License-Identifier: Apache-2.0
// `npusim golden record`: a run and what it comes to, as a folder.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/version.h"
#include "sim/cli/golden.h"
#include "sim/cli/golden_paths.h"
#include "sim/cli/golden_results.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/stage_cache.h"
#include "sim/cli/verified_simulation.h"
#include "sim/golden/case_folder.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

struct GoldenRecordOptions {
  RunArguments arguments;
  std::optional<std::string> folder;
  bool force = false;
};

constexpr char kRecordExamples[] =
    "  npusim golden record mobilenet.yaml -o golden/mobilenet --images 100\n"
    "  npusim golden record resnet50_224.yaml -o golden/resnet50\n"
    "      --set simulation.timing_only=true         cycles only\n"
    "  npusim golden record mine.yaml -o golden/mine --model net.onnx\n"
    "      --dataset val --calibration calibration\n";

/// Whether there is a case to be replaced.
bool check_target(const GoldenRecordOptions& options, const fs::path& folder) {
  std::error_code unreadable;
  if (!fs::exists(fs::symlink_status(folder, unreadable))) return false;
  if (!golden::is_case(folder))
    throw base::InputError(base::refusal("", "-o", folder.string() + ", which exists",
                                         "a new folder, or with --force a golden case"));
  if (!options.force)
    throw base::InputError(
        base::refusal("", "-o", folder.string() + ", a golden case",
                      "a new folder, or given with --force; to keep the run and take its new "
                      "results there is npusim golden update"));
  return true;
}

/// The folder with everything but results.
void write_inputs(base::WholeFolder& folder, const golden::CaseFile& file,
                  const config::RunConfig& run) {
  folder.write(golden::kCaseFile, golden::case_file_text(file));
  folder.write(golden::kRunFile, base::read_file_text(run.file));
}

int record_case(const GoldenRecordOptions& options) {
  const RunArguments& arguments = options.arguments;
  if (!options.folder || options.folder->empty())
    throw base::InputError(base::refusal("", "-o", "nothing", "the folder of the case"));
  const fs::path folder = *options.folder;
  const int threads = parse_threads(arguments.threads);
  const bool replaces = check_target(options, folder);
  const config::RunConfig run = read_run(arguments, {});
  golden::CaseFile file = describe_case(arguments, run, folder);
  file.history = {{base::kVersion, "recorded"}};
  {  // Before anything is computed: the case must find all that the run has found.
    base::WholeFolder trial(folder);
    write_inputs(trial, file, run);
    check_same_run(run, read_case_run(trial.path(), file));
  }

  GoldenRun golden;
  {
    Progress progress(arguments.quiet);
    RunSession session(threads, stage_cache(arguments));
    golden = evaluate_for_golden(session, run, progress);
  }
  if (golden.report.simulation.mismatched_values.value_or(0) != 0) {
    print_mismatch("", golden.report.simulation);
    write_stderr(fmt::format("npusim: error: {}: not recorded: the machine's values are wrong\n",
                             folder.string()));
    return kMismatch;
  }
  {
    base::WholeFolder fresh(folder);
    write_inputs(fresh, file, run);
    golden::write_texts(fresh, golden::texts_of(golden.results));
    if (replaces) fresh.take_rest();
    replaces ? fresh.replace() : fresh.put();
  }
  if (!arguments.quiet) {
    const report::Report& report = golden.report;
    write_stdout(fmt::format("{}: {} layers, {} cycles, {}\n", folder.string(),
                             report.layers.size(), report::grouped(report.cycles.total),
                             report.simulation.output_sha256.empty()
                                 ? std::string("no values (timing only)")
                                 : fmt::format("values of {} images", report.simulation.images)));
  }
  return kOk;
}

}  // namespace

void add_golden_record(CLI::App& golden, Action& action) {
  const auto options = std::make_shared<GoldenRecordOptions>();
  CLI::App* command = add_command(golden, "record", "run once and keep what it comes to as a case",
                                  kRecordExamples);
  add_run_arguments(*command, options->arguments);
  add_technology_argument(*command, options->arguments.flags.technology);
  command->add_option("-o", options->folder, "the folder of the case; it must be new")
      ->option_text("CASE");
  command->add_flag("--force", options->force, "replace a case that is there");
  command->callback([options, &action] { action = [options] { return record_case(*options); }; });
}

}  // namespace npusim::cli
