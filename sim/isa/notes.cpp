// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/isa/contents.h"
#include "sim/isa/tensor_boxes.h"

namespace npusim::isa {
namespace {

constexpr Space kActivations = Space::activation_scratchpad;

/// "kernel 3x3, stride 2x2", with dilation and pads where there are any.
std::string window_text(const Instruction& instruction) {
  std::string text;
  const auto common = [&](const auto& f) {
    text = fmt::format("kernel {}x{}, stride {}x{}", +f.kernel_h, +f.kernel_w, +f.stride_h,
                       +f.stride_w);
  };
  if (const auto* matmul = std::get_if<Matmul>(&instruction.fields)) {
    common(*matmul);
    if (matmul->dilation_h != 1 || matmul->dilation_w != 1)
      text += fmt::format(", dilation {}x{}", +matmul->dilation_h, +matmul->dilation_w);
  } else if (const auto* pool = std::get_if<Pool>(&instruction.fields)) {
    common(*pool);
  }
  return text;
}

class Annotator {
 public:
  explicit Annotator(const Program& program)
      : program_(program),
        parts_(image_parts(program)),
        contents_(program),
        facts_(program.layers.size()) {}

  Notes run() {
    notes_.instructions.reserve(program_.instructions.size());
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      instruction_ = i;
      notes_.instructions.push_back(
          std::visit([&](const auto& f) { return note(f); }, program_.instructions[i].fields));
      window();
      contents_.take(i);
    }
    for (std::size_t l = 0; l < facts_.size(); ++l) notes_.layers.push_back(layer(l));
    for (auto& [tile, written] : written_) {
      if (!written.is_known) continue;
      unite(written.boxes);
      if (!written.boxes.empty()) notes_.tiles[tile] = box_text(written.boxes.front());
    }
    return std::move(notes_);
  }

 private:
  struct LayerFacts {
    std::vector<std::uint32_t> inputs;
    std::string window;
  };

  struct Written {
    std::vector<Box> boxes;
    bool is_known = true;
  };

  std::string note(const End&) { return ""; }

  std::string note(const Dma& f) {
    switch (program_.instructions[instruction_].opcode) {
      case Opcode::load_activations: {
        const auto tensor = contents_.tensor_at(Space::dram, f.dram_address);
        hears_input(tensor);
        return tensor ? "reads " + tensor_text(*tensor, dram_region(f), Space::dram) : "";
      }
      case Opcode::store_activations: {
        const auto tensor = contents_.tensor_at(kActivations, f.local_address);
        if (!tensor) return "";
        writes(*tensor, dram_region(f), Space::dram);
        return "writes " + tensor_text(*tensor, dram_region(f), Space::dram);
      }
      default:
        return parameters(dram_region(f));
    }
  }

  std::string note(const Preload& f) {
    std::string text;
    contents_.visit_image_addresses(weights_region(f), [&](std::uint64_t begin, std::uint64_t) {
      if (!text.empty()) return;
      if (const ImagePart* part = parts_.find(begin))
        text = fmt::format("{} of {}, from DRAM 0x{:x}", parameter_name(part->parameter),
                           layer_name(part->layer), begin);
    });
    return text;
  }

  std::string note(const Matmul& f) { return reads(f.in_address); }

  std::string note(const Requantize& f) { return writes_output(output_region(f)); }

  std::string note(const Pool& f) {
    return joined(reads(f.in_address), writes_output(output_region(f)));
  }

  std::string note(const Elementwise& f) {
    std::string from = reads(f.a_address);
    if (has_operand_b(f)) {
      const auto b = contents_.tensor_at(kActivations, f.b_address);
      hears_input(b);
      if (b) from = from.empty() ? "reads " + tensor_name(*b) : from + " and " + tensor_name(*b);
    }
    return joined(from, writes_output(output_region(f)));
  }

  static std::string joined(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() ? a + b : a + "; " + b;
  }

  std::string reads(std::uint32_t address) {
    const auto tensor = contents_.tensor_at(kActivations, address);
    hears_input(tensor);
    return tensor ? "reads " + tensor_name(*tensor) : "";
  }

  std::string writes_output(const Region& region) {
    const auto tensor = output_tensor(program_, instruction_);
    if (!tensor) return "";
    writes(*tensor, region, kActivations);
    return "writes " + tensor_text(*tensor, region, kActivations);
  }

