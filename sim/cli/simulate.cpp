// SPDX-License-Identifier: Apache-2.0
// `npusim simulate`: a Program file, of one image or consecutive ones, on the SystemC machine.
#include "sim/model/simulate.h"

#include <memory>

#include "sim/base/errors.h"
#include "sim/cli/command.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/npy.h"
#include "sim/cli/output.h"
#include "sim/cli/program_input.h"
#include "sim/cli/progress.h"
#include "sim/cli/report_page_data.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/trace_listener.h"
#include "sim/cli/vcd_output.h"
#include "sim/cli/verified_simulation.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/technology_file.h"
#include "sim/energy/estimate.h"
#include "sim/isa/program_file.h"
#include "sim/model/observers.h"
#include "sim/report/layers_csv.h"
#include "sim/report/sha256.h"

namespace npusim::cli {
namespace {

struct SimulateOptions {
  std::string file;
  std::optional<std::string> hardware, technology, output, json, csv, html, trace;
  std::vector<std::string> inputs;
  VcdArguments vcd;
  bool timing_only = false;
  bool quiet = false;
};

constexpr char kSimulateExamples[] =
    "  npusim simulate mobilenet.npu --input fractal:2:0 --output logits.npy\n"
    "  npusim simulate mobilenet.npu --input picture.jpg --json report.json\n"
    "  npusim simulate mobilenet.npu --hardware slower_dram.yaml --timing-only\n"
    "  npusim simulate mobilenet.npu --trace trace.json.gz   for ui.perfetto.dev\n"
    "  npusim simulate mobilenet.npu --vcd waves.vcd --vcd-signals 'npu.mac_array.*'\n"
    "  npusim simulate two.npu --input fractal:2:0 --input fractal:2:1\n";

void check_simulate_flags(const SimulateOptions& options) {
  base::ErrorList errors;
  if (options.file.empty())
    errors.add("", "FILE", "nothing", "a Program file, such as mobilenet.npu");
  if (options.timing_only && !options.inputs.empty()) {
    errors.add("", "--input", options.inputs.front(),
               "left out with --timing-only, which computes no values");
  }
  if (options.timing_only && options.output) {
    errors.add("", "--output", *options.output,
               "left out with --timing-only, which computes no values");
  }
  errors.throw_if_any();
  check_output_path(options.output, "--output");
  check_output_path(options.json, "--json");
  check_output_path(options.csv, "--csv");
  check_output_path(options.html, "--html");
  check_trace_path(options.trace);
}

/// Puts another hardware file under the Program; only what the Program does not depend on may
/// differ.
void change_hardware(isa::Program& program, const std::string& name) {
  const config::HardwareConfig hardware = config::read_hardware_config(
      config::find_hardware_file(name, "--hardware", data_folders()), {}, data_folders().configs);
  std::vector<std::string> differences =
      config::program_dependent_differences(program.hardware, hardware);
  for (std::string& difference : differences) difference.insert(0, "--hardware " + name + ": ");
  if (!differences.empty()) throw base::InputError(differences);
  program.hardware = hardware;
}

void check_output_tensor(const isa::Program& program, const SimulateOptions& options) {
  if (!options.output) return;
  if (program.outputs.size() != program.images() ||
      program.tensors.at(program.outputs[0]).type != isa::DataType::int8) {
    throw base::InputError(
        base::refusal("", "--output", *options.output,
                      "left out: the Program does not have just one output of int8 per image"));
  }
}

/// The outputs of several images one behind the other, in a dimension of their own.
NpyTensor output_tensor(const isa::Program& program, const stats::SimulationResult& result) {
  const isa::TensorInfo& tensor = program.tensors.at(program.outputs[0]);
  NpyTensor file{{tensor.height, tensor.width, tensor.channels}, {}};
  if (program.images() > 1) file.shape.insert(file.shape.begin(), program.metadata.images);
  for (const std::vector<std::int8_t>& output : result.outputs)
    file.values.insert(file.values.end(), output.begin(), output.end());
  return file;
}

int simulate(const SimulateOptions& options) {
  const HostClock clock;
  check_simulate_flags(options);
  VcdOutput vcd(options.vcd);
  const energy::Technology technology = energy::read_technology(
      config::find_technology_file(options.technology.value_or(config::kUsualTechnology),
                                   "--technology", data_folders().configs));
  isa::Program program = isa::read_program(options.file);
  if (options.hardware) change_hardware(program, *options.hardware);
  check_output_tensor(program, options);
  vcd.begin(program);

  model::SimulationOptions how;
  how.verified = true;  // by read_program
  how.timing_only = options.timing_only;
  ReportPageData page;
  model::Observers observers;
  if (options.html) {
    page.on_program(program);
    observers.add(page.observer(0));
  }
  TraceListener trace(options.trace);
  observers.add(trace.begin(program));
  observers.add(vcd.observer(0));
  how.observer = observers.get();
  std::vector<std::vector<std::int8_t>> inputs;
  if (!options.timing_only) inputs = read_inputs(program, options.inputs);
  stats::SimulationResult result;
  {
    Progress progress(options.quiet);
    progress.stage("simulation");
    result = model::simulate(program, inputs, how);
    vcd.on_simulated(result);
  }
  trace.on_simulated(result);
  trace.wait();
  vcd.write();

  report::Report report = report::report_of(program, result);
  report.energy = energy::estimate(program, result, technology);
  report.configuration->technology = technology.name;
  report.configuration->simulation.timing_only = options.timing_only;
  for (const std::vector<std::int8_t>& input : inputs) {
    report.configuration->simulation.input_sha256.push_back(
        report::sha256_hex(input.data(), input.size()));
  }
  if (!options.timing_only) report.simulation.output_sha256 = output_hashes(program, result);
  if (options.output) {
    write_output(*options.output, npy_bytes(output_tensor(program, result)));
  }
  report.host = clock.host(1);
  if (options.csv) write_output(*options.csv, report::layers_csv(report));
  if (options.html) {
    page.on_simulated(result);
    write_output(*options.html, page.page(report));
  }
  write_report(report, options.json, options.quiet);
  return kOk;
}

}  // namespace

void add_simulate(CLI::App& program, Action& action) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* command = add_command(program, "simulate", "run a Program file on the SystemC machine",
                                  kSimulateExamples);
  command->add_option("FILE", options->file, "Program file");
  command
      ->add_option("--hardware", options->hardware,
                   "hardware file; may differ from the Program's in what it does not depend on")
      ->option_text("F");
  command
      ->add_option(
          "--input", options->inputs,
          "int8 tensor (.npy), JPEG or PNG picture, or fractal:SEED:INDEX (default: seeded "
          "random values); once per input, image after image")
      ->option_text("X")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_technology_argument(*command, options->technology);
  command->add_option("--output", options->output, "write the output tensor")->option_text("F.npy");
  command->add_option("--json", options->json, "write the report as JSON")->option_text("F");
  command->add_option("--csv", options->csv, "write a table of the layers as CSV")
      ->option_text("F");
  command->add_option("--html", options->html, "write a page with charts, to be opened offline")
      ->option_text("F");
  add_trace_argument(*command, options->trace);
  add_vcd_arguments(*command, options->vcd);
  command->add_flag("--timing-only", options->timing_only, "the same cycles, without values");
  command->add_flag("--quiet", options->quiet, "no report and no progress; errors only");
  command->callback([options, &action] { action = [options] { return simulate(*options); }; });
}

}  // namespace npusim::cli
