// SPDX-License-Identifier: Apache-2.0
// `npusim compile`: model → graph → quantize → compile → Program file.
#include <fmt/format.h>

#include <memory>

#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/cli/command.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/stage_cache.h"
#include "sim/config/yaml_reader.h"
#include "sim/isa/program_file.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

struct CompileOptions {
  RunArguments arguments;
  std::optional<std::string> output;
  std::optional<std::string> consecutive_images;
};

constexpr char kCompileExamples[] =
    "  npusim compile mobilenet.yaml -o mobilenet.npu\n"
    "  npusim compile mobilenet.yaml --hardware npu_16x16_edge.yaml -o edge.npu\n"
    "  npusim compile mobilenet.yaml --consecutive-images 4 -o four.npu\n";

std::int32_t parse_consecutive_images(const std::optional<std::string>& text) {
  if (!text) return 1;
  const config::IntegerRule rule = {1, isa::kMostImages};
  const auto images = config::parse_integer(*text);
  if (!images || !rule.accepts(*images))
    throw base::InputError(base::refusal("", "--consecutive-images", *text, rule.text()));
  return static_cast<std::int32_t>(*images);
}

int compile_run(const CompileOptions& options) {
  const int threads = parse_threads(options.arguments.threads);
  const std::int32_t images = parse_consecutive_images(options.consecutive_images);
  require_argument(options.output.value_or(""), "-o", "the path of the Program file to write");
  check_output_path(options.output, "-o");
  const config::RunConfig run = read_run(options.arguments, {/*dataset=*/false});
  isa::Program program;
  std::vector<std::string> notes = run.notes;
  std::vector<std::string> skipped;
  {
    Progress progress(options.arguments.quiet);
    compile::Pipeline pipeline(
        run, threads, [&](const std::string& stage) { progress.stage(stage); },
        stage_cache(options.arguments));
    program = pipeline.program(run.quantization.scheme, images);
    notes.insert(notes.end(), pipeline.notes().begin(), pipeline.notes().end());
    append_skipped_notes("calibration", pipeline.skipped_calibration_images(), skipped);
  }
  const std::vector<std::uint8_t> bytes = isa::serialize(program);
  write_output(*options.output, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!options.arguments.quiet) {
    write_stdout(fmt::format(
        "{}: {} layers{}, {} instructions, {} on {}, {}\n", *options.output, program.image_layers(),
        images == 1 ? "" : fmt::format(" of {} consecutive images", images),
        report::grouped(static_cast<std::int64_t>(program.instructions.size())),
        program.metadata.scheme, program.hardware.name,
        report::bytes_text(static_cast<std::int64_t>(bytes.size()))));
    for (const std::string& note : notes) write_stdout(fmt::format("note: {}\n", note));
    for (const std::string& note : skipped) write_stdout(fmt::format("  {}\n", note));
  }
  return kOk;
}

}  // namespace

void add_compile(CLI::App& program, Action& action) {
  const auto options = std::make_shared<CompileOptions>();
  CLI::App* command = add_command(
      program, "compile", "write the Program of a run file; needs no dataset", kCompileExamples);
  add_run_arguments(*command, options->arguments);
  command->add_option("-o,--output", options->output, "Program file to write")
      ->option_text("FILE.npu");
  command
      ->add_option("--consecutive-images", options->consecutive_images,
                   "images that one stream takes, one behind the other (default: 1)")
      ->option_text("N");
  command->callback([options, &action] { action = [options] { return compile_run(*options); }; });
}

}  // namespace npusim::cli
