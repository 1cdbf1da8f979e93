// SPDX-License-Identifier: Apache-2.0
// Pooling, elementwise operations, rescaling and tables: section 8 of docs/timing-model.md.
#pragma once

#include <vector>

#include "sim/arith/requantize_rows.h"
#include "sim/model/scratchpad.h"
#include "sim/model/unit.h"
#include "sim/stats/accesses.h"

namespace npusim::model {

/// Timing: the parameters by a stream of the weight scratchpad, then one stream of the activation
/// scratchpad; free and done pipeline_depth_cycles after its end.
class VectorUnit : public SequentialUnit {
 public:
  VectorUnit(const sc_core::sc_module_name& name, Machine& machine, Scratchpad& activations,
             Scratchpad& weights);

 private:
  enum class Phase { parameters, decoder, main, pipeline, done };
  void begin(std::size_t instruction) override;
  bool advance() override;
  void compute();
  void compute(const isa::Pool& pool);
  void compute(const isa::Elementwise& elementwise);
  void average(const isa::Pool& pool, std::int64_t divisor, std::int8_t* out);
  void rescale(const isa::Elementwise& elementwise);
  void multiply(const isa::Elementwise& elementwise);
  void add(const isa::Elementwise& elementwise);
  void look_up(const isa::Elementwise& elementwise, const std::int8_t* table);

  const std::uint8_t* record(std::uint32_t address) const {
    return weights_.bytes.data() + address;
  }

  Scratchpad& activations_;
  Scratchpad& weights_;
  Phase phase_ = Phase::parameters;
  stats::StreamAccesses accesses_;
  std::vector<const std::int8_t*> cells_;  // of the window at hand
  std::vector<std::int32_t> sums_;
  std::vector<std::int32_t> products_;  // of a pixel
  arith::RequantizationTable table_;
};

}  // namespace npusim::model
