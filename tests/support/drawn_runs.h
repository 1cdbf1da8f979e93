// SPDX-License-Identifier: Apache-2.0
// Runs as a user would write them, drawn from a seed: a network as a file, a run file and a
// hardware file over the whole legal space. Link npusim_test_models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "sim/config/hardware_config.h"

namespace npusim::test {

struct DrawnRun {
  std::uint64_t seed = 0;
  std::string model_file;  // model.onnx or layers.csv
  std::string model;       // its bytes
  std::string run_yaml;    // run.yaml, beside it
  config::HardwareConfig hardware;
  std::set<std::string> operators;  // of ONNX
  std::int64_t images = 1;          // consecutive ones, in one Program
  std::set<std::string> choices;    // of quantization and calibration: "scheme per_layer"
};

/// The same for the same seed.
DrawnRun draw_run(std::uint64_t seed);

/// A machine that check_hardware accepts: mostly small odd units, any of its keys at either end of
/// its range. Every key of config::hardware_fields() takes part.
config::HardwareConfig draw_hardware(std::uint64_t seed);

/// Writes model, run.yaml and hardware.yaml into the folder.
void write_run(const DrawnRun& run, const std::filesystem::path& folder);

}  // namespace npusim::test
