// SPDX-License-Identifier: Apache-2.0
// What the property tests run: shipped networks whole or layer by layer, drawn ones, and the
// machine whose memory costs nothing.
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// The network of a run file of workloads/, after all passes: what is quantized and compiled.
graph::Graph shipped_network(const std::string& run_file);

/// A hardware file of configs/.
config::HardwareConfig shipped_hardware(const std::string& file);
/// All hardware files of configs/, sorted.
std::vector<std::string> shipped_hardware_files();

/// The network with drawn parameters in place of quantized ones: the same cycles, without
/// calibration.
graph::QuantizedGraph with_drawn_parameters(const graph::Graph& network);
/// A drawn network on a drawn machine, its scratchpads no larger than they must be (so that most
/// networks spill); every third one with accumulators that wrap.
isa::Program drawn_program(std::uint64_t seed);

/// Layer `id` of the network, its operands as inputs; parameters are drawn (cycles depend on no
/// value).
graph::QuantizedGraph layer_alone(const graph::Graph& network, graph::NodeId id);

/// The machine with ideal memory of docs/timing-model.md, section 10: array, lanes and pipelines
/// are the file's own, everything around them is as large and as fast as a hardware file may say.
config::HardwareConfig with_ideal_memory(config::HardwareConfig hardware);

}  // namespace npusim::test
