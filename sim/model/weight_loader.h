// SPDX-License-Identifier: Apache-2.0
// Weight scratchpad to shadow registers: section 6 of docs/timing-model.md.
#pragma once

#include <cstdint>

#include "sim/model/array_state.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// A row of weights is one access whatever its width, and unpacked on its way into the registers.
///
/// Timing: per fold R accesses of the weight scratchpad, for output stationary as many as it has k
/// (at least 4 where biases ride along), each fold after a `shadow_free`; `shadow_full` is posted
/// in the last of them.
class WeightLoader : public SequentialUnit {
 public:
  /// `shadow` is the array's (see mac_array.h).
  WeightLoader(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& weights,
               FoldWeights& shadow);

 private:
  enum class Phase { fold, load, loaded };
  void begin(std::size_t instruction) override;
  bool advance() override;
  bool with_bias() const {
    return preload_->load_bias && is_first_tile_ && k_ == preload_->k_begin;
  }
  std::int64_t fold_accesses() const;
  void load(std::int64_t k_end);
  /// Fills the shadow registers from `rows` rows of narrow weights.
  void unpack(std::int64_t address, std::int64_t rows);

  Scratchpad& weights_;
  FoldWeights& shadow_;
  const isa::Preload* preload_ = nullptr;
  Phase phase_ = Phase::fold;
  std::int64_t k_ = 0;      // the fold at hand begins there
  std::int64_t tiles_ = 0;  // whose folds are not all loaded
  bool is_first_tile_ = true;
  std::int64_t accesses_ = 0;  // of its stream
};

}  // namespace npusim::model
