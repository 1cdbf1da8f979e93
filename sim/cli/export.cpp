// SPDX-License-Identifier: Apache-2.0
// `npusim export`: model → graph → quantize → ONNX for other runtimes.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "frontend/compile/pipeline.h"
#include "frontend/export/exporter.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/stage_cache.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

struct ExportOptions {
  RunArguments arguments;
  std::optional<std::string> output;
};

constexpr char kExportExamples[] =
    "  npusim export mobilenet.yaml -o quantized.onnx\n"
    "  npusim export mobilenet.yaml --scheme per_channel -o per_channel.onnx\n"
    "  npusim export mobilenet.yaml --model own.onnx --calibration DIR -o q.onnx\n";

// What the integers were made with; the numbers themselves are in the model.
std::map<std::string, std::string> properties_of(const config::RunConfig& run) {
  const config::QuantizationConfig& quantization = run.quantization;
  const config::RequantizationConfig& hardware = run.hardware.requantization;
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  std::map<std::string, std::string> properties = {
      {"scheme", quantization.scheme},
      {"symmetric", flag(quantization.symmetric)},
      {"bias_correction", flag(quantization.bias_correction)},
      {"equalization", flag(quantization.equalization)},
      {"calibration", run.calibration.method},
      {"multiplier_bits", std::to_string(hardware.multiplier_bits)},
      {"placement",
       hardware.placement == config::ShifterPlacement::fused ? "fused" : "pre_multiply"}};
  if (quantization.scheme == "shift_scaler") {
    properties["field_bits"] = std::to_string(quantization.field_bits);
    properties["rule"] = quantization.rule;
  }
  return properties;
}

// Other runtimes add in 32 bits; what a narrower accumulator does with a sum has no place in ONNX.
std::vector<std::string> accumulator_notes(const config::MacArrayConfig& array) {
  if (array.accumulator == config::AccumulatorOverflow::guaranteed) return {};
  const char* what =
      array.accumulator == config::AccumulatorOverflow::saturate ? "saturate" : "wrap";
  return {fmt::format(
      "sums that {} at {} bits (hardware.mac_array.accumulator) are not part of the model: its "
      "results are those of an accumulator that holds every sum",
      what, array.accumulator_bits)};
}

int export_run(const ExportOptions& options) {
  const int threads = parse_threads(options.arguments.threads);
  require_argument(options.output.value_or(""), "-o", "the path of the ONNX file to write");
  check_output_path(options.output, "-o");
  const config::RunConfig run = read_run(options.arguments, {/*dataset=*/false});
  exporter::ExportedModel model;
  std::vector<std::string> notes = run.notes;
  std::vector<std::string> skipped;
  std::int64_t layers = 0;
  {
    Progress progress(options.arguments.quiet);
    compile::Pipeline pipeline(
        run, threads, [&](const std::string& stage) { progress.stage(stage); },
        stage_cache(options.arguments));
    const graph::QuantizedGraph& quantized = pipeline.quantized(run.quantization.scheme).graph;
    model = exporter::to_onnx(pipeline.network(run.quantization), quantized, pipeline.interface(),
                              properties_of(run));
    layers = static_cast<std::int64_t>(quantized.nodes.size() - pipeline.interface().inputs.size());
    notes.insert(notes.end(), pipeline.notes().begin(), pipeline.notes().end());
    const auto accumulator = accumulator_notes(run.hardware.mac_array);
    notes.insert(notes.end(), accumulator.begin(), accumulator.end());
    append_skipped_notes("calibration", pipeline.skipped_calibration_images(), skipped);
  }
  write_output(*options.output, model.bytes);
  if (!options.arguments.quiet) {
    write_stdout(fmt::format("{}: {} layers, {}, ONNX of opset {}, {}\n", *options.output, layers,
                             run.quantization.scheme, exporter::kOpset,
                             report::bytes_text(static_cast<std::int64_t>(model.bytes.size()))));
    for (const std::string& note : notes) write_stdout(fmt::format("note: {}\n", note));
    for (const std::string& note : skipped) write_stdout(fmt::format("  {}\n", note));
  }
  return kOk;
}

}  // namespace

void add_export(CLI::App& program, Action& action) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = add_command(
      program, "export", "write the quantized network as ONNX for other runtimes", kExportExamples);
  add_run_arguments(*command, options->arguments);
  command->add_option("-o,--output", options->output, "ONNX file to write")
      ->option_text("FILE.onnx");
  command->callback([options, &action] { action = [options] { return export_run(*options); }; });
}

}  // namespace npusim::cli
