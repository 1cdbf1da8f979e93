// SPDX-License-Identifier: Apache-2.0
// The `simulation` section of a run file.
#pragma once

#include <vector>

#include "sim/base/errors.h"
#include "sim/config/run_config.h"
#include "sim/config/run_key.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// Every key of the section.
const std::vector<RunKey>& simulation_keys();

/// Reads the section; what is refused goes to `errors`, and the result is then dropped.
SimulationConfig read_simulation_section(const YamlNode& node, base::ErrorList& errors);

}  // namespace npusim::config
