// SPDX-License-Identifier: Apache-2.0
#include "sim/model/simulate.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "sim/base/errors.h"
#include "sim/model/external_memory.h"
#include "sim/model/kernel.h"
#include "sim/model/npu.h"

namespace npusim::model {
namespace {

std::uint64_t bytes_of(const isa::TensorInfo& tensor) {
  const std::uint64_t element = tensor.type == isa::DataType::int8    ? 1
                                : tensor.type == isa::DataType::int16 ? 2
                                                                      : 4;
  return static_cast<std::uint64_t>(tensor.elements()) * element;
}

void check_inputs(const isa::Program& program,
                  const std::vector<std::vector<std::int8_t>>& inputs) {
  base::ErrorList errors;
  if (inputs.size() != program.inputs.size()) {
    errors.add("", "inputs", std::to_string(inputs.size()), std::to_string(program.inputs.size()));
  }
  for (std::size_t i = 0; i < std::min(inputs.size(), program.inputs.size()); ++i) {
    const isa::TensorInfo& tensor = program.tensors[program.inputs[i]];
    if (inputs[i].size() == bytes_of(tensor)) continue;
    errors.add("input " + std::to_string(i), tensor.name,
               std::to_string(inputs[i].size()) + " bytes", std::to_string(bytes_of(tensor)));
  }
  errors.throw_if_any();
}

/// The tensors' bytes in the machine's memories: inputs written, complete tensors told and kept.
class Tensors {
 public:
  Tensors(const isa::Program& program, DramStorage& dram, Scratchpad& activations,
          Observer* observer)
      : program_(program),
        dram_(dram),
        activations_(activations),
        observer_(observer),
        outputs_(program.outputs.size()) {
    for (std::size_t t = 0; t < program.tensors.size(); ++t) order_.push_back(t);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return program.tensors[a].complete_after < program.tensors[b].complete_after;
    });
  }

  void write(std::size_t tensor, const std::vector<std::int8_t>& codes) {
    const isa::TensorInfo& info = program_.tensors[tensor];
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(codes.data());
    if (info.memory == isa::Memory::dram) {
      dram_.write(info.address, bytes, codes.size());
    } else {
      std::copy(codes.begin(), codes.end(),
                activations_.codes(static_cast<std::int64_t>(info.address)));
    }
  }

  /// Tells and keeps what is complete with this instruction (-1: before the first).
  void complete(std::int64_t instruction) {
    const auto earlier = [&](std::size_t tensor, std::int64_t i) {
      return program_.tensors[tensor].complete_after < i;
    };
    auto at = std::lower_bound(order_.begin(), order_.end(), instruction, earlier);
    for (; at != order_.end() && program_.tensors[*at].complete_after == instruction; ++at) {
      const bool is_output = std::find(program_.outputs.begin(), program_.outputs.end(), *at) !=
                             program_.outputs.end();
      if (observer_ != nullptr || is_output) take(*at);
    }
  }

  std::vector<std::vector<std::int8_t>> outputs() { return std::move(outputs_); }

 private:
  void take(std::size_t tensor) {
    const isa::TensorInfo& info = program_.tensors[tensor];
    buffer_.resize(bytes_of(info));
    if (info.memory == isa::Memory::dram) {
      dram_.read(info.address, buffer_.data(), buffer_.size());
    } else {
      const std::int8_t* codes = activations_.codes(static_cast<std::int64_t>(info.address));
      std::copy(codes, codes + buffer_.size(), buffer_.begin());
    }
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      if (program_.outputs[o] == tensor) outputs_[o].assign(buffer_.begin(), buffer_.end());
    }
    if (observer_ != nullptr) observer_->on_tensor(tensor, buffer_.data(), buffer_.size(), now());
  }

  const isa::Program& program_;
  DramStorage& dram_;
  Scratchpad& activations_;
  Observer* observer_;
  std::vector<std::size_t> order_;  // tensors by complete_after
  std::vector<std::vector<std::int8_t>> outputs_;
  std::vector<std::uint8_t> buffer_;
};

