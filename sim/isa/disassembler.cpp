// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/disassembler.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "sim/isa/encoding.h"
#include "sim/isa/fields.h"
#include "sim/isa/labels.h"
#include "sim/isa/regions.h"
#include "sim/isa/settings.h"

namespace npusim::isa {
namespace {

constexpr std::array<const char*, 3> kDataTypeNames = {"int8", "int16", "int32"};
constexpr std::array<const char*, 2> kMemoryNames = {"dram", "act"};
constexpr std::size_t kImageLineBytes = 32;

/// In double quotes; quotes, backslashes and whatever is not printable ASCII as \xNN.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    result += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return result + '"';
}

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

class FieldPrinter {
 public:
  FieldPrinter(const std::vector<std::uint64_t>& defaults, std::string& text)
      : defaults_(defaults), text_(text) {}

  template <typename T, std::size_t N>
  void flag(const char* name, unsigned, T value, const std::array<const char*, N>& names) {
    if (is_default(value)) return;
    const auto at = static_cast<std::size_t>(value);
    text_ += fmt::format(" {}={}", name, at < N ? names[at] : std::to_string(at).c_str());
  }
  template <typename T>
  void number(const char* name, int, T value) {
    if (!is_default(value)) text_ += fmt::format(" {}={}", name, +value);
  }
  template <typename T>
  void address(const char* name, int, T value) {
    if (!is_default(value)) text_ += fmt::format(" {}=0x{:x}", name, value);
  }

 private:
  template <typename T>
  bool is_default(T value) {
    return defaults_[next_++] == static_cast<std::uint64_t>(value);
  }

  const std::vector<std::uint64_t>& defaults_;
  std::string& text_;
  std::size_t next_ = 0;
};

std::string mask_text(const Program& program, const char* verb, std::uint32_t mask) {
  std::string text;
  for (int s = 0; s < kSemaphores; ++s) {
    if ((mask >> s & 1) == 0) continue;
    const bool known = static_cast<std::size_t>(s) < program.semaphores.size();
    text += text.empty() ? fmt::format(" {} ", verb) : ",";
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
      : program_(program), options_(options) {}

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

  void indented(const std::string& lines) {
    std::size_t begin = 0;
    while (begin < lines.size()) {
      const std::size_t end = std::min(lines.find('\n', begin), lines.size());
      line("  {}", lines.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  void head() {
    const Metadata& m = program_.metadata;
    const Preprocessing& p = m.preprocessing;
    line("; npusim program: {} instructions, {} layers, {} bytes of weights and parameters",
         program_.instructions.size(), program_.layers.size(), program_.dram_image.size());
    line(".program {}", quoted(m.name));
    line("  scheme {} field_bits {} rule {} bias_correction {}", quoted(m.scheme), m.field_bits,
         quoted(m.rule), kNoYes[m.bias_correction]);
    for (const Setting& setting : unusual_settings(m)) {
      line("  {} {}", setting.name, setting.get(m));
    }
    line(
        "  preprocessing size {} resize_shorter_side {} center_crop {} mean {} {} {} scale {} {} "
        "{}",
        p.size, p.resize_shorter_side, p.center_crop, p.mean[0], p.mean[1], p.mean[2], p.scale[0],
        p.scale[1], p.scale[2]);
    line("  activation_peak_bytes {}", program_.activation_peak_bytes);
    line("\n.hardware {}", quoted(program_.hardware.name));
    indented(config::program_dependent_text(program_.hardware));
    indented(config::timing_only_text(program_.hardware));
  }

  void semaphores() {
    line("\n.semaphores  ; number name: poster -> waiter, initial count");
    for (std::size_t s = 0; s < program_.semaphores.size(); ++s) {
      const Semaphore& semaphore = program_.semaphores[s];
      line("  {} {}: {} -> {} initial {}", s, semaphore.name, unit_name(semaphore.poster),
           unit_name(semaphore.waiter), semaphore.initial);
    }
  }

  void tensors() {
    line(
        "\n.tensors  ; number name: height x width x channels, place, last instruction that "
        "writes");
    for (std::size_t t = 0; t < program_.tensors.size(); ++t) {
      const TensorInfo& tensor = program_.tensors[t];
      line("  {} {}: {}x{}x{} {} scale {} zero_point {} {}=0x{:x} complete_after {}{}", t,
           quoted(tensor.name), tensor.height, tensor.width, tensor.channels,
           kDataTypeNames[static_cast<std::size_t>(tensor.type)], tensor.scale, tensor.zero_point,
           kMemoryNames[static_cast<std::size_t>(tensor.memory)], tensor.address,
           tensor.complete_after,
           tensor.code_bits == kMostCodeBits ? "" : fmt::format(" code_bits {}", tensor.code_bits));
    }
    line(".inputs {}", fmt::join(program_.inputs, " "));
    line(".outputs {}", fmt::join(program_.outputs, " "));
  }

  void layers() {
    line("\n.layers  ; number name kind, counts");
    for (std::size_t l = 0; l < program_.layers.size(); ++l) {
      const LayerInfo& layer = program_.layers[l];
      line(
          "  {} {} {} macs {} output_tensor {} weights_bytes {} bias_bytes {} requant_bytes {} "
          "channel_shift_bytes {}",
          l, quoted(layer.name), quoted(layer.kind), layer.macs, layer.output_tensor,
          layer.weights_bytes, layer.bias_bytes, layer.requant_bytes, layer.channel_shift_bytes);
      if (!layer.quantization) continue;
      const LayerQuantization& own = *layer.quantization;
      line("    scheme {} field_bits {} rule {} symmetric {} weight_bits {}", quoted(own.scheme),
           own.field_bits, quoted(own.rule), kNoYes[own.symmetric], own.weight_bits);
    }
  }

  void image() {
    line("\n.dram bytes {}", program_.dram_bytes);
    const auto& image = program_.dram_image;
    if (!options_.image) {
      line("  ; image of {} bytes", image.size());
      return;
    }
    for (std::size_t i = 0; i < image.size(); i += kImageLineBytes) {
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
        line(".tile {} {}  ; {} tile {}", origin->layer, origin->tile,
             layer_text(program_, origin->layer), origin->tile);
        last = origin;
      }
      line("{:>6}  {}", i, instruction_text(program_, i));
    }
  }

  void layer_header(std::uint32_t layer) {
    if (layer >= program_.layers.size()) return;
    const LayerInfo& info = program_.layers[layer];
    line("\n; {}: {} MACs, {} bytes of weights", layer_text(program_, layer), info.macs,
         info.weights_bytes);
    if (info.output_tensor >= program_.tensors.size()) return;
    const TensorInfo& out = program_.tensors[info.output_tensor];
    line("; writes tensor {}: {}x{}x{} in {} at 0x{:x}", info.output_tensor, out.height, out.width,
         out.channels,
         space_name(out.memory == Memory::dram ? Space::dram : Space::activation_scratchpad),
         out.address);
  }

  const Program& program_;
  const DisassemblyOptions& options_;
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
        visit_fields(fields, FieldPrinter(defaults.values, text));
      },
      instruction.fields);
  text += mask_text(program, "wait", instruction.wait_mask);
  return text + mask_text(program, "post", instruction.post_mask);
}

std::string disassemble(const Program& program, const DisassemblyOptions& options) {
  return Writer(program, options).run();
}

}  // namespace npusim::isa
