// SPDX-License-Identifier: Apache-2.0
// The parameters under `dram`, and what must hold between them. Internal to sim/config.
#pragma once

#include <string>
#include <vector>

#include "sim/config/hardware_fields.h"

namespace npusim::config {

/// In the order of the canonical texts; dram.model and the keys that decide which others are in
/// force come before those.
std::vector<HardwareField> dram_fields();

/// What must hold between values that are each in range: key of the one to change, got, must be.
struct CrossError {
  const char* key;
  std::string got, must_be;
};
void add_dram_cross_errors(const HardwareConfig& hardware, std::vector<CrossError>& found);

}  // namespace npusim::config
