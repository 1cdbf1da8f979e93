// SPDX-License-Identifier: Apache-2.0
// Networks, quantized and compiled once and kept. Shipped topologies have synthetic weights, so
// that nothing has to be at hand. Their codes are uniform over all of int8, which costs more than a
// trained network's on processors without VNNI (sim/arith/matmul.cpp), and nothing elsewhere.
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

/// MobileNetV1 1.0 with its trained weights, calibrated on pictures: from the folder that
/// NPUSIM_ASSETS names.
inline constexpr char kTrained[] = "mobilenet_v1_1.0_224";
bool has_trained();

/// kTrained, or that of workloads/<name>.yaml or of this folder.
const Network& network(const std::string& name);

/// configs/npu_32x32.yaml with keys changed, each as "key.path=value".
config::HardwareConfig hardware(const std::vector<std::string>& changes = {});

}  // namespace npusim::bench
