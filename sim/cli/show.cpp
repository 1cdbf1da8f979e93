// SPDX-License-Identifier: Apache-2.0
// `npusim show`: what a file says, resolved, with what follows from it.
#include <memory>

#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/topology/build.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/catalogue.h"
#include "sim/cli/command.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/show_text.h"
#include "sim/config/find_file.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/scale_sim_reader.h"
#include "sim/isa/program_file.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

struct ShowOptions {
  RunArguments arguments;
  bool layers = false;
};

constexpr char kWhat[] =
    "a run file, a hardware file, a Program (.npu), an ONNX file or a SCALE-Sim topology (.csv)";
constexpr char kHardwarePrefix[] = "hardware.";

constexpr char kShowExamples[] =
    "  npusim show npu_32x32.yaml\n"
    "  npusim show mobilenet.yaml --set hardware.mac_array.rows=16\n"
    "  npusim show mobilenet.yaml > mine.yaml    a run file that says everything\n"
    "  npusim show resnet50_224.yaml --layers\n"
    "  npusim show network.onnx\n";

fs::path find_shown_file(const std::string& name) {
  require_argument(name, "FILE", kWhat);
  const config::SearchFolders data = data_folders();
  std::vector<fs::path> folders = data.workloads;
  folders.insert(folders.end(), data.configs.begin(), data.configs.end());
  return config::find_file(name, "FILE", folders);
}

/// Flags that mean nothing for the kind of file are refused, not ignored.
void refuse_flags(const ShowOptions& options, const std::string& kind, bool takes_set,
                  bool takes_layers) {
  const config::RunFlags& flags = options.arguments.flags;
  const std::string must_be = "left out: the file is " + kind;
  base::ErrorList errors;
  const auto refuse = [&](const char* flag, const std::optional<std::string>& value) {
    if (value) errors.add("", flag, *value, must_be);
  };
  refuse("--model", flags.model);
  refuse("--dataset", flags.dataset);
  refuse("--calibration", flags.calibration);
  refuse("--images", flags.images);
  refuse("--scheme", flags.scheme);
  refuse("--hardware", flags.hardware);
  if (!takes_set) {
    for (const std::string& argument : flags.set) errors.add("", "--set", argument, must_be);
  }
  if (options.layers && !takes_layers) errors.add("", "--layers", "a switch", must_be);
  errors.throw_if_any();
}

/// `--set` as for a run, "hardware.mac_array.rows=16"; the prefix may be left out.
std::string hardware_file_text(const fs::path& path, const ShowOptions& options) {
  refuse_flags(options, "a hardware file", /*takes_set=*/true, /*takes_layers=*/false);
  base::ErrorList errors;
  std::vector<config::Override> overrides;
  for (const std::string& argument : options.arguments.flags.set) {
    config::Override change = config::parse_set_argument(argument, errors);
    if (change.key.rfind(kHardwarePrefix, 0) == 0)
      change.key = change.key.substr(sizeof kHardwarePrefix - 1);
    overrides.push_back(std::move(change));
  }
  errors.throw_if_any();
  return hardware_text(config::read_hardware_config(path, overrides, data_folders().configs));
}

graph::Graph network_of(const config::RunConfig& run) {
  if (run.topology) return graph::prepare(topology::build_graph(*run.topology, run.network_name()));
  if (run.model.empty()) {
    throw base::InputError(base::refusal(run.file.string(), "model", "null",
                                         "the path of an ONNX file; set it with --model F"));
  }
  return graph::prepare(import::import_onnx(run.model));
}

std::string run_file_text(const fs::path& path, const ShowOptions& options) {
  const config::RunConfig run =
      config::read_run_config(path.string(), options.arguments.flags, kOnlyLook, data_folders());
  return options.layers ? network_text(network_of(run), wants_colour()) : run_text(run);
}

std::string scale_sim_text(const fs::path& path) {
  base::ErrorList errors;
  const config::TopologyConfig topology = config::read_scale_sim(path, errors);
  errors.throw_if_any();
  std::string text = network_text(
      graph::prepare(topology::build_graph(topology, path.stem().string())), wants_colour());
  for (const std::string& note : topology.notes) text += "  note: " + note + '\n';
  return text;
}

std::string text_of(const fs::path& path, const ShowOptions& options) {
  switch (kind_of_file(path)) {
    case FileKind::run_file:
      return run_file_text(path, options);
    case FileKind::hardware_file:
      return hardware_file_text(path, options);
    case FileKind::program:
      refuse_flags(options, "a Program", /*takes_set=*/false, /*takes_layers=*/true);
      return program_text(isa::read_program(path), path, wants_colour());
    case FileKind::onnx:
      refuse_flags(options, "an ONNX file", /*takes_set=*/false, /*takes_layers=*/true);
      return network_text(graph::prepare(import::import_onnx(path)), wants_colour());
    case FileKind::scale_sim:
      refuse_flags(options, "a topology", /*takes_set=*/false, /*takes_layers=*/true);
      return scale_sim_text(path);
    case FileKind::unknown:
      break;
  }
  base::ErrorList errors;
  errors.add("", "FILE", path.string(), kWhat);
  config::parse_yaml(base::read_file_text(path), path.string(), errors);
  throw base::InputError(errors.messages());
}

int show(const ShowOptions& options) {
  const std::string text = text_of(find_shown_file(options.arguments.file), options);
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_show(CLI::App& program, Action& action) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* command = add_command(
      program, "show", "print what a file says, resolved, with peaks and units", kShowExamples);
  add_run_file_arguments(*command, options->arguments);
  command->get_option("FILE")->description(
      std::string(kWhat) +
      ": a path, or a bare name in the current folder, the workloads or the configs folder");
  command->add_flag("--layers", options->layers,
                    "the layers of the network in place of the configuration");
  command->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace npusim::cli
