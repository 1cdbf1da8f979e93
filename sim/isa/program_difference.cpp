// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/program_difference.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <map>

#include "sim/config/hardware_fields.h"
#include "sim/isa/disassembler.h"
#include "sim/isa/encoding.h"
#include "sim/isa/labels.h"
#include "sim/isa/layer_differences.h"
#include "sim/isa/settings.h"
#include "sim/isa/text_fields.h"

namespace npusim::isa {
namespace {

std::string true_or_false(bool value) { return value ? "true" : "false"; }

/// Names of things in their order, the second of a name as "name#2".
template <typename Items, typename Name>
std::vector<std::string> unique_names(const Items& items, const Name& name) {
  std::map<std::string, int> counts;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string text = name(i);
    if (const int count = ++counts[text]; count > 1) text += '#' + std::to_string(count);
    names.push_back(std::move(text));
  }
  return names;
}

std::string of_image(const Program& program, const std::string& name, std::size_t index,
                     std::size_t of_one) {
  if (program.images() == 1 || of_one == 0) return name;
  return fmt::format("{}[image {}]", name, std::min(index / of_one, program.images() - 1));
}

std::vector<std::string> layer_names(const Program& program) {
  return unique_names(program.layers, [&](std::size_t l) {
    return of_image(program, program.layers[l].name, l, program.image_layers());
  });
}

std::vector<std::string> tensor_names(const Program& program) {
  return unique_names(program.tensors, [&](std::size_t t) {
    return of_image(program, program.tensors[t].name, t, program.image_tensors());
  });
}

class Comparer {
 public:
  Comparer(const Program& before, const Program& after) : before_(before), after_(after) {}

  ProgramDifference run() {
    hardware();
    settings();
    first_instruction();
    layers();
    memory();
    tensors();
    semaphores();
    std::stable_sort(
        result_.changes.begin(), result_.changes.end(),
        [](const ProgramChange& a, const ProgramChange& b) { return a.part < b.part; });
    return std::move(result_);
  }

 private:
  void add(ProgramPart part, const std::string& item, const std::string& what,
           const std::string& before, const std::string& after) {
    if (before != after) result_.changes.push_back({part, item, what, before, after});
  }

  void hardware() {
    const auto text = [](const config::HardwareField& field, const config::HardwareConfig& of) {
      return field.applies(of) ? config::field_text(field, of) : kNothing;
    };
    add(ProgramPart::hardware, "", "name", before_.hardware.name, after_.hardware.name);
    for (const config::HardwareField& field : config::hardware_fields()) {
      add(ProgramPart::hardware, "", field.key, text(field, before_.hardware),
          text(field, after_.hardware));
    }
  }

  void settings() {
    const Metadata& a = before_.metadata;
    const Metadata& b = after_.metadata;
    const auto setting = [&](const char* what, const std::string& old_value,
                             const std::string& new_value) {
      add(ProgramPart::settings, "", what, old_value, new_value);
    };
    setting("name", a.name, b.name);
    setting("scheme", a.scheme, b.scheme);
    setting("field_bits", std::to_string(a.field_bits), std::to_string(b.field_bits));
    setting("rule", a.rule, b.rule);
    setting("bias_correction", true_or_false(a.bias_correction), true_or_false(b.bias_correction));
    for (const Setting& each : isa::settings()) {
      const bool is_flag = each.least == 0 && each.greatest == 1;
      const auto text = [&](const Metadata& of) {
        return is_flag ? true_or_false(each.get(of) != 0) : std::to_string(each.get(of));
      };
      setting(each.name, text(a), text(b));
    }
    preprocessing(a.preprocessing, b.preprocessing);
  }

  void preprocessing(const Preprocessing& a, const Preprocessing& b) {
    const auto setting = [&](const char* what, const std::string& old_value,
                             const std::string& new_value) {
      add(ProgramPart::settings, "", std::string("input.") + what, old_value, new_value);
    };
    const auto three = [](const double(&values)[3]) {
      return fmt::format("{}, {}, {}", values[0], values[1], values[2]);
    };
    setting("size", std::to_string(a.size), std::to_string(b.size));
    setting("resize_shorter_side", std::to_string(a.resize_shorter_side),
            std::to_string(b.resize_shorter_side));
    setting("center_crop", std::to_string(a.center_crop), std::to_string(b.center_crop));
    setting("mean", three(a.mean), three(b.mean));
    setting("scale", three(a.scale), three(b.scale));
  }

  void first_instruction() {
    const auto& a = before_.instructions;
    const auto& b = after_.instructions;
    std::size_t i = 0;
    while (i < a.size() && i < b.size() && encode(a[i]) == encode(b[i]) && is_of_same_semaphores(i))
      ++i;
    if (i == a.size() && i == b.size()) return;
    FirstInstruction first;
    first.index = i;
    const auto describe = [&](const Program& program, std::string& label, std::string& text) {
      const bool there = i < program.instructions.size();
      label = there ? instruction_label(program, i) : kNothing;
      text = there ? instruction_text(program, i) : kNothing;
    };
    describe(before_, first.before_label, first.before);
    describe(after_, first.after_label, first.after);
    result_.first_instruction = std::move(first);
  }

  /// The same bits mean other semaphores where these are numbered otherwise.
  bool is_of_same_semaphores(std::size_t i) const {
    const std::uint32_t mask =
        before_.instructions[i].wait_mask | before_.instructions[i].post_mask;
    for (int s = 0; s < kSemaphores; ++s) {
      if ((mask >> static_cast<unsigned>(s) & 1U) == 0) continue;
      if (semaphore_label(before_, s) != semaphore_label(after_, s)) return false;
    }
    return true;
  }

