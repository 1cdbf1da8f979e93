// SPDX-License-Identifier: Apache-2.0
// Writes what the second reading (rules.py) starts from and what it is compared with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/options.h"

namespace npusim::test {

/// What a network is quantized with.
struct ReadingSettings {
  quantize::QuantizationOptions options;
  quantize::HardwareLimits limits;
};

/// One network with one image, quantized and executed once for each of `settings`.
struct ReadingCase {
  std::string name;
  graph::Graph network;  // as graph::prepare leaves it
  quantize::Calibration calibration;
  std::vector<float> image;  // of the network's input
  std::vector<ReadingSettings> settings;
  bool plain_executor = false;  // also holds the executors against each other
};

/// Makes `folder` with case.json and data.bin; tests/second_reading/case.py says how they are read.
/// A network that the quantizer refuses is written with its message. Throws base::InternalError
/// where the two integer executors differ.
void write_case(const std::filesystem::path& folder, const ReadingCase& test_case);

}  // namespace npusim::test
