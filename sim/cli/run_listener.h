// SPDX-License-Identifier: Apache-2.0
// Whoever wants to know more of a run than its report: traces, pages, golden cases.
#pragma once

#include <cstddef>

#include "frontend/compile/pipeline.h"
#include "sim/isa/program.h"
#include "sim/model/observer.h"
#include "sim/stats/simulation_result.h"

namespace npusim::cli {

/// Heard in this order; nothing that a listener does changes the report. May throw: the run then
/// ends with that exception.
class RunListener {
 public:
  virtual ~RunListener() = default;

  /// The Program that will be simulated and the stages it comes from, which both stay as they are
  /// until the session's next run or its end.
  virtual void on_compiled(compile::Pipeline& /*pipeline*/, const isa::Program& /*program*/) {}
  /// Who hears of the machine while it runs the `index`-th simulated image (from 0); nullptr:
  /// nobody. With timing only there is one image, without values.
  virtual model::Observer* observer(std::size_t /*index*/) { return nullptr; }
  /// What the first simulated image came to.
  virtual void on_simulated(const stats::SimulationResult& /*result*/) {}
};

}  // namespace npusim::cli
