// SPDX-License-Identifier: Apache-2.0
// `npusim run`: model → graph → quantize → compile → Program → simulate → report.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "frontend/compile/pipeline.h"
#include "frontend/data/dataset.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
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
    "  npusim run mobilenet.yaml --model net.onnx --set input.size=224\n";

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

int run(const RunOptions& options) {
  const HostClock clock;
  const int threads = parse_threads(options.arguments.threads);
  check_output_path(options.json, "--json");
  const config::RunConfig run = read_run(options.arguments, {});
  const std::string& scheme = run.quantization.scheme;
  report::Report report;
  {
    Progress progress(options.arguments.quiet);
    const auto dataset = data::open_dataset(*run.dataset, run.input);
    compile::Pipeline pipeline(run, threads,
                               [&](const std::string& stage) { progress.stage(stage); });
    const isa::Program program = pipeline.program(scheme);
    const AccuracyResult measured = measure_accuracy(pipeline, scheme, *dataset, threads, progress);
    const std::int64_t images = std::min(run.simulation_images, dataset->images());
    const VerifiedSimulation verified =
        simulate_and_compare(program, pipeline.quantized(scheme).graph, *dataset, images, progress);

    report = report::report_of(program, verified.result);
    report.workload.name = run.name;
    report.workload.images = dataset->images();
    report.accuracy = measured.accuracy;
    report.simulation = verified.simulation;
    report.notes = measured.notes;
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
