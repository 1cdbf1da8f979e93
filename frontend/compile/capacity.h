// SPDX-License-Identifier: Apache-2.0
// What no Program for a machine can hold, whatever the quantization: said before anything is
// calibrated, which takes memory and time in proportion.
#pragma once

#include "frontend/graph/graph.h"
#include "sim/config/hardware_config.h"

namespace npusim::compile {

/// Throws base::InputError where the tensors of the network have more elements than a Program's may
/// have bytes (isa::kMostTensorsBytes), or where weights of the fewest bits, inputs and outputs
/// alone need more DRAM than there is.
void check_capacity(const graph::Graph& network, const config::HardwareConfig& hardware);

}  // namespace npusim::compile