  void layers() {
    std::vector<ProgramChange> changes =
        layer_differences({before_, layer_names(before_)}, {after_, layer_names(after_)});
    result_.changes.insert(result_.changes.end(), changes.begin(), changes.end());
  }

  void memory() {
    const auto bytes = [&](const char* what, std::uint64_t a, std::uint64_t b) {
      add(ProgramPart::memory, "", what, std::to_string(a), std::to_string(b));
    };
    const auto peak = [](const Program& program) {
      return static_cast<std::uint64_t>(program.activation_peak_bytes);
    };
    bytes("activation_peak_bytes", peak(before_), peak(after_));
    bytes("dram_bytes", before_.dram_bytes, after_.dram_bytes);
    bytes("image_bytes", before_.dram_image.size(), after_.dram_image.size());
    bytes("instructions", before_.instructions.size(), after_.instructions.size());
    const auto is_of_layer = [](const ProgramChange& change) {
      return change.part == ProgramPart::layers || change.part == ProgramPart::instructions;
    };
    const bool told = std::any_of(result_.changes.begin(), result_.changes.end(), is_of_layer);
    if (told || before_.dram_image == after_.dram_image) return;
    const auto hash = [](const DramImage& image) {
      return fmt::format("{:016x}", XXH3_64bits(image.data(), image.size()));
    };
    add(ProgramPart::memory, "", "bytes of the image that no instruction reads (hash)",
        hash(before_.dram_image), hash(after_.dram_image));
  }

  void tensors() {
    const std::vector<std::string> old_names = tensor_names(before_);
    const std::vector<std::string> new_names = tensor_names(after_);
    const auto index_of = [](const std::vector<std::string>& names) {
      std::map<std::string, std::size_t> index;
      for (std::size_t t = 0; t < names.size(); ++t) index[names[t]] = t;
      return index;
    };
    const auto old_index = index_of(old_names);
    const auto new_index = index_of(new_names);
    for (std::size_t t = 0; t < new_names.size(); ++t) {
      const auto old = old_index.find(new_names[t]);
      if (old == old_index.end()) {
        add(ProgramPart::tensors, new_names[t], "tensor", kNothing, shape(after_.tensors[t]));
      } else {
        tensor(new_names[t], before_.tensors[old->second], after_.tensors[t]);
      }
    }
    for (std::size_t t = 0; t < old_names.size(); ++t) {
      if (new_index.count(old_names[t]) == 0)
        add(ProgramPart::tensors, old_names[t], "tensor", shape(before_.tensors[t]), kNothing);
    }
    const auto listed = [](const std::vector<std::string>& names,
                           const std::vector<std::uint32_t>& list) {
      std::string text;
      for (const std::uint32_t t : list) text += (text.empty() ? "" : ", ") + names.at(t);
      return text;
    };
    add(ProgramPart::tensors, "", "inputs", listed(old_names, before_.inputs),
        listed(new_names, after_.inputs));
    add(ProgramPart::tensors, "", "outputs", listed(old_names, before_.outputs),
        listed(new_names, after_.outputs));
  }

  static std::string shape(const TensorInfo& tensor) {
    return fmt::format("{}x{}x{} {}", tensor.height, tensor.width, tensor.channels,
                       kDataTypeNames.at(static_cast<std::size_t>(tensor.type)));
  }

  void tensor(const std::string& name, const TensorInfo& a, const TensorInfo& b) {
    const auto place = [](const TensorInfo& tensor) {
      return fmt::format("{} 0x{:x}", tensor.memory == Memory::dram ? "DRAM" : "on chip",
                         tensor.address);
    };
    const auto field = [&](const char* what, const std::string& old_value,
                           const std::string& new_value) {
      add(ProgramPart::tensors, name, what, old_value, new_value);
    };
    field("shape", shape(a), shape(b));
    field("scale", fmt::format("{}", a.scale), fmt::format("{}", b.scale));
    field("zero_point", std::to_string(a.zero_point), std::to_string(b.zero_point));
    field("code_bits", std::to_string(a.code_bits), std::to_string(b.code_bits));
    field("place", place(a), place(b));
    // Where instructions come or go, every later tensor's index moves along.
    if (before_.instructions.size() == after_.instructions.size())
      field("complete_after", std::to_string(a.complete_after), std::to_string(b.complete_after));
  }

  void semaphores() {
    const auto text = [](const Semaphore& semaphore) {
      return fmt::format("{} -> {}, {} at first", unit_name(semaphore.poster),
                         unit_name(semaphore.waiter), semaphore.initial);
    };
    const auto named = [](const Program& program, const std::string& name) {
      return std::find_if(program.semaphores.begin(), program.semaphores.end(),
                          [&](const Semaphore& semaphore) { return semaphore.name == name; });
    };
    for (const Semaphore& semaphore : after_.semaphores) {
      const auto old = named(before_, semaphore.name);
      add(ProgramPart::semaphores, semaphore.name, "semaphore",
          old == before_.semaphores.end() ? kNothing : text(*old), text(semaphore));
    }
    for (const Semaphore& semaphore : before_.semaphores) {
      if (named(after_, semaphore.name) == after_.semaphores.end())
        add(ProgramPart::semaphores, semaphore.name, "semaphore", text(semaphore), kNothing);
    }
  }

  const Program& before_;
  const Program& after_;
  ProgramDifference result_;
};

}  // namespace

const char* program_part_name(ProgramPart part) {
  static constexpr std::array<const char*, 7> kNames = {
      "hardware", "settings", "memory", "layers", "instructions", "tensors", "semaphores"};
  return kNames.at(static_cast<std::size_t>(part));
}

ProgramDifference program_difference(const Program& before, const Program& after) {
  return Comparer(before, after).run();
}

}  // namespace npusim::isa
