// SPDX-License-Identifier: Apache-2.0
// --trace FILE: the first simulated image as a trace (sim/trace).
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "sim/cli/run_listener.h"
#include "sim/trace/trace.h"

namespace npusim::cli {

void add_trace_argument(CLI::App& command, std::optional<std::string>& path);
/// Refuses a path that cannot become a file, or that ends neither in .json nor in .json.gz.
void check_trace_path(const std::optional<std::string>& path);

/// Does nothing where no path is given.
class TraceListener : public RunListener {
 public:
  explicit TraceListener(std::optional<std::string> path) : path_(std::move(path)) {}

  /// For a Program that is not a run's: who observes its simulation; on_simulated() comes next.
  model::Observer* begin(const isa::Program& program);
  void on_compiled(compile::Pipeline& /*pipeline*/, const isa::Program& program) override {
    begin(program);
  }
  model::Observer* observer(std::size_t index) override;
  void on_simulated(const stats::SimulationResult& result) override;

  /// At the end of everything else, for a second thread still writes the file.
  void wait();

 private:
  std::optional<std::string> path_;
  std::unique_ptr<trace::Trace> trace_;
};

}  // namespace npusim::cli