// The last cycle that the kernel may get to, whose time is counted in 64 bits.
std::int64_t limit_of(const SimulationOptions& options) {
  const std::int64_t most = kMostCycles / detail::units_per_cycle;
  return options.cycle_limit == 0 ? most : std::min(options.cycle_limit, most);
}

// Runs the kernel until nothing is left to happen, or the limit. An external memory may have
// processes that never rest: then until all instructions are done.
void run_kernel(const Machine& machine, const Npu& npu, const SimulationOptions& options) {
  const std::int64_t limit = limit_of(options);
  // What happens in the last cycle given to the kernel does not run any more.
  if (options.memory) {
    constexpr std::int64_t kStep = 4096;  // cycles
    const auto goes_on = [&] {
      return !machine.failure && !machine.recorder.finished() && kernel_cycle() <= limit &&
             sc_core::sc_pending_activity();
    };
    do {
      const std::int64_t step = std::min(kStep, limit + 1 - kernel_cycle());
      sc_core::sc_start(cycles(step), sc_core::SC_EXIT_ON_STARVATION);
    } while (goes_on());
  } else {
    sc_core::sc_start(cycles(limit + 1), sc_core::SC_EXIT_ON_STARVATION);
  }
  if (machine.failure) std::rethrow_exception(machine.failure);
  if (machine.recorder.finished()) return;
  if (sc_core::sc_pending_activity()) {
    throw base::SimulationError("cycle limit: got more than " + std::to_string(limit) +
                                " cycles, must be over by then");
  }
  throw base::SimulationError("deadlock in cycle " + std::to_string(kernel_cycle()) + ':' +
                              npu.waits_for());
}

/// Real time for an external memory, cycles otherwise.
std::unique_ptr<KernelScope> make_kernel(const isa::Program& program, bool external) {
  if (!external) return std::make_unique<KernelScope>();
  constexpr std::int64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;
  const std::int64_t hz = program.hardware.clock_hz;
  if (kFemtosecondsPerSecond % hz != 0) {
    throw base::InputError(base::refusal(
        "hardware", "clock_hz", std::to_string(hz),
        "a divisor of 10^15 in front of a TLM-2.0 memory: cycles of whole femtoseconds"));
  }
  return std::make_unique<KernelScope>(kFemtosecondsPerSecond / hz);
}

SimulationResult simulate_checked(const isa::Program& program,
                                  const std::vector<std::vector<std::int8_t>>& inputs,
                                  const SimulationOptions& options) {
  const bool with_values = !options.timing_only;
  const std::unique_ptr<KernelScope> kernel =
      make_kernel(program, static_cast<bool>(options.memory));
  const std::unique_ptr<ExternalMemory> memory = options.memory ? options.memory() : nullptr;
  DramStorage storage(program.dram_image,
                      with_values ? program.dram_bytes : program.dram_image.size());
  Machine machine(program, with_values, options.observer);
  Npu npu("npu", machine, storage, options.construction_seed, memory.get());
  Tensors tensors(program, storage, npu.activation_scratchpad(), options.observer);
  if (with_values) {
    machine.flips = options.flips;
    for (std::size_t i = 0; i < inputs.size(); ++i) tensors.write(program.inputs[i], inputs[i]);
    tensors.complete(-1);
    machine.on_done = [&](std::size_t instruction) {
      tensors.complete(static_cast<std::int64_t>(instruction));
    };
  }
  run_kernel(machine, npu, options);

  SimulationResult result = machine.recorder.finish();
  npu.finish(result);
  result.statistics = npu.statistics();
  result.outputs = tensors.outputs();
  if (!with_values) result.outputs.clear();
  return result;
}

}  // namespace

SimulationResult simulate(const isa::Program& program,
                          const std::vector<std::vector<std::int8_t>>& inputs,
                          const SimulationOptions& options) {
  if (!options.verified) isa::verify(program);
  if (!options.timing_only || !inputs.empty()) check_inputs(program, inputs);
  try {
    return simulate_checked(program, inputs, options);
  } catch (const std::bad_alloc&) {
    throw base::SimulationError("memory: the machine's " + std::to_string(program.dram_bytes) +
                                " DRAM bytes and its scratchpads must fit this computer's");
  }
}

}  // namespace npusim::model
