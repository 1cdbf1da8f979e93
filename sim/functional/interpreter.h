// SPDX-License-Identifier: Apache-2.0
// A Program without time: its instructions one after another, in program order. The plain reading
// of the instruction set that compiler and machine are compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/faults/passing_flips.h"
#include "sim/functional/machine_state.h"
#include "sim/isa/program.h"

namespace npusim::functional {

/// A tensor's elements as they lie in memory: dense, height, width, channel; int16 and int32
/// little-endian.
using TensorBytes = std::vector<std::int8_t>;

/// Called for every tensor of the Program at the moment it is complete: its index, its elements.
using TensorObserver = std::function<void(std::uint32_t, const TensorBytes&)>;

/// One machine that executes a Program step by step.
class Interpreter {
 public:
  /// Verifies the Program (base::InputError) and keeps a reference to it.
  explicit Interpreter(const isa::Program& program);
  /// The same for one that was verified before bits of its values flipped (docs/faults.md), and
  /// with flips that pass in every image; these may be nullptr and outlive this.
  Interpreter(const isa::Program& program, const faults::PassingFlips* flips);

  void set_observer(TensorObserver observer) { observer_ = std::move(observer); }

  /// Back to reset, with these inputs in DRAM: one per entry of program.inputs, each as many bytes
  /// as the tensor has; otherwise base::InputError. Tensors complete from the start are observed.
  void start(const std::vector<TensorBytes>& inputs);
  /// Executes the next instruction; false once there is none. base::SimulationError as execute(),
  /// naming the instruction.
  bool step();
  /// The instruction that step() executes next.
  std::size_t next_instruction() const { return next_; }

  /// The Program's outputs, in the order of program.outputs, each as of its completion. Complete
  /// once step() has returned false.
  const std::vector<TensorBytes>& outputs() const { return outputs_; }
  const MachineState& state() const { return state_; }
  /// Additions so far that the accumulators did not hold, by layer of the Program.
  const std::vector<std::int64_t>& overflows() const { return overflows_; }

 private:
  void observe_completed(std::int64_t instruction);
  TensorBytes read_tensor(const isa::TensorInfo& tensor) const;

  const isa::Program& program_;
  const faults::PassingFlips* flips_ = nullptr;
  std::vector<std::uint32_t> by_completion_;  // tensors, ordered by complete_after
  TensorObserver observer_;
  MachineState state_;
  std::vector<TensorBytes> outputs_;
  std::vector<std::int64_t> overflows_;
  std::size_t next_ = 0;
  std::size_t observed_ = 0;  // how many of by_completion_
};

/// Executes the whole Program; returns its outputs. Errors as above.
std::vector<TensorBytes> run(const isa::Program& program, const std::vector<TensorBytes>& inputs,
                             const TensorObserver& observer = {});

}  // namespace npusim::functional
