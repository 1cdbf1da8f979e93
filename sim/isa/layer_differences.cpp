// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/layer_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "sim/isa/disassembler.h"
#include "sim/isa/encoding.h"
#include "sim/isa/layer_contents.h"

namespace npusim::isa {
namespace {

/// The words of an instruction's text: fields by name, and the semaphores behind "wait" and "post".
std::map<std::string, std::string> words_of(const std::string& text) {
  std::map<std::string, std::string> words;
  std::string verb;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = word.find('=');
    if (word == "wait" || word == "post") {
      verb = word;
    } else if (!verb.empty()) {
      words[std::exchange(verb, "")] = word;
    } else if (equals != std::string::npos) {
      words[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  return words;
}

class LayerComparer {
 public:
  LayerComparer(const NamedLayers& before, const NamedLayers& after)
      : before_(before),
        after_(after),
        old_index_(index_of(before)),
        new_index_(index_of(after)),
        same_semaphores_(semaphore_names(before.program) == semaphore_names(after.program)),
        old_contents_(layer_contents(before.program)),
        new_contents_(layer_contents(after.program)) {}

  std::vector<ProgramChange> run() {
    for (std::size_t l = 0; l < after_.names.size(); ++l) {
      name_ = after_.names[l];
      const auto old = old_index_.find(name_);
      const LayerInfo& info = after_.program.layers[l];
      if (old == old_index_.end()) {
        add("layer", kNothing, info.kind);
        continue;
      }
      description(before_.program.layers[old->second], info);
      contents(old_contents_[old->second], new_contents_[l]);
      instructions(old_contents_[old->second].instructions, new_contents_[l].instructions);
    }
    for (std::size_t l = 0; l < before_.names.size(); ++l) {
      name_ = before_.names[l];
      if (new_index_.count(name_) == 0) add("layer", before_.program.layers[l].kind, kNothing);
    }
    order();
    return std::move(changes_);
  }

 private:
  using Index = std::map<std::string, std::size_t>;

  static Index index_of(const NamedLayers& layers) {
    Index index;
    for (std::size_t l = 0; l < layers.names.size(); ++l) index[layers.names[l]] = l;
    return index;
  }

  static std::vector<std::string> semaphore_names(const Program& program) {
    std::vector<std::string> names;
    for (const Semaphore& semaphore : program.semaphores) names.push_back(semaphore.name);
    return names;
  }

  void add(const std::string& what, const std::string& before, const std::string& after) {
    if (before != after) changes_.push_back({ProgramPart::layers, name_, what, before, after, 0});
  }
  void add(const std::string& what, std::int64_t before, std::int64_t after) {
    add(what, std::to_string(before), std::to_string(after));
  }

  /// Layers that both have, in another order.
  void order() {
    const auto common = [](const NamedLayers& of, const Index& in) {
      std::vector<std::string> names;
      std::copy_if(of.names.begin(), of.names.end(), std::back_inserter(names),
                   [&](const std::string& name) { return in.count(name) != 0; });
      return names;
    };
    const std::vector<std::string> a = common(before_, new_index_);
    const std::vector<std::string> b = common(after_, old_index_);
    const auto [moved, in_place_of] = std::mismatch(a.begin(), a.end(), b.begin());
    name_.clear();
    if (moved != a.end())
      add("order from place " + std::to_string(moved - a.begin()), *moved, *in_place_of);
  }

  void description(const LayerInfo& a, const LayerInfo& b) {
    add("kind", a.kind, b.kind);
    add("macs", a.macs, b.macs);
    add("output_tensor", before_.program.tensors.at(a.output_tensor).name,
        after_.program.tensors.at(b.output_tensor).name);
    add("weights_bytes", a.weights_bytes, b.weights_bytes);
    add("bias_bytes", a.bias_bytes, b.bias_bytes);
    add("requant_bytes", a.requant_bytes, b.requant_bytes);
    add("channel_shift_bytes", a.channel_shift_bytes, b.channel_shift_bytes);
    const auto text = [](const std::optional<LayerQuantization>& own) {
      if (!own) return std::string("the Program's");
      return fmt::format("{}, field {}, {}, {}, {}-bit weights", own->scheme, own->field_bits,
                         own->rule, own->symmetric ? "symmetric" : "asymmetric", own->weight_bits);
    };
    add("quantization", text(a.quantization), text(b.quantization));
  }

  void contents(const LayerContents& a, const LayerContents& b) {
    add("tiles", static_cast<std::int64_t>(a.tiles), static_cast<std::int64_t>(b.tiles));
    const auto hash = [](const ContentHash& of) {
      return of ? fmt::format("{:016x}", *of) : std::string(kNothing);
    };
    const auto address = [](const std::optional<std::uint64_t>& of) {
      return of ? fmt::format("0x{:x}", *of) : std::string(kNothing);
    };
    if (a.weight_shapes == b.weight_shapes) {
      add("weights (hash)", hash(a.weights), hash(b.weights));
    } else {
      add("weight tiles", static_cast<std::int64_t>(a.weight_tiles),
          static_cast<std::int64_t>(b.weight_tiles));
      if (a.weight_tiles == b.weight_tiles)
        add("shapes of weight tiles (hash)", hash(a.weight_shapes), hash(b.weight_shapes));
      add("weights (hash)", hash(a.weight_values), hash(b.weight_values));
    }
    add("biases (hash)", hash(a.biases), hash(b.biases));
    add("multipliers (hash)", hash(a.multipliers), hash(b.multipliers));
    add("channel shifts (hash)", hash(a.channel_shifts), hash(b.channel_shifts));
    add("clamps (hash)", hash(a.clamps), hash(b.clamps));
    add("records (hash)", hash(a.records), hash(b.records));
    add("weights_address", address(a.weights_address), address(b.weights_address));
    add("parameters_address", address(a.parameters_address), address(b.parameters_address));
  }

  void instructions(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b) {
    std::array<std::int64_t, kOpcodes> old_counts = {};
    std::array<std::int64_t, kOpcodes> new_counts = {};
    for (const std::size_t i : a) ++old_counts.at(opcode(before_, i));
    for (const std::size_t i : b) ++new_counts.at(opcode(after_, i));
    for (std::size_t o = 0; o < old_counts.size(); ++o) {
      if (old_counts[o] == new_counts[o]) continue;
      changes_.push_back({ProgramPart::instructions, name_,
                          std::string("number of ") + opcode_name(static_cast<Opcode>(o)),
                          std::to_string(old_counts[o]), std::to_string(new_counts[o]), 0});
    }
    if (old_counts == new_counts) fields(a, b);
  }

  static std::size_t opcode(const NamedLayers& of, std::size_t i) {
    return static_cast<std::size_t>(of.program.instructions[i].opcode);
  }

  /// Of as many instructions of each kind: the fields in which the i-th of each kind differ.
  void fields(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b) {
    const std::size_t first = changes_.size();
    std::array<std::vector<std::size_t>, kOpcodes> by_kind;
    for (const std::size_t i : b) by_kind.at(opcode(after_, i)).push_back(i);
    std::array<std::size_t, kOpcodes> next = {};
    for (const std::size_t i : a) {
      const std::size_t kind = opcode(before_, i);
      pair(i, by_kind.at(kind)[next.at(kind)++], first);
    }
    const bool same_order = std::equal(
        a.begin(), a.end(), b.begin(), [&](std::size_t old_index, std::size_t new_index) {
          return opcode(before_, old_index) == opcode(after_, new_index);
        });
    if (!same_order) field("order of instructions", "one", "another", first);
  }

  void pair(std::size_t old_index, std::size_t new_index, std::size_t first) {
    const std::string kind = opcode_name(before_.program.instructions[old_index].opcode);
    const auto tile = [](const NamedLayers& of, std::size_t i) {
      return std::to_string(of.program.origins[i].tile);
    };
    if (tile(before_, old_index) != tile(after_, new_index))
      field(kind + " tile", tile(before_, old_index), tile(after_, new_index), first);
    if (same_semaphores_ && encode(before_.program.instructions[old_index]) ==
                                encode(after_.program.instructions[new_index]))
      return;
    const std::string old_text = instruction_text(before_.program, old_index);
    const std::string new_text = instruction_text(after_.program, new_index);
    if (old_text == new_text) return;
    const auto old_words = words_of(old_text);
    auto new_words = words_of(new_text);
    for (const auto& [name, value] : old_words) {
      const auto found = new_words.find(name);
      const std::string other = found == new_words.end() ? "usual" : found->second;
      if (value != other) field(fmt::format("{} {}", kind, name), value, other, first);
      new_words.erase(name);
    }
    for (const auto& [name, value] : new_words)
      field(fmt::format("{} {}", kind, name), "usual", value, first);
  }

  /// One more instruction of the layer, whose changes begin at `first`, differs in the field.
  void field(const std::string& what, const std::string& before, const std::string& after,
             std::size_t first) {
    for (std::size_t c = first; c < changes_.size(); ++c) {
      if (changes_[c].what != what) continue;
      ++changes_[c].instructions;
      return;
    }
    changes_.push_back({ProgramPart::instructions, name_, what, before, after, 1});
  }

  const NamedLayers& before_;
  const NamedLayers& after_;
  const Index old_index_, new_index_;
  const bool same_semaphores_;  // equal bits name equal ones
  const std::vector<LayerContents> old_contents_, new_contents_;
  std::string name_;
  std::vector<ProgramChange> changes_;
};

}  // namespace

std::vector<ProgramChange> layer_differences(const NamedLayers& before, const NamedLayers& after) {
  return LayerComparer(before, after).run();
}

}  // namespace npusim::isa
