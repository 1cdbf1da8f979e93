// SPDX-License-Identifier: Apache-2.0
// `npusim run`: model → graph → quantize → compile → Program → simulate → report.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "frontend/compile/pipeline.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/verified_simulation.h"

namespace npusim::cli {
namespace {

struct RunOptions {
  RunArguments arguments;
  std::optional<std::string> json;
};

constexpr char kExamples[] =
    "  npusim run mobilenet.yaml\n"
    "  npusim run mobilenet.yaml --set quantization.bias_correction=false\n"
    "  npusim run mobilenet.yaml --hardware npu_16x16_edge.yaml --json report.json\n"
    "  npusim run mobilenet.yaml --set hardware.mac_array.rows=16 --images 500\n"
    "  npusim run imagenet_mobilenet_v1.yaml --model net.onnx --dataset val\n"
    "      --calibration calibration      your own network and pictures\n";

void print_mismatch(const report::Simulation& simulation) {
  const report::Mismatch& first = *simulation.first_mismatch;
  std::fprintf(stderr,
               "npusim: error: image %lld, layer %s, row %lld, column %lld, channel %lld: got "
               "%lld, must be %lld "
               "(the integer network's); %lld values differ in all\n",
               static_cast<long long>(first.image), first.layer.c_str(),
               static_cast<long long>(first.row), static_cast<long long>(first.column),
               static_cast<long long>(first.channel), static_cast<long long>(first.simulated),
               static_cast<long long>(first.expected),
               static_cast<long long>(*simulation.mismatched_values));
}

/// What the machine runs on where there is no data set: what the network was calibrated on; of
/// random tensors others than those.
config::DatasetConfig simulated_data(const config::RunConfig& run) {
  config::DatasetConfig data = run.calibration.data;
  if (data.kind != config::DatasetKind::random) return data;
  data.seed = data.seed == 0 ? 1 : data.seed - 1;
  data.images = run.simulation_images;
  return data;
}

std::string simulated_data_note(const config::DatasetConfig& data) {
  if (data.kind != config::DatasetKind::random)
    return "simulated on the calibration's images: there is no dataset";
  return "simulated on random tensors, uniform in [-1, 1), seed " + std::to_string(data.seed);
}

// Says in the report what of the quantization the model brought.
void describe_source(const compile::GivenQuantization& given, report::Report& report) {
  const bool any = given.given_tensors + given.given_layers > 0;
  const bool all = given.given_tensors == given.tensors && given.given_layers == given.layers;
  if (!any) return;
  report.quantization.source = all ? "model" : "model and calibration";
  const auto share = [](std::int64_t part, std::int64_t whole) {
    return std::to_string(part) + " of " + std::to_string(whole);
  };
  report.notes.push_back("the model is quantized already: its own scales for " +
                         share(given.given_tensors, given.tensors) +
                         " tensors, its own codes for " + share(given.given_layers, given.layers) +
                         " layers with weights; the float network has the weights that these codes "
                         "stand for and rounds no tensor");
}

/// The first `count` images that were not left out.
std::vector<std::int64_t> first_good(const data::Dataset& dataset,
                                     const data::SkippedImages& skipped, std::int64_t count) {
  std::vector<std::int64_t> good;
  auto bad = skipped.indices.begin();
  for (std::int64_t i = 0; i < dataset.images() && static_cast<std::int64_t>(good.size()) < count;
       ++i) {
    if (bad != skipped.indices.end() && *bad == i) {
      ++bad;
    } else {
      good.push_back(i);
    }
  }
  return good;
}

int run(const RunOptions& options) {
  const HostClock clock;
  const int threads = parse_threads(options.arguments.threads);
  check_output_path(options.json, "--json");
  const config::RunConfig run = read_run(options.arguments, {});
  const std::string& scheme = run.quantization.scheme;
  report::Report report;
  {
    Progress progress(options.arguments.quiet);
    compile::Pipeline pipeline(run, threads,
                               [&](const std::string& stage) { progress.stage(stage); });
    const config::DatasetConfig data = run.dataset ? *run.dataset : simulated_data(run);
    const auto dataset = pipeline.open(data);
    if (run.dataset) check_labels(*dataset, pipeline.network());
    const isa::Program program = pipeline.program(scheme);
    const data::SkippedImages& uncalibrated = pipeline.skipped_calibration_images();
    AccuracyResult measured;
    if (run.dataset) {
      measured =
          measure_accuracy(pipeline, scheme, *dataset, run.skip_bad_images, threads, progress);
    } else {
      measured.notes = {simulated_data_note(data)};
    }
    const VerifiedSimulation verified = simulate_and_compare(
        program, pipeline.quantized(scheme).graph, *dataset,
        first_good(*dataset, run.dataset ? measured.skipped : uncalibrated, run.simulation_images),
        progress);

    report = report::report_of(program, verified.result);
    report.workload.name = run.name;
    report.workload.images = run.dataset ? dataset->images() : 0;
    if (run.dataset) report.accuracy = measured.accuracy;
    report.accuracy_not_measured = run.accuracy_not_measured;
    report.simulation = verified.simulation;
    report.notes = run.notes;
    report.notes.insert(report.notes.end(), pipeline.notes().begin(), pipeline.notes().end());
    report.notes.insert(report.notes.end(), measured.notes.begin(), measured.notes.end());
    describe_source(pipeline.given(), report);
    if (run.skip_bad_images) {
      if (report.accuracy) report.accuracy->skipped = skipped_images(measured.skipped);
      report.calibration =
          report::Calibration{pipeline.calibration().images, skipped_images(uncalibrated)};
      append_skipped_notes("calibration", uncalibrated, report.notes);
      append_skipped_notes("dataset", measured.skipped, report.notes);
    }
  }
  report.host = clock.host(threads);
  write_report(report, options.json, options.arguments.quiet);
  if (*report.simulation.mismatched_values == 0) return kOk;
  print_mismatch(report.simulation);
  return kMismatch;
}

}  // namespace

void add_run(CLI::App& program, Action& action) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command =
      add_command(program, "run", "measure accuracy, cycles and memory of a run file", kExamples);
  add_run_arguments(*command, options->arguments);
  command->add_option("--json", options->json, "write the report as JSON")->option_text("F");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace npusim::cli
