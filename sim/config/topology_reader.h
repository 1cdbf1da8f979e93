// SPDX-License-Identifier: Apache-2.0
// The `model` section of a run file that describes a network layer by layer (docs/topologies.md).
#pragma once

#include <string>

#include "sim/base/errors.h"
#include "sim/config/topology_config.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// Reads the mapping and expands its blocks; every error goes to `errors`, the same one once. After
/// an error the result is of no use. Bounded against hostile files: at most kMaxTopologyLayers
/// layers, blocks nested at most 16 deep and never in themselves.
TopologyConfig read_topology(const YamlNode& model, base::ErrorList& errors);

}  // namespace npusim::config
