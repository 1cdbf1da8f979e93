// SPDX-License-Identifier: Apache-2.0
// `npusim inspect`: what a Program file holds, and where everything lies.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "sim/base/math.h"
#include "sim/cli/command.h"
#include "sim/cli/inspect_json.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/table.h"
#include "sim/isa/encoding.h"
#include "sim/isa/settings.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using Kind = isa::DramRange::Kind;
using report::grouped;

struct InspectOptions {
  std::string file;
  std::optional<std::string> json;
  bool layers = false;
  bool quiet = false;
};

constexpr char kInspectExamples[] =
    "  npusim inspect mobilenet.npu\n"
    "  npusim inspect mobilenet.npu --layers       the parameters of every layer too\n"
    "  npusim inspect mobilenet.npu --json program.json\n";

constexpr std::size_t kDramBarColumns = 12;
constexpr std::size_t kActivationBarColumns = 20;

std::string grouped_bytes(std::uint64_t bytes) { return grouped(static_cast<std::int64_t>(bytes)); }

std::string hexadecimal(std::uint64_t address) { return fmt::format("0x{:x}", address); }

/// The part of [0, whole) that [begin, end) takes; at least one column of a part that is there.
std::string bar(std::uint64_t begin, std::uint64_t end, std::uint64_t whole, std::size_t columns) {
  const double scale = static_cast<double>(columns) / static_cast<double>(whole);
  const auto from =
      std::min(columns - 1, static_cast<std::size_t>(static_cast<double>(begin) * scale));
  const auto to = std::max(
      from + 1, std::min(columns, static_cast<std::size_t>(static_cast<double>(end) * scale)));
  return std::string(from, '.') + std::string(to - from, '#') + std::string(columns - to, '.');
}

std::string sections_text(const Inspection& inspection, bool colour) {
  Table table({{"section", ColumnKind::name},
               {"offset", ColumnKind::number},
               {"bytes", ColumnKind::number},
               {"share", ColumnKind::number}});
  std::uint64_t inside = 0;
  const auto share = [&](std::uint64_t bytes) {
    return report::percent(static_cast<double>(bytes) / static_cast<double>(inspection.file_bytes),
                           1);
  };
  for (const isa::SectionInfo& section : inspection.sections) {
    inside += section.bytes;
    table.add({section.name, grouped_bytes(section.offset), grouped_bytes(section.bytes),
               share(section.bytes)});
  }
  const std::uint64_t rest = inspection.file_bytes - inside;
  table.add({"header, padding", "", grouped_bytes(rest), share(rest)});
  return table.text(colour);
}

/// "14 conv, 13 depthwise_conv", of one image.
std::string kinds_text(const isa::Program& program) {
  std::map<std::string, int> kinds;
  for (std::size_t l = 0; l < program.image_layers(); ++l) ++kinds[program.layers[l].kind];
  std::string text;
  for (const auto& [kind, count] : kinds)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
  return text;
}

std::string metadata_text(const isa::Program& program, bool colour) {
  const isa::Metadata& m = program.metadata;
  std::string scheme = fmt::format("{}, field_bits {}, rule {}, bias correction {}", m.scheme,
                                   m.field_bits, m.rule, m.bias_correction ? "yes" : "no");
  for (const isa::Setting& setting : isa::unusual_settings(m)) {
    if (std::string(setting.name) != "images")
      scheme += fmt::format(", {} {}", setting.name, setting.get(m));
  }
  std::int64_t macs = 0;
  for (std::size_t l = 0; l < program.image_layers(); ++l) macs += program.layers[l].macs;
  std::string text = bold("Program", colour) + '\n';
  const auto line = [&](const char* key, const std::string& value) {
    constexpr std::size_t kValueColumn = 16;
    text += fmt::format(
        "  {:14}{}\n", key,
        wrapped(report::shortened(value, 4 * kTerminalColumns), kTerminalColumns, kValueColumn));
  };
  line("network", m.name);
  line("scheme", scheme);
  line("hardware",
       fmt::format("{}, hash {}", program.hardware.name, config::config_hash(program.hardware)));
  line("images", fmt::format("{} (inputs {}, outputs {})", m.images, program.inputs.size(),
                             program.outputs.size()));
  line("layers", fmt::format("{}: {}", program.image_layers(), kinds_text(program)));
  line("MACs", grouped(macs) + " an image");
  line("instructions",
       fmt::format("{}, {} bytes", grouped(static_cast<std::int64_t>(program.instructions.size())),
                   grouped(program.instructions_bytes())));
  return text;
}

std::string opcodes_text(const isa::Program& program, bool colour) {
  Table table({{"opcode", ColumnKind::name},
               {"unit", ColumnKind::name},
               {"instructions", ColumnKind::number}});
  const std::vector<std::int64_t> counts = count_opcodes(program);
  for (std::size_t o = 1; o < counts.size(); ++o) {
    const auto opcode = static_cast<isa::Opcode>(o);
    table.add({isa::opcode_name(opcode), isa::unit_name(isa::unit_of(opcode)), grouped(counts[o])});
  }
  return table.text(colour);
}

std::string tensor_name(const isa::Program& program, std::uint32_t tensor) {
  const isa::TensorInfo& info = program.tensors[tensor];
  return fmt::format("tensor {} {} {}x{}x{}", tensor, info.name, info.height, info.width,
                     info.channels);
}

std::string parameters_text(const isa::Program& program, const isa::DramRange& range) {
  return fmt::format("layer {} {}: {}", range.part.layer, program.layers[range.part.layer].name,
                     isa::parameter_name(range.part.parameter));
}

