// SPDX-License-Identifier: Apache-2.0
// The MAC array with its feeder: section 6 of docs/timing-model.md.
#pragma once

#include <optional>
#include <vector>

#include "sim/arith/matmul.h"
#include "sim/arith/narrow_sums.h"
#include "sim/isa/folds.h"
#include "sim/model/array_state.h"
#include "sim/model/feeder.h"
#include "sim/model/input_rows.h"
#include "sim/model/scratchpad.h"
#include "sim/model/tile_weights.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// Timing: a fold starts once its weights are in the shadow registers and takes its feeder slots
/// (feeder.h), each one access of the activation scratchpad; the next fold follows at once, the
/// results are there R + C - 2 cycles later, one more behind a SECDED scratchpad's decoder. Without
/// overlapped weight loading the shadow registers are freed only then. An output stationary tile's
/// sums leave through the bottom of the columns, R cycles more, and hold up the next tile (`drain`)
/// where they would meet it.
class MacArray : public SequentialUnit {
 public:
  MacArray(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
           FoldWeights& shadow, Accumulators& accumulators);

 private:
  enum class Phase { fold, drained, rows, done };
  void begin(std::size_t instruction) override;
  bool advance() override;
  void start_fold();
  void end_fold();
  void compute();
  void compute(const isa::Matmul& part);
  void compute_narrow(const isa::Matmul& part);
  void take_weights();
  isa::Matmul part(std::int64_t first, std::int64_t pixels) const;
  std::int64_t first_start() const;
  std::int64_t drain_cycles() const;
  std::int64_t wave_cycles() const;
  void swap();

  Scratchpad& activations_;
  FoldWeights& shadow_;
  FoldWeights active_;
  Accumulators& accumulators_;
  FoldSlots fold_slots_;
  const std::int64_t decode_cycles_;  // from a slot's access until its row enters
  sc_core::sc_event swap_event_;
  const isa::Matmul* matmul_ = nullptr;
  Phase phase_ = Phase::fold;
  isa::Fold fold_;          // at hand
  std::int64_t slots_ = 0;  // of its stream
  std::int64_t last_done_ = 0;
  std::int64_t sums_return_ = 0;          // where the next fold finds this one's sums
  std::optional<std::int64_t> tile_end_;  // of the last output stationary tile's stream
  TileWeights weights_;                   // of the tile at hand
  std::vector<std::int32_t> bias_;        // of the instruction at hand
  InputRows rows_;
  arith::RowScratch scratch_;
  const std::optional<arith::NarrowAccumulator> narrow_;
};

}  // namespace npusim::model
