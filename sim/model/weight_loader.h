// SPDX-License-Identifier: Apache-2.0
// Weight scratchpad to shadow registers: section 6 of docs/timing-model.md.
#pragma once

#include "sim/model/array_state.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// Timing: per fold R accesses of the weight scratchpad (at least 4 where biases ride along), each
/// fold after a `shadow_free`; `shadow_full` is posted in the last of them. Initiation interval R.
class WeightLoader : public SequentialUnit {
 public:
  /// `shadow` is the array's (see mac_array.h).
  WeightLoader(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& weights,
               FoldWeights& shadow);

 private:
  void execute(std::size_t instruction) override;
  void load(const isa::Preload& preload, std::int64_t k_begin, std::int64_t k_end, bool with_bias);

  Scratchpad& weights_;
  FoldWeights& shadow_;
};

}  // namespace npusim::model
