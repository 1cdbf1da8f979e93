// SPDX-License-Identifier: Apache-2.0
// What the page of a report shows beside the report: gathered while a Program is compiled and
// simulated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/run_listener.h"
#include "sim/report/report_page.h"
#include "sim/stats/activation_map.h"

namespace npusim::cli {

/// Of the layers with weights, in the network's order, as `scheme` scales their channels.
std::vector<report::ChannelRangesOfLayer> channel_ranges_of_layers(compile::Pipeline& pipeline,
                                                                   const std::string& scheme);

/// Watches the first simulated image of `run`, or the only simulation of `simulate`. Use once.
class ReportPageData : public RunListener, public model::Observer {
 public:
  /// `scheme`: the run's.
  explicit ReportPageData(std::string scheme = {}) : scheme_(std::move(scheme)) {}

  /// What `simulate` knows: a Program, and no float network.
  void on_program(const isa::Program& program);
  void on_compiled(compile::Pipeline& pipeline, const isa::Program& program) override;
  model::Observer* observer(std::size_t index) override { return index == 0 ? this : nullptr; }
  /// The map is drawn up here: from then on the Program may go.
  void on_simulated(const stats::SimulationResult& result) override;

  void on_instruction_start(model::UnitId unit, std::size_t instruction,
                            std::int64_t cycle) override;
  void on_instruction_done(model::UnitId unit, std::size_t instruction,
                           std::int64_t cycle) override;

  /// The page of the report; on_simulated was called. Throws base::InternalError otherwise.
  std::string page(const report::Report& report) const;

 private:
  std::string scheme_;
  const isa::Program* program_ = nullptr;
  std::vector<stats::InstructionCycles> cycles_;
  report::PageData data_;
  bool is_complete_ = false;
};

}  // namespace npusim::cli
