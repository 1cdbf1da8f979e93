// SPDX-License-Identifier: Apache-2.0
// The `faults` section of a run file.
#pragma once

#include <vector>

#include "sim/base/errors.h"
#include "sim/config/faults_config.h"
#include "sim/config/run_key.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// Every key of the section.
const std::vector<RunKey>& faults_keys();

/// Reads the section; what is refused goes to `errors`, and the result is then dropped. What only
/// the network can tell (names of layers, numbers of elements and bits) is checked later.
FaultsConfig read_faults_section(const YamlNode& node, base::ErrorList& errors);

}  // namespace npusim::config
