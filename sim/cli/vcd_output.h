// SPDX-License-Identifier: Apache-2.0
// `--vcd FILE` of run and simulate: waveforms of the first simulated image.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/run_listener.h"
#include "sim/model/waveform.h"

namespace npusim::cli {

struct VcdArguments {
  std::optional<std::string> path, signals;
};

/// --vcd and --vcd-signals. The arguments must live until the command line has been read.
void add_vcd_arguments(CLI::App& command, VcdArguments& arguments);

/// Does nothing where --vcd was not given.
class VcdOutput : public RunListener {
 public:
  /// Throws base::InputError where the flags do not go together or no file can be written there.
  explicit VcdOutput(const VcdArguments& arguments);

  /// Throws base::InputError where a pattern names no signal of the Program.
  void on_compiled(compile::Pipeline& pipeline, const isa::Program& program) override;
  model::Observer* observer(std::size_t index) override;
  void on_simulated(const stats::SimulationResult& result) override;

  /// The same without a run session; the Program outlives this.
  void begin(const isa::Program& program);
  /// Once all is over: the file, whole or not at all.
  void write();

 private:
  std::optional<std::string> path_;
  std::vector<std::string> patterns_;
  std::optional<model::Waveform> waveform_;
  std::int64_t total_cycles_ = 0;
};

}  // namespace npusim::cli
