// SPDX-License-Identifier: Apache-2.0
// `npusim run`: model → graph → quantize → compile → Program → simulate → report.
#include <map>
#include <memory>

#include "frontend/compile/pipeline.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/command.h"
#include "sim/cli/given_source.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/simulated_data.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/steady_state.h"
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

// The widths that hold every sum (rule 7).
void describe_sums(const quantize::Quantization& quantization, report::Report& report) {
  std::map<std::string, std::int64_t> bits_of;
  for (const quantize::LayerSummary& layer : quantization.summary.layers) {
    bits_of[quantization.graph.node(layer.node).name] = layer.safe_accumulator_bits;
  }
  for (report::Layer& layer : report.layers) {
    const auto found = bits_of.find(layer.name);
    if (found != bits_of.end()) layer.safe_accumulator_bits = found->second;
  }
  report.quantization.safe_accumulator_bits = quantization.summary.safe_accumulator_bits;
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

    std::vector<std::string> unmeasured;
    const std::optional<std::int64_t> steady = steady_state_cycles(pipeline, scheme, unmeasured);

    report = report::report_of(program, verified.result);
    if (steady) report::set_steady_state(program, *steady, report);
    report.workload.name = run.name;
    report.workload.images = run.dataset ? dataset->images() : 0;
    if (run.dataset) report.accuracy = measured.accuracy;
    report.accuracy_not_measured = run.accuracy_not_measured;
    report.simulation = verified.simulation;
    report.notes = run.notes;
    report.notes.insert(report.notes.end(), pipeline.notes().begin(), pipeline.notes().end());
    report.notes.insert(report.notes.end(), measured.notes.begin(), measured.notes.end());
    report.notes.insert(report.notes.end(), unmeasured.begin(), unmeasured.end());
    describe_source(pipeline.given(), report.quantization, report.notes);
    describe_sums(pipeline.quantized(scheme), report);
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
  print_mismatch("", report.simulation);
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
