// SPDX-License-Identifier: Apache-2.0
// `npusim assemble`: the text of a Program, as disasm prints it or written by hand, to a file.
#include <fmt/format.h>

#include <memory>

#include "sim/base/files.h"
#include "sim/cli/command.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/config/find_file.h"
#include "sim/config/hardware_reader.h"
#include "sim/isa/assembler.h"
#include "sim/isa/program_file.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 30;

struct AssembleOptions {
  std::string file;
  std::optional<std::string> output, image_of, hardware;
  bool quiet = false;
};

constexpr char kAssembleExamples[] =
    "  npusim disasm --image net.npu > net.s\n"
    "  npusim assemble net.s -o again.npu            the same bytes\n"
    "  npusim disasm net.npu > net.s                 without the weights\n"
    "  npusim assemble net.s --image-of net.npu -o again.npu\n"
    "  npusim assemble own.s --hardware npu_16x16_edge.yaml -o own.npu\n";

int assemble(const AssembleOptions& options) {
  require_argument(options.file, "FILE", "the text of a Program, such as mobilenet.s");
  require_argument(options.output.value_or(""), "-o", "the path of the Program file to write");
  check_output_path(options.output, "-o");
  isa::AssemblyOptions how;
  if (options.image_of) {
    how.image = isa::read_program(*options.image_of).dram_image;
    how.image_file = *options.image_of;
  }
  if (options.hardware) {
    how.hardware = config::read_hardware_config(
        config::find_hardware_file(*options.hardware, "--hardware", data_folders()), {},
        data_folders().configs);
  }
  const std::string text = base::read_file_text(options.file, kMaxTextBytes);
  const isa::Program program = isa::assemble(text, options.file, how);
  const std::vector<std::uint8_t> bytes = isa::serialize(program);
  write_output(*options.output, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!options.quiet) {
    write_stdout(fmt::format(
        "{}: {} layers, {} instructions on {}, {}\n", *options.output, program.layers.size(),
        report::grouped(static_cast<std::int64_t>(program.instructions.size())),
        program.hardware.name, report::bytes_text(static_cast<std::int64_t>(bytes.size()))));
  }
  return kOk;
}

}  // namespace

void add_assemble(CLI::App& program, Action& action) {
  const auto options = std::make_shared<AssembleOptions>();
  CLI::App* command = add_command(program, "assemble", "make a Program file of what disasm prints",
                                  kAssembleExamples);
  command->add_option("FILE", options->file, "text of a Program");
  command->add_option("-o,--output", options->output, "Program file to write")
      ->option_text("FILE.npu");
  command
      ->add_option("--image-of", options->image_of,
                   "Program file whose DRAM image a text without one gets")
      ->option_text("OTHER.npu");
  command
      ->add_option("--hardware", options->hardware,
                   "hardware file for a text without a .hardware section")
      ->option_text("F");
  command->add_flag("--quiet", options->quiet, "errors only");
  command->callback([options, &action] { action = [options] { return assemble(*options); }; });
}

}  // namespace npusim::cli