  bool lives_in(std::uint32_t tensor, Space space) const {
    return (program_.tensors[tensor].memory == Memory::dram) == (space == Space::dram);
  }

  /// Keeps what the tile writes of its layer's output.
  void writes(std::uint32_t tensor, const Region& region, Space space) {
    if (output_tensor(program_, instruction_) != tensor || !lives_in(tensor, space)) return;
    const InstructionOrigin& origin = program_.origins[instruction_];
    const std::vector<Box> boxes = boxes_of(region, program_.tensors[tensor]);
    Written& written = written_[{origin.layer, origin.tile}];
    if (boxes.empty()) written.is_known = false;
    written.boxes.insert(written.boxes.end(), boxes.begin(), boxes.end());
  }

  /// Operands that the instruction's own layer does not write.
  void hears_input(std::optional<std::uint32_t> tensor) {
    if (!tensor || instruction_ >= program_.origins.size()) return;
    const std::uint32_t layer = program_.origins[instruction_].layer;
    if (layer >= facts_.size() || output_tensor(program_, instruction_) == tensor) return;
    auto& inputs = facts_[layer].inputs;
    if (std::find(inputs.begin(), inputs.end(), *tensor) == inputs.end()) inputs.push_back(*tensor);
  }

  void window() {
    if (instruction_ >= program_.origins.size()) return;
    const std::uint32_t layer = program_.origins[instruction_].layer;
    if (layer >= facts_.size() || !facts_[layer].window.empty()) return;
    facts_[layer].window = window_text(program_.instructions[instruction_]);
  }

  /// The parameters of that part of the image, in order.
  std::string parameters(const Region& region) {
    std::string text;
    std::uint32_t layer = 0;
    std::vector<Parameter> seen;
    const auto close = [&] {
      if (!seen.empty()) text += " of " + layer_name(layer);
      seen.clear();
    };
    if (region.empty()) return text;
    parts_.visit(region.address, region.end(),
                 [&](std::uint64_t, std::uint64_t, const ImagePart& part) {
                   if (!seen.empty() && part.layer != layer) close();
                   if (std::find(seen.begin(), seen.end(), part.parameter) != seen.end()) return;
                   if (!text.empty()) text += ", ";
                   text += parameter_name(part.parameter);
                   layer = part.layer;
                   seen.push_back(part.parameter);
                 });
    close();
    return text;
  }

  std::string layer(std::size_t index) const {
    std::string text;
    for (const std::uint32_t input : facts_[index].inputs) {
      text += (text.empty() ? "" : ", ") + shape_text(program_.tensors[input]);
    }
    const std::uint32_t output = program_.layers[index].output_tensor;
    if (output < program_.tensors.size())
      text += (text.empty() ? "-> " : " -> ") + shape_text(program_.tensors[output]);
    if (!facts_[index].window.empty()) text += ", " + facts_[index].window;
    return text;
  }

  std::string layer_name(std::uint32_t layer) const {
    return layer < program_.layers.size()
               ? fmt::format("layer {} {}", layer, quoted(program_.layers[layer].name))
               : fmt::format("layer {}", layer);
  }

  std::string tensor_name(std::uint32_t tensor) const {
    return fmt::format("tensor {} {}", tensor, quoted(program_.tensors[tensor].name));
  }

  /// With the elements, where they are a box of the tensor at its place.
  std::string tensor_text(std::uint32_t tensor, const Region& region, Space space) const {
    std::string text = tensor_name(tensor);
    if (!lives_in(tensor, space)) return text;
    std::vector<Box> boxes = boxes_of(region, program_.tensors[tensor]);
    unite(boxes);
    return boxes.empty() ? text : text + ": " + box_text(boxes.front());
  }

  const Program& program_;
  const ImageParts parts_;
  Contents contents_;
  std::vector<LayerFacts> facts_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Written> written_;  // by layer and tile
  std::size_t instruction_ = 0;
  Notes notes_;
};

}  // namespace

Notes notes_of(const Program& program) { return Annotator(program).run(); }

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    result += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return result + '"';
}

std::string shape_text(const TensorInfo& tensor) {
  return fmt::format("{}x{}x{}", tensor.height, tensor.width, tensor.channels);
}

}  // namespace npusim::isa
