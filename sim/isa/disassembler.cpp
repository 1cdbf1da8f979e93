// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/disassembler.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <set>

#include "sim/config/hardware_fields.h"
#include "sim/isa/fields.h"
#include "sim/isa/labels.h"
#include "sim/isa/notes.h"
#include "sim/isa/regions.h"
#include "sim/isa/text_fields.h"

namespace npusim::isa {
namespace {

constexpr std::size_t kImageLineBytes = 32;

/// Writes the fields whose value is not the default one. The visitor runs over both at once: over
/// the default fields first, whose values it keeps in order.
class DefaultReader {
 public:
  template <typename T, std::size_t N>
  void flag(const char*, unsigned, T value, const std::array<const char*, N>&) {
    values.push_back(static_cast<std::uint64_t>(value));
  }
  template <typename T>
  void number(const char*, int, T value) {
    values.push_back(static_cast<std::uint64_t>(value));
  }
  template <typename T>
  void address(const char*, int, T value) {
    values.push_back(static_cast<std::uint64_t>(value));
  }
  std::vector<std::uint64_t> values;
};

/// Fields as " name=value". With `defaults`, in the order of the table, those that differ from
/// them; otherwise all.
class FieldPrinter {
 public:
  FieldPrinter(const std::vector<std::uint64_t>* defaults, std::string& text,
               const char* separator = " ")
      : defaults_(defaults), text_(text), separator_(separator) {}

  template <typename T, std::size_t N>
  void flag(const char* name, unsigned, T value, const std::array<const char*, N>& names) {
    if (is_default(value)) return;
    const auto at = static_cast<std::size_t>(value);
    put(name, at < N ? names[at] : std::to_string(at));
  }
  template <typename T>
  void number(const char* name, int, T value) {
    if (!is_default(value)) put(name, fmt::format("{}", +value));
  }
  template <typename T>
  void address(const char* name, int, T value) {
    if (!is_default(value)) put(name, fmt::format("0x{:x}", value));
  }
  void text(const char* name, const std::string& value) { put(name, quoted(value)); }
  void real(const char* name, double value) { put(name, fmt::format("{}", value)); }
  template <std::size_t N>
  void reals(const char* name, const double (&values)[N]) {
    put(name, fmt::format("{}", fmt::join(values, ",")));
  }
  template <typename T>
  void ranged(const char* name, T value, T, T, T usual) {
    if (value != usual) put(name, std::to_string(value));
  }

 private:
  void put(const char* name, const std::string& value) {
    text_ += separator_;
    text_ += name;
    text_ += '=';
    text_ += value;
  }
  template <typename T>
  bool is_default(T value) {
    return defaults_ != nullptr && (*defaults_)[next_++] == static_cast<std::uint64_t>(value);
  }

  const std::vector<std::uint64_t>* defaults_;
  std::string& text_;
  const char* separator_;
  std::size_t next_ = 0;
};

/// Every field of a part that is no instruction, without the blank in front.
template <typename Visit>
std::string fields_text(Visit visit) {
  std::string text;
  visit(FieldPrinter(nullptr, text));
  return text.substr(1);
}

std::string mask_text(const Program& program, const char* verb, std::uint32_t mask) {
  std::string text;
  for (int s = 0; s < kSemaphores; ++s) {
    if ((mask >> s & 1) == 0) continue;
    const bool known = static_cast<std::size_t>(s) < program.semaphores.size();
    text += text.empty() ? fmt::format(" {}=", verb) : ",";
    text += known ? semaphore_label(program, s) : std::to_string(s);
  }
  return text;
}

/// Layer 3 as "layer 3 conv2d_dw depthwise_conv".
std::string layer_text(const Program& program, std::uint32_t layer) {
  if (layer >= program.layers.size()) return fmt::format("layer {}", layer);
  const LayerInfo& info = program.layers[layer];
  const std::string name = quoted(info.name);
  return fmt::format("layer {} {} {}{}", layer, name.substr(1, name.size() - 2), info.kind,
                     image_text(program, layer));
}

class Writer {
 public:
  Writer(const Program& program, const DisassemblyOptions& options)
      : program_(program), options_(options), notes_(notes_of(program)) {}

  std::string run() {
    head();
    semaphores();
    tensors();
    layers();
    image();
    instructions();
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }

  void head() {
    line("; npusim program: {} instructions, {} layers, {} bytes of weights and parameters",
         program_.instructions.size(), program_.layers.size(), program_.dram_image.size());
    text_ += ".program " + quoted(program_.metadata.name);
    visit_program_text(program_, FieldPrinter(nullptr, text_, "\n  "));
    text_ += '\n';
    line("\n.hardware {}", quoted(program_.hardware.name));
    for (const bool program_dependent : {true, false}) {
      line("  ; {}",
           program_dependent ? "what the instructions depend on" : "what only time depends on");
      for (const config::HardwareField& field : config::hardware_fields()) {
        if (field.program_dependent != program_dependent || !field.applies(program_.hardware) ||
            field.get(program_.hardware) == field.if_missing) {
          continue;
        }
        line("  {}={}", field.key, config::field_text(field, program_.hardware));
      }
    }
  }

