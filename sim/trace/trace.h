// SPDX-License-Identifier: Apache-2.0
// A simulation as a file of the Trace Event Format, which ui.perfetto.dev and chrome://tracing
// open: docs/trace.md says what is in it. It is written while the machine runs, in bounded memory.
//
//     trace::Trace trace(program, "run.json.gz");
//     options.observer = &trace;
//     model::simulate(program, inputs, options);
//     trace.end();
//     trace.wait();
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "sim/isa/program.h"
#include "sim/model/observer.h"

namespace npusim::trace {

/// Of one simulation. The sums over its events are the counters of stats::SimulationResult,
/// exactly.
class Trace : public model::Observer {
 public:
  /// The Program is valid (isa::verify) and outlives the call of end(). Compressed where the path
  /// ends in ".gz". Throws base::InputError, here and below, where the file cannot be written.
  Trace(const isa::Program& program, const std::filesystem::path& path);
  ~Trace() override;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// The simulation is over: writes what is known only then. Without it there is no file.
  void end();
  /// After end(): waits for a second thread, which puts the file in its place.
  void wait();

  void on_instruction_queued(model::UnitId unit, std::size_t instruction,
                             std::int64_t cycle) override;
  void on_instruction_start(model::UnitId unit, std::size_t instruction,
                            std::int64_t cycle) override;
  void on_instruction_done(model::UnitId unit, std::size_t instruction,
                           std::int64_t cycle) override;
  void on_activity(model::UnitId unit, stats::Activity activity, std::int64_t instruction,
                   std::int64_t begin, std::int64_t end) override;
  void on_dram_bursts(const model::DramBursts& bursts) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace npusim::trace
