// SPDX-License-Identifier: Apache-2.0
// The requantization lanes with their barrel shifters: section 7 of docs/timing-model.md.
#pragma once

#include "sim/arith/requantize_rows.h"
#include "sim/model/array_state.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"
#include "sim/stats/accesses.h"

namespace npusim::model {

/// Timing: the parameters by a stream of the weight scratchpad, then the rows by a stream of the
/// activation scratchpad; free at its end, done pipeline_depth_cycles later.
class Requantizer : public SequentialUnit {
 public:
  Requantizer(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
              Scratchpad& weights, Accumulators& accumulators);

 private:
  enum class Phase { parameters, decoder, main, done };
  void begin(std::size_t instruction) override;
  bool advance() override;
  /// Values are there when the instruction is done: by then the next one may have streamed, but
  /// nothing of it has left the pipeline.
  void apply_effects(std::size_t instruction) override;
  void compute(const isa::Requantize& requantize);
  void load_parameters(const isa::Requantize& requantize);

  Scratchpad& activations_;
  Scratchpad& weights_;
  Accumulators& accumulators_;
  const isa::Requantize* requantize_ = nullptr;
  Phase phase_ = Phase::parameters;
  stats::StreamAccesses accesses_;
  arith::RequantizationTable table_;
  std::vector<arith::FixedPoint> scales_;
  std::vector<std::uint8_t> shifts_;
  std::vector<std::int8_t> lows_, highs_;
};

}  // namespace npusim::model