  void semaphores() {
    line("\n.semaphores  ; number, name");
    for (std::size_t s = 0; s < program_.semaphores.size(); ++s) {
      const Semaphore& semaphore = program_.semaphores[s];
      line("  {} {} {}", s, semaphore.name,
           fields_text([&](auto&& printer) { visit_semaphore_text(semaphore, printer); }));
    }
  }

  void tensors() {
    line("\n.tensors  ; number, name; complete_after: the last instruction that writes it");
    for (std::size_t t = 0; t < program_.tensors.size(); ++t) {
      const TensorInfo& tensor = program_.tensors[t];
      line("  {} {} {}", t, quoted(tensor.name),
           fields_text([&](auto&& printer) { visit_tensor_text(tensor, printer); }));
    }
    line(".inputs {}", fmt::join(program_.inputs, " "));
    line(".outputs {}", fmt::join(program_.outputs, " "));
  }

  void layers() {
    line("\n.layers  ; number, name");
    for (std::size_t l = 0; l < program_.layers.size(); ++l) {
      const LayerInfo& layer = program_.layers[l];
      std::string fields = fields_text([&](auto&& printer) { visit_layer_text(layer, printer); });
      if (layer.quantization) {
        visit_layer_quantization_text(*layer.quantization, FieldPrinter(nullptr, fields));
      }
      line("  {} {} {}", l, quoted(layer.name), fields);
    }
  }

  void image() {
    const auto& image = program_.dram_image;
    const bool left_out = !options_.image && !image.empty();
    line("\n.dram bytes={} image_bytes={}{}", program_.dram_bytes, image.size(),
         left_out ? fmt::format(" image_hash=0x{:x}", XXH64(image.data(), image.size(), 0)) : "");
    if (left_out)
      line("  ; without the image: disasm --image has it, assemble --image-of takes it");
    for (std::size_t i = 0; options_.image && i < image.size(); i += kImageLineBytes) {
      fmt::format_to(std::back_inserter(text_), "  0x{:08x}: ", i);
      const std::size_t end = std::min(image.size(), i + kImageLineBytes);
      for (std::size_t j = i; j < end; ++j) {
        fmt::format_to(std::back_inserter(text_), "{:02x}", image[j]);
      }
      text_ += '\n';
    }
  }

  void instructions() {
    line("\n.instructions");
    std::set<std::uint32_t> seen_layers;
    const InstructionOrigin* last = nullptr;
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      const InstructionOrigin* origin =
          i < program_.origins.size() ? &program_.origins[i] : nullptr;
      const bool moved = origin != nullptr && (last == nullptr || last->layer != origin->layer ||
                                               last->tile != origin->tile);
      if (moved) {
        if (seen_layers.insert(origin->layer).second) layer_header(origin->layer);
        tile_header(*origin);
        last = origin;
      }
      const std::string& note = notes_.instructions[i];
      line("{:>6}  {}{}{}", i, instruction_text(program_, i), note.empty() ? "" : "  ; ", note);
    }
  }

  void tile_header(const InstructionOrigin& origin) {
    const auto known = notes_.tiles.find({origin.layer, origin.tile});
    line(".tile {} {}  ; {} tile {}{}", origin.layer, origin.tile,
         layer_text(program_, origin.layer), origin.tile,
         known == notes_.tiles.end() ? "" : ": " + known->second);
  }

  void layer_header(std::uint32_t layer) {
    if (layer >= program_.layers.size()) return;
    const LayerInfo& info = program_.layers[layer];
    line("\n; {}: {}; {} MACs, {} bytes of weights", layer_text(program_, layer),
         notes_.layers[layer], info.macs, info.weights_bytes);
    if (info.output_tensor >= program_.tensors.size()) return;
    const TensorInfo& out = program_.tensors[info.output_tensor];
    line("; writes tensor {} {}: {} in {} at 0x{:x}", info.output_tensor, quoted(out.name),
         shape_text(out),
         space_name(out.memory == Memory::dram ? Space::dram : Space::activation_scratchpad),
         out.address);
  }

  const Program& program_;
  const DisassemblyOptions& options_;
  const Notes notes_;
  std::string text_;
};

}  // namespace

std::string instruction_text(const Program& program, std::size_t index) {
  const Instruction& instruction = program.instructions.at(index);
  const bool is_end = instruction.opcode == Opcode::end;
  std::string text = is_end ? std::string(opcode_name(Opcode::end))
                            : fmt::format("{} {}", unit_name(unit_of(instruction.opcode)),
                                          opcode_name(instruction.opcode));
  std::visit(
      [&](const auto& fields) {
        DefaultReader defaults;
        const std::decay_t<decltype(fields)> default_fields;
        visit_fields(default_fields, defaults);
        visit_fields(fields, FieldPrinter(&defaults.values, text));
      },
      instruction.fields);
  text += mask_text(program, "wait", instruction.wait_mask);
  return text + mask_text(program, "post", instruction.post_mask);
}

std::string disassemble(const Program& program, const DisassemblyOptions& options) {
  return Writer(program, options).run();
}

}  // namespace npusim::isa
