// SPDX-License-Identifier: Apache-2.0
// `npusim run`: model → graph → quantize → compile → Program → simulate → report.
#include <memory>

#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/report_page_data.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/run_session.h"
#include "sim/cli/stage_cache.h"
#include "sim/cli/trace_listener.h"
#include "sim/cli/vcd_output.h"
#include "sim/cli/verified_simulation.h"
#include "sim/report/layers_csv.h"

namespace npusim::cli {
namespace {

struct RunOptions {
  RunArguments arguments;
  std::optional<std::string> json, csv, html, trace;
  VcdArguments vcd;
};

constexpr char kRunExamples[] =
    "  npusim run mobilenet.yaml\n"
    "  npusim run mobilenet.yaml --set quantization.bias_correction=false\n"
    "  npusim run mobilenet.yaml --hardware npu_16x16_edge.yaml --json report.json\n"
    "  npusim run mobilenet.yaml --set hardware.mac_array.rows=16 --images 500\n"
    "  npusim run mobilenet.yaml --html report.html\n"
    "  npusim run mobilenet.yaml --trace trace.json.gz   for ui.perfetto.dev\n"
    "  npusim run imagenet_mobilenet_v1.yaml --model net.onnx --dataset val\n"
    "      --calibration calibration      your own network and pictures\n";

int run(const RunOptions& options) {
  const HostClock clock;
  const int threads = parse_threads(options.arguments.threads);
  check_output_path(options.json, "--json");
  check_output_path(options.csv, "--csv");
  check_output_path(options.html, "--html");
  check_trace_path(options.trace);
  VcdOutput vcd(options.vcd);
  const config::RunConfig run = read_run(options.arguments, {});
  ReportPageData page(run.quantization.scheme);
  TraceListener trace(options.trace);
  std::vector<RunListener*> listeners = {&trace, &vcd};
  if (options.html) listeners.push_back(&page);
  RunSession session(threads, stage_cache(options.arguments));  // holds what listeners heard of
  report::Report report;
  {
    Progress progress(options.arguments.quiet);
    report = session.run(run, progress, listeners);
  }
  trace.wait();
  vcd.write();
  report.host = clock.host(threads);
  if (options.csv) write_output(*options.csv, report::layers_csv(report));
  if (options.html) write_output(*options.html, page.page(report));
  write_report(report, options.json, options.arguments.quiet);
  if (report.simulation.mismatched_values.value_or(0) == 0) return kOk;
  print_mismatch("", report.simulation);
  return kMismatch;
}

}  // namespace

void add_run(CLI::App& program, Action& action) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = add_command(
      program, "run", "measure accuracy, cycles and memory of a run file", kRunExamples);
  add_run_arguments(*command, options->arguments);
  add_technology_argument(*command, options->arguments.flags.technology);
  command->add_option("--json", options->json, "write the report as JSON")->option_text("F");
  command->add_option("--csv", options->csv, "write a table of the layers as CSV")
      ->option_text("F");
  command->add_option("--html", options->html, "write a page with charts, to be opened offline")
      ->option_text("F");
  add_trace_argument(*command, options->trace);
  add_vcd_arguments(*command, options->vcd);
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace npusim::cli
