// SPDX-License-Identifier: Apache-2.0
// Everything that decided a run, resolved: the flags and defaults are in it, no path of this host
// is. Two runs with the same configuration and the same npusim give the same report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/config/run_config.h"
#include "sim/isa/program.h"

namespace npusim::report {

/// Of a run; a Program does not say where it comes from.
struct Model {
  std::string name;        // of its file without folders; the run's name where that describes it
  std::uint64_t hash = 0;  // of its content, external data included
};

struct SimulationChoice {
  std::optional<std::int64_t> images;              // compared one by one; of a run with values
  std::optional<std::int64_t> consecutive_images;  // of the stream of a Program
  bool timing_only = false;
  std::optional<bool> steady_state;       // of a run
  std::vector<std::string> input_sha256;  // of the tensors given to a Program, in its order
};

struct Configuration {
  config::HardwareConfig hardware;
  config::QuantizationConfig quantization;  // of a Program without `layers`: its layers say
  config::InputConfig input;                // size 0: the network sees no pictures
  std::string technology;                   // its name; empty: nothing was estimated
  SimulationChoice simulation;
  // Of a run. Paths of picture folders are in neither form.
  std::optional<Model> model;
  std::optional<config::DatasetConfig> dataset;
  std::optional<config::CalibrationConfig> calibration;
  std::optional<bool> skip_bad_images;
  std::optional<config::FaultsConfig> faults;
};

/// What the Program carries.
Configuration configuration_of(const isa::Program& program);

}  // namespace npusim::report
