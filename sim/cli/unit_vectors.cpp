// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/unit_vectors.h"

#include <algorithm>
#include <utility>

#include "sim/base/errors.h"
#include "sim/cli/unit_recorders.h"
#include "sim/functional/execute.h"
#include "sim/functional/machine_state.h"
#include "sim/isa/labels.h"

namespace npusim::cli {
namespace {

using isa::Opcode;

/// The instructions that are recorded, of those of each layer and opcode.
class Selection {
 public:
  Selection(const isa::Program& program, const VectorChoice& choice)
      : chosen_(program.instructions.size(), false) {
    std::map<std::pair<std::uint32_t, Opcode>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
      const Opcode opcode = program.instructions[i].opcode;
      const std::uint32_t layer = program.origins[i].layer;
      const bool computes = opcode == Opcode::matmul || opcode == Opcode::requantize ||
                            opcode == Opcode::pool || opcode == Opcode::elementwise;
      if (computes && layer < choice.layers.size() && choice.layers[layer])
        groups[{layer, opcode}].push_back(i);
    }
    for (const auto& [group, members] : groups) {
      const auto total = static_cast<std::int64_t>(members.size());
      totals_[group] = total;
      for (const std::int64_t i : spread(total, choice.instructions)) {
        const std::size_t member = members[static_cast<std::size_t>(i)];
        chosen_[member] = true;
        end_ = std::max(end_, member + 1);
      }
    }
  }

  bool has(std::size_t instruction) const { return chosen_[instruction]; }
  /// Behind the last chosen instruction.
  std::size_t end() const { return end_; }
  std::int64_t total(std::uint32_t layer, Opcode opcode) const {
    return totals_.at({layer, opcode});
  }

 private:
  std::vector<bool> chosen_;
  std::size_t end_ = 0;
  std::map<std::pair<std::uint32_t, Opcode>, std::int64_t> totals_;
};

class Collector {
 public:
  Collector(const isa::Program& program, const std::vector<std::vector<std::int8_t>>& inputs,
            const VectorChoice& choice)
      : program_(program), choice_(choice), selection_(program, choice), state_(program) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const isa::TensorInfo& tensor = program.tensors.at(program.inputs.at(i));
      state_.dram.write(tensor.address, reinterpret_cast<const std::uint8_t*>(inputs[i].data()),
                        inputs[i].size());
    }
  }

  std::size_t end() const { return selection_.end(); }

  void step(std::size_t i) {
    const isa::Instruction& instruction = program_.instructions[i];
    try {
      if (!selection_.has(i)) {
        functional::execute(instruction, program_.hardware, state_);
      } else {
        record(instruction, program_.origins[i].layer);
        check_size();
      }
    } catch (const base::SimulationError& error) {
      throw base::SimulationError(isa::instruction_label(program_, i) + ": " + error.what());
    }
  }

  std::vector<UnitVectors> result() && {
    std::vector<UnitVectors> all;
    for (auto& [place, vectors] : vectors_) all.push_back(std::move(vectors));
    return all;
  }

 private:
  Recording recording(const isa::Instruction& instruction, std::int64_t pixels) {
    return {instruction, program_.hardware, state_, spread(pixels, choice_.rows)};
  }

  UnitVectors& vectors(std::uint32_t layer, Opcode opcode, const char* unit) {
    UnitVectors& vectors = vectors_[{layer, unit}];
    vectors.unit = unit;
    vectors.layer = layer;
    vectors.all_instructions = selection_.total(layer, opcode);
    ++vectors.instructions;
    return vectors;
  }

  void record(const isa::Instruction& instruction, std::uint32_t layer) {
    const Opcode opcode = instruction.opcode;
    switch (opcode) {
      case Opcode::matmul: {
        const auto& f = std::get<isa::Matmul>(instruction.fields);
        record_matmul(recording(instruction, f.pixels), vectors(layer, opcode, "mac_array"));
        break;
      }
      case Opcode::requantize: {
        const auto& f = std::get<isa::Requantize>(instruction.fields);
        UnitVectors unused;
        const bool fused =
            program_.hardware.requantization.placement == config::ShifterPlacement::fused;
        record_requantize(recording(instruction, f.pixels),
                          vectors(layer, opcode, "requantization"),
                          vectors(layer, opcode, "barrel_shifter"),
                          fused ? unused : vectors(layer, opcode, "channel_shifter"));
        break;
      }
      case Opcode::pool: {
        const auto& f = std::get<isa::Pool>(instruction.fields);
        record_pool(recording(instruction, f.pixels), vectors(layer, opcode, "pool"));
        break;
      }
      default: {
        const auto& f = std::get<isa::Elementwise>(instruction.fields);
        record_elementwise(recording(instruction, f.pixels), vectors(layer, opcode, "elementwise"));
      }
    }
  }

  /// What is recorded is in memory until all of it is written.
  void check_size() const {
    constexpr std::size_t kMostWords = 100'000'000;
    std::size_t words = 0;
    for (const auto& [place, vectors] : vectors_) {
      for (const VectorFile& file : vectors.files) words += file.words.size();
    }
    if (words <= kMostWords) return;
    throw base::InputError(base::refusal(
        "",
        "--rows " + std::to_string(choice_.rows) + " --instructions " +
            std::to_string(choice_.instructions),
        "more than " + std::to_string(kMostWords) + " words", "less, or of fewer --layers"));
  }

  const isa::Program& program_;
  const VectorChoice& choice_;
  Selection selection_;
  functional::MachineState state_;
  std::map<std::pair<std::uint32_t, std::string>, UnitVectors> vectors_;
};

}  // namespace

VectorFile& UnitVectors::file(const std::string& name, int bits, bool sign,
                              const std::string& holds) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const VectorFile& file) { return file.name == name; });
  if (found != files.end()) return *found;
  files.push_back({name, bits, sign, holds, {}});
  return files.back();
}

std::vector<std::int64_t> spread(std::int64_t total, std::int64_t limit) {
  std::vector<std::int64_t> numbers;
  const std::int64_t count = std::min(total, limit);
  for (std::int64_t i = 0; i < count; ++i)
    numbers.push_back(count == 1 ? 0 : i * (total - 1) / (count - 1));
  return numbers;
}

std::vector<UnitVectors> collect_vectors(
    const isa::Program& program, const std::vector<std::vector<std::int8_t>>& inputs,
    const VectorChoice& choice, const std::function<void(std::int64_t, std::int64_t)>& advance) {
  Collector collector(program, inputs, choice);
  for (std::size_t i = 0; i < collector.end(); ++i) {
    collector.step(i);
    if (advance)
      advance(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(collector.end()));
  }
  return std::move(collector).result();
}

}  // namespace npusim::cli