std::string range_text(const isa::Program& program, const isa::DramRange& range) {
  switch (range.kind) {
    case Kind::parameters:
      return parameters_text(program, range);
    case Kind::tensor:
      return tensor_name(program, range.tensor);
    case Kind::unread:
      return "read by no instruction";
    default:
      return isa::dram_range_name(range.kind);
  }
}

/// The ranges, and where not every layer is asked for the image as one.
std::string dram_text(const Inspection& inspection, bool layers, bool colour) {
  const isa::Program& program = inspection.program;
  Table table({{"begin", ColumnKind::number},
               {"end", ColumnKind::number},
               {"bytes", ColumnKind::number},
               {"what", ColumnKind::text},
               {"place", ColumnKind::name}});
  const std::uint64_t used =
      program.dram_bytes + static_cast<std::uint64_t>(program.instructions_bytes());
  const auto add = [&](std::uint64_t begin, std::uint64_t end, const std::string& what,
                       const std::string& place) {
    table.add({hexadecimal(begin), hexadecimal(end), grouped_bytes(end - begin), what, place});
  };
  if (!layers && !program.dram_image.empty()) {
    const std::uint64_t image = program.dram_image.size();
    add(0, image, "weights, parameters", bar(0, image, used, kDramBarColumns));
  }
  for (const isa::DramRange& range : inspection.dram) {
    const bool of_image = range.kind == Kind::parameters || range.kind == Kind::unread;
    if (of_image && !layers) continue;
    add(range.begin, range.end, range_text(program, range),
        range.begin < used ? bar(range.begin, range.end, used, kDramBarColumns) : "");
  }
  return bold(fmt::format("DRAM: {} of {} bytes used", grouped_bytes(used),
                          grouped(program.hardware.dram.bytes)),
              colour) +
         '\n' + table.text(colour);
}

std::string activations_text(const Inspection& inspection, bool colour) {
  const isa::Program& program = inspection.program;
  const auto bytes = static_cast<std::uint64_t>(program.hardware.activation_scratchpad.bytes);
  std::uint64_t used = 1;
  for (const isa::ActivationRange& range : inspection.activations) used = std::max(used, range.end);
  Table table({{"begin", ColumnKind::number},
               {"end", ColumnKind::number},
               {"tensor", ColumnKind::text},
               {"instructions", ColumnKind::number},
               {"place", ColumnKind::name}});
  for (const isa::ActivationRange& range : inspection.activations) {
    table.add({hexadecimal(range.begin), hexadecimal(range.end),
               tensor_name(program, range.tensor).substr(7),
               fmt::format("{}-{}", range.first_instruction, range.last_instruction),
               bar(range.begin, range.end, used, kActivationBarColumns)});
  }
  for (const auto& [begin, end] : isa::unused_bytes(inspection.activations, bytes)) {
    table.add({hexadecimal(begin), hexadecimal(end), "never used", "",
               begin < used ? bar(begin, end, used, kActivationBarColumns) : ""});
  }
  return bold(fmt::format("Activation scratchpad: at most {} of {} bytes at one time",
                          grouped(program.activation_peak_bytes), grouped_bytes(bytes)),
              colour) +
         '\n' + table.text(colour);
}

std::string layers_text(const isa::Program& program, bool colour) {
  Table table({{"layer", ColumnKind::text},
               {"kind", ColumnKind::name},
               {"instr", ColumnKind::number},
               {"weights", ColumnKind::number},
               {"biases", ColumnKind::number},
               {"requant", ColumnKind::number},
               {"shifts", ColumnKind::number}});
  const std::vector<std::int64_t> instructions = count_instructions(program);
  for (std::size_t l = 0; l < program.layers.size(); ++l) {
    const isa::LayerInfo& layer = program.layers[l];
    table.add({fmt::format("{} {}", l, layer.name), layer.kind, grouped(instructions[l]),
               grouped(layer.weights_bytes), grouped(layer.bias_bytes),
               grouped(layer.requant_bytes), grouped(layer.channel_shift_bytes)});
  }
  return table.text(colour);
}

int inspect(const InspectOptions& options) {
  require_argument(options.file, "FILE", "a Program file, such as mobilenet.npu");
  check_output_path(options.json, "--json");
  Inspection inspection;
  const base::FileBytes file = base::map_file(options.file);
  inspection.file_bytes = file.size;
  inspection.sections = isa::list_sections(file.data.get(), file.size, options.file);
  inspection.program = isa::read_program(file, options.file);
  inspection.dram = isa::dram_map(inspection.program);
  inspection.activations = isa::activation_map(inspection.program);
  if (options.json) write_output(*options.json, inspection_json(inspection));
  if (options.quiet) return kOk;
  const bool colour = wants_colour();
  std::string text =
      bold(fmt::format("{}: {} bytes", options.file, grouped_bytes(inspection.file_bytes)),
           colour) +
      '\n' + sections_text(inspection, colour) + '\n' + metadata_text(inspection.program, colour) +
      '\n' + opcodes_text(inspection.program, colour) + '\n';
  if (options.layers) text += layers_text(inspection.program, colour) + '\n';
  text +=
      dram_text(inspection, options.layers, colour) + '\n' + activations_text(inspection, colour);
  write_stdout(text);
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& program, Action& action) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* command = add_command(
      program, "inspect", "show a Program file's sections and memory maps", kInspectExamples);
  command->add_option("FILE", options->file, "Program file");
  command->add_flag("--layers", options->layers, "the layers, and where their parameters lie");
  command->add_option("--json", options->json, "write all of it as JSON")->option_text("F");
  command->add_flag("--quiet", options->quiet, "print nothing");
  command->callback([options, &action] { action = [options] { return inspect(*options); }; });
}

}  // namespace npusim::cli
