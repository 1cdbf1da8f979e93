// SPDX-License-Identifier: Apache-2.0
// `npusim vectors`: what goes into the units of the machine and what must come out, as $readmemh
// files.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cli/catalogue.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/program_input.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/stage_cache.h"
#include "sim/cli/unit_vectors.h"
#include "sim/cli/vector_folder.h"
#include "sim/config/yaml_reader.h"
#include "sim/isa/program_file.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

struct VectorsOptions {
  RunArguments arguments;
  std::optional<std::string> output, rows, instructions;
  std::vector<std::string> inputs, layers;
};

constexpr char kVectorsExamples[] =
    "  npusim vectors mobilenet.yaml -o vectors\n"
    "  npusim vectors mobilenet.npu --input picture.jpg --layers 'depthwise_*' -o dw\n"
    "  npusim vectors mobilenet.yaml --layers conv --rows 1024 -o conv\n";

std::int64_t parse_count(const std::optional<std::string>& text, const char* flag,
                         std::int64_t usual, base::ErrorList& errors) {
  constexpr std::int64_t kMost = 1'000'000;
  const config::IntegerRule rule = {1, kMost};
  if (!text) return usual;
  const auto count = config::parse_integer(*text);
  if (count && rule.accepts(*count)) return *count;
  errors.add("", flag, *text, rule.text());
  return usual;
}

/// Which layers the patterns name; all without one. A pattern that fits no layer is refused.
std::vector<bool> chosen_layers(const isa::Program& program,
                                const std::vector<std::string>& patterns) {
  std::vector<bool> chosen(program.layers.size(), patterns.empty());
  base::ErrorList errors;
  for (const std::string& pattern : patterns) {
    bool found = false;
    for (std::size_t i = 0; i < program.layers.size(); ++i) {
      if (::fnmatch(pattern.c_str(), program.layers[i].name.c_str(), 0) != 0) continue;
      chosen[i] = found = true;
    }
    if (found) continue;
    constexpr std::size_t kNamed = 3;
    std::string first;
    std::vector<std::string> names;
    for (const auto& layer : program.layers) {
      if (names.size() < kNamed) first += (names.empty() ? " (" : ", ") + layer.name;
      names.push_back(layer.name);
    }
    if (!names.empty()) first += fmt::format(", ... {} layers in all)", names.size());
    errors.add("", "--layers", pattern,
               "a shell pattern that fits the name of a layer" + first +
                   base::did_you_mean(pattern, names));
  }
  errors.throw_if_any();
  return chosen;
}

/// What a Program was compiled from cannot be changed any more.
void refuse_run_flags(const config::RunFlags& flags) {
  base::ErrorList errors;
  const auto refuse = [&](const char* flag, const std::optional<std::string>& value) {
    if (value) errors.add("", flag, *value, "left out: FILE is a Program");
  };
  refuse("--model", flags.model);
  refuse("--dataset", flags.dataset);
  refuse("--calibration", flags.calibration);
  refuse("--images", flags.images);
  refuse("--scheme", flags.scheme);
  refuse("--hardware", flags.hardware);
  for (const std::string& setting : flags.set) refuse("--set", setting);
  if (flags.skip_bad_images) refuse("--skip-bad-images", "set");
  errors.throw_if_any();
}

/// The Program that FILE is, or that it is compiled to.
isa::Program program_of(const RunArguments& arguments, Progress& progress) {
  std::error_code ignored;
  const std::filesystem::path file = arguments.file;
  if (file.extension() == ".npu" || (std::filesystem::is_regular_file(file, ignored) &&
                                     kind_of_file(file) == FileKind::program)) {
    refuse_run_flags(arguments.flags);
    return isa::read_program(arguments.file);
  }
  const int threads = parse_threads(arguments.threads);
  const config::RunConfig run = read_run(arguments, {/*dataset=*/false});
  compile::Pipeline pipeline(
      run, threads, [&](const std::string& stage) { progress.stage(stage); },
      stage_cache(arguments));
  return pipeline.program(run.quantization.scheme);
}

std::string sources_text(const std::vector<std::string>& sources) {
  if (sources.empty()) return "seeded random values";
  std::string text;
  for (const std::string& source : sources) text += (text.empty() ? "" : ", ") + source;
  return text;
}

int write_unit_vectors(const VectorsOptions& options) {
  base::ErrorList errors;
  VectorChoice choice;
  choice.rows = parse_count(options.rows, "--rows", choice.rows, errors);
  choice.instructions =
      parse_count(options.instructions, "--instructions", choice.instructions, errors);
  if (options.arguments.file.empty())
    errors.add("", "FILE", "nothing", "a run file or a Program file, such as mobilenet.yaml");
  if (!options.output) errors.add("", "-o", "nothing", "the path of a folder to make");
  try {
    if (options.output) check_output_folder(*options.output, "-o");
  } catch (const base::InputError& error) {
    errors.add(error);
  }
  errors.throw_if_any();

  isa::Program program;
  std::vector<UnitVectors> units;
  {
    Progress progress(options.arguments.quiet);
    program = program_of(options.arguments, progress);
    choice.layers = chosen_layers(program, options.layers);
    const std::vector<std::vector<std::int8_t>> inputs = read_inputs(program, options.inputs);
    progress.stage("interpretation", "instructions",
                   static_cast<std::int64_t>(program.instructions.size()));
    units = collect_vectors(program, inputs, choice,
                            [&](std::int64_t done, std::int64_t) { progress.advance(done); });
  }
  if (units.empty()) {
    throw base::InputError(
        base::refusal("", "--layers", sources_text(options.layers), "layers that a unit computes"));
  }
  const std::int64_t bytes =
      write_vectors(*options.output, program, units, sources_text(options.inputs));
  if (!options.arguments.quiet) {
    std::set<std::uint32_t> layers;
    std::size_t files = 0;
    for (const UnitVectors& unit : units) {
      layers.insert(unit.layer);
      files += unit.files.size();
    }
    write_stdout(fmt::format("{}: {} layers, {} files, {}; index.json says what is in them\n",
                             *options.output, layers.size(), files, report::bytes_text(bytes)));
  }
  return kOk;
}

}  // namespace

void add_vectors(CLI::App& program, Action& action) {
  const auto options = std::make_shared<VectorsOptions>();
  CLI::App* command = add_command(
      program, "vectors", "write each unit's inputs and expected words for RTL", kVectorsExamples);
  add_run_arguments(*command, options->arguments);
  command->get_option("FILE")->description("run file (npusim list workloads) or Program file");
  command->add_option("-o,--output", options->output, "folder to make; new or empty")
      ->option_text("DIR");
  command
      ->add_option(
          "--input", options->inputs,
          "int8 tensor (.npy), JPEG or PNG picture, or fractal:SEED:INDEX (default: seeded "
          "random values); once per input")
      ->option_text("X")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--layers", options->layers,
                   "only layers whose names fit the shell pattern; may be repeated")
      ->option_text("PATTERN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--rows", options->rows,
                   "at most so many rows (pixels) of an instruction (default 16)")
      ->option_text("N");
  command
      ->add_option("--instructions", options->instructions,
                   "at most so many instructions of a layer and unit, evenly spread (default 8)")
      ->option_text("N");
  command->callback(
      [options, &action] { action = [options] { return write_unit_vectors(*options); }; });
}

}  // namespace npusim::cli
