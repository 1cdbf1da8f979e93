// SPDX-License-Identifier: Apache-2.0
// The MAC array with its feeder: section 6 of docs/timing-model.md.
#pragma once

#include "sim/model/array_state.h"
#include "sim/model/input_rows.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// Timing: a fold starts once its weights are in the shadow registers and takes its feeder slots
/// (feeder.h), each one access of the activation scratchpad; the next fold follows at once, the
/// results are there R + C - 2 cycles later. Without overlapped weight loading the shadow registers
/// are freed only then.
class MacArray : public SequentialUnit {
 public:
  MacArray(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
           FoldWeights& shadow, Accumulators& accumulators);

 private:
  void execute(std::size_t instruction) override;
  void run_fold(std::size_t instruction, const isa::Matmul& matmul, std::int64_t k_begin,
                std::int64_t k_end);
  void compute(const isa::Matmul& matmul, std::int64_t k_begin, std::int64_t k_end);
  std::int64_t drain_cycles() const;

  Scratchpad& activations_;
  FoldWeights& shadow_;
  FoldWeights active_;
  Accumulators& accumulators_;
  InputRows rows_;
  std::vector<std::int16_t> scratch_;
};

}  // namespace npusim::model
