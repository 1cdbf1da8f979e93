// SPDX-License-Identifier: Apache-2.0
// `npusim analyze`: where a quantized network loses accuracy, layer by layer.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "sim/base/errors.h"
#include "sim/base/version.h"
#include "sim/cli/analysis.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/report_page_data.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/stage_cache.h"
#include "sim/config/yaml_reader.h"
#include "sim/report/study_page.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kThresholdDb = 10;
constexpr char kSensitivityFile[] = "sensitivity.svg";
constexpr char kChannelRangesFile[] = "channel_ranges.svg";

struct AnalyzeOptions {
  RunArguments arguments;
  std::optional<std::string> json, csv, html, pictures, threshold, sample;
};

constexpr char kAnalyzeExamples[] =
    "  npusim analyze mobilenet.yaml\n"
    "  npusim analyze mobilenet.yaml --scheme per_layer --pictures pictures\n"
    "  npusim analyze mobilenet.yaml --sample 2000 --csv layers.csv --json a.json\n"
    "  npusim analyze mobilenet.yaml --scheme per_layer --html analysis.html\n"
    "  npusim analyze imagenet_mobilenet_v1.yaml --model net.onnx --dataset val\n"
    "      --calibration calibration --threshold 20\n";

/// Refuses a folder that is not there and cannot be made, or cannot be written to.
void check_folder(const std::optional<std::string>& folder, const std::string& flag) {
  if (!folder) return;
  std::error_code unreadable;
  if (fs::is_directory(*folder, unreadable)) {
    if (::access(folder->c_str(), W_OK) == 0) return;
    throw base::InputError(base::refusal("", flag, *folder, "a folder that may be written to"));
  }
  if (folder->empty() || fs::exists(*folder, unreadable))
    throw base::InputError(base::refusal("", flag, *folder, "a folder, or one to be made"));
  check_output_path(fs::path(*folder).lexically_normal().string(), flag);
}

struct Numbers {
  std::optional<std::int64_t> sample;
  double threshold_db = kThresholdDb;
};

Numbers check_flags(const AnalyzeOptions& options) {
  base::ErrorList errors;
  Numbers numbers;
  const auto check = [&](const auto& rule) {
    try {
      rule();
    } catch (const base::InputError& error) {
      errors.add(error);
    }
  };
  check([&] { check_output_path(options.json, "--json"); });
  check([&] { check_output_path(options.csv, "--csv"); });
  check([&] { check_output_path(options.html, "--html"); });
  check([&] { check_folder(options.pictures, "--pictures"); });
  if (options.sample) {
    const config::IntegerRule rule = {1, 10'000'000};
    numbers.sample = config::parse_integer(*options.sample);
    if (!numbers.sample || !rule.accepts(*numbers.sample))
      errors.add("", "--sample", *options.sample, rule.text());
  }
  if (options.threshold) {
    const std::optional<double> threshold = config::parse_real(*options.threshold);
    if (!threshold) errors.add("", "--threshold", *options.threshold, "a number, in dB");
    numbers.threshold_db = threshold.value_or(kThresholdDb);
  }
  errors.throw_if_any();
  return numbers;
}

void write_pictures(const report::Analysis& analysis, const fs::path& folder) {
  std::error_code failed;
  fs::create_directory(folder, failed);
  if (failed)
    throw base::InputError(base::refusal("", "--pictures", folder.string(),
                                         "a folder that can be made: " + failed.message()));
  write_output((folder / kSensitivityFile).string(), report::sensitivity_picture(analysis));
  if (const auto widest = analysis.widest_layer()) {
    write_output((folder / kChannelRangesFile).string(),
                 report::channel_ranges_picture(analysis, *widest));
  }
}

int analyze(const AnalyzeOptions& options) {
  const HostClock clock;
  const int threads = parse_threads(options.arguments.threads);
  const Numbers numbers = check_flags(options);
  const config::RunConfig run =
      read_run(options.arguments, {/*dataset=*/true, /*files=*/true, /*values=*/true});
  report::Analysis analysis;
  std::vector<report::ChannelRangesOfLayer> channels;
  {
    Progress progress(options.arguments.quiet);
    compile::Pipeline pipeline(
        run, threads, [&](const std::string& stage) { progress.stage(stage); },
        stage_cache(options.arguments));
    analysis =
        analyze_network(pipeline, run, numbers.sample, numbers.threshold_db, threads, progress);
    if (options.html) channels = channel_ranges_of_layers(pipeline, run.quantization.scheme);
  }
  analysis.host = clock.host(threads);
  if (options.json) write_output(*options.json, report::to_json(analysis));
  if (options.csv) write_output(*options.csv, report::to_csv(analysis));
  if (options.html)
    write_output(*options.html, report::analysis_page(analysis, channels, base::kVersion));
  if (options.pictures) write_pictures(analysis, fs::path(*options.pictures));
  if (options.arguments.quiet) return kOk;
  const std::string text = analysis_text(analysis, wants_colour());
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_analyze(CLI::App& program, Action& action) {
  const auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* command =
      add_command(program, "analyze", "find the layers where a quantized network loses accuracy",
                  kAnalyzeExamples);
  add_run_arguments(*command, options->arguments);
  command->add_option("--json", options->json, "write the analysis as JSON")->option_text("F");
  command->add_option("--csv", options->csv, "write a table of the layers as CSV")
      ->option_text("F");
  command->add_option("--html", options->html, "write a page with charts, to be opened offline")
      ->option_text("F");
  command
      ->add_option("--pictures", options->pictures,
                   std::string("write ") + kSensitivityFile + " and " + kChannelRangesFile +
                       " to this folder")
      ->option_text("DIR");
  command
      ->add_option("--threshold", options->threshold,
                   "SQNR in dB below which a layer's output counts as diverged (default: 10)")
      ->option_text("DB");
  command
      ->add_option(
          "--sample", options->sample,
          "number of images shown, drawn from all (default: " + std::to_string(kSampleImages) +
              "; without a dataset " + std::to_string(kUnlabelledImages) + ")")
      ->option_text("N");
  command->callback([options, &action] { action = [options] { return analyze(*options); }; });
}

}  // namespace npusim::cli
