// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/interpreter.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>

#include "sim/base/errors.h"
#include "sim/functional/execute.h"
#include "sim/isa/labels.h"
#include "sim/isa/regions.h"

namespace npusim::functional {
namespace {

const isa::Program& verified(const isa::Program& program) {
  isa::verify(program);
  return program;
}

}  // namespace

Interpreter::Interpreter(const isa::Program& program) : Interpreter(verified(program), nullptr) {}

Interpreter::Interpreter(const isa::Program& program, const faults::PassingFlips* flips)
    : program_(program), flips_(flips), by_completion_(program.tensors.size()), state_(program) {
  std::iota(by_completion_.begin(), by_completion_.end(), 0U);
  std::stable_sort(by_completion_.begin(), by_completion_.end(), [&](auto a, auto b) {
    return program.tensors[a].complete_after < program.tensors[b].complete_after;
  });
}

void Interpreter::start(const std::vector<TensorBytes>& inputs) {
  if (inputs.size() != program_.inputs.size()) {
    throw base::InputError(base::refusal("", "inputs", std::to_string(inputs.size()),
                                         std::to_string(program_.inputs.size())));
  }
  state_ = MachineState(program_);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const isa::TensorInfo& tensor = program_.tensors[program_.inputs[i]];
    const std::uint64_t bytes = isa::tensor_region(tensor).bytes;
    if (inputs[i].size() != bytes) {
      throw base::InputError(base::refusal("input '" + tensor.name + "'", "bytes",
                                           std::to_string(inputs[i].size()),
                                           std::to_string(bytes)));
    }
    state_.dram.write(tensor.address, reinterpret_cast<const std::uint8_t*>(inputs[i].data()),
                      bytes);
  }
  outputs_.assign(program_.outputs.size(), {});
  overflows_.assign(program_.layers.size(), 0);
  next_ = 0;
  observed_ = 0;
  observe_completed(-1);
}

bool Interpreter::step() {
  if (next_ == program_.instructions.size()) return false;
  const std::int64_t overflows_before = state_.overflows;
  if (flips_ != nullptr) {
    const config::MacArrayConfig& array = program_.hardware.mac_array;
    flips_->flip_accumulators(next_, state_.accumulators.data(), array.columns,
                              array.accumulator_bits);
  }
  try {
    execute(program_.instructions[next_], program_.hardware, state_);
  } catch (const base::SimulationError& error) {
    throw base::SimulationError(isa::instruction_label(program_, next_) + ": " + error.what());
  }
  if (flips_ != nullptr) flips_->flip_activations(next_, state_.activations.data());
  const std::size_t layer = program_.origins[next_].layer;
  if (layer < overflows_.size()) overflows_[layer] += state_.overflows - overflows_before;
  observe_completed(static_cast<std::int64_t>(next_));
  ++next_;
  return true;
}

void Interpreter::observe_completed(std::int64_t instruction) {
  for (; observed_ < by_completion_.size(); ++observed_) {
    const std::uint32_t index = by_completion_[observed_];
    if (program_.tensors[index].complete_after > instruction) return;
    const bool is_output = std::find(program_.outputs.begin(), program_.outputs.end(), index) !=
                           program_.outputs.end();
    if (!is_output && !observer_) continue;
    const TensorBytes bytes = read_tensor(program_.tensors[index]);
    if (observer_) observer_(index, bytes);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (program_.outputs[i] == index) outputs_[i] = bytes;
    }
  }
}

TensorBytes Interpreter::read_tensor(const isa::TensorInfo& tensor) const {
  TensorBytes bytes(isa::tensor_region(tensor).bytes);
  if (tensor.memory == isa::Memory::dram) {
    state_.dram.read(tensor.address, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  } else {
    std::memcpy(bytes.data(), state_.activations.data() + tensor.address, bytes.size());
  }
  return bytes;
}

std::vector<TensorBytes> run(const isa::Program& program, const std::vector<TensorBytes>& inputs,
                             const TensorObserver& observer) {
  Interpreter interpreter(program);
  interpreter.set_observer(observer);
  interpreter.start(inputs);
  while (interpreter.step()) {
  }
  return interpreter.outputs();
}

}  // namespace npusim::functional
