// SPDX-License-Identifier: Apache-2.0
// Shipped topologies, quantized and compiled once and kept: weights are synthetic, so nothing has
// to be at hand, and no time depends on a weight's value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::bench {

struct Network {
  graph::QuantizedGraph graph;
  isa::Metadata metadata;
  isa::Program program;            // on npu_32x32
  std::vector<std::int8_t> input;  // codes of every value
};

/// Of workloads/<name>.yaml, or of this folder.
const Network& network(const std::string& name);

/// configs/npu_32x32.yaml with keys changed, each as "key.path=value".
config::HardwareConfig hardware(const std::vector<std::string>& changes = {});

}  // namespace npusim::bench
