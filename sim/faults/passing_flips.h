// SPDX-License-Identifier: Apache-2.0
// Bits of accumulators and activations that flip while a Program runs, by the instruction that
// writes or reads them: for executors with and without time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace npusim::faults {

/// A bit of a finished sum, before the REQUANTIZE `instruction` reads it.
struct AccumulatorFlip {
  std::size_t instruction = 0;
  std::int64_t row = 0;     // of the accumulators
  std::int64_t column = 0;  // of the array
  std::int32_t bit = 0;
};

/// A bit of a byte of the activation scratchpad, once `instruction` has written it.
struct ActivationFlip {
  std::size_t instruction = 0;
  std::uint64_t address = 0;
  std::int32_t bit = 0;
};

/// All that flip during one image. Immutable; one set may serve several executors.
class PassingFlips {
 public:
  PassingFlips() = default;
  PassingFlips(std::vector<AccumulatorFlip> accumulators, std::vector<ActivationFlip> activations);

  bool empty() const { return accumulators_.empty() && activations_.empty(); }

  /// Before the instruction reads its sums: accumulators [row][array_columns] of
  /// `accumulator_bits`, two's complement.
  void flip_accumulators(std::size_t instruction, std::int32_t* accumulators,
                         std::int64_t array_columns, std::int64_t accumulator_bits) const;
  /// When the instruction has written its codes: the activation scratchpad.
  void flip_activations(std::size_t instruction, std::int8_t* scratchpad) const;

  const std::vector<AccumulatorFlip>& accumulators() const { return accumulators_; }
  const std::vector<ActivationFlip>& activations() const { return activations_; }

 private:
  std::vector<AccumulatorFlip> accumulators_;  // by instruction
  std::vector<ActivationFlip> activations_;
};

}  // namespace npusim::faults
