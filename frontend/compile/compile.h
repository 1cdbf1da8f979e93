// SPDX-License-Identifier: Apache-2.0
// The compiler: quantized graph + hardware → Program. Needs no data set.
#pragma once

#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::compile {

class KeptWeightLayout;

// Plans where tensors live, lays out weights, writes the instructions layer by layer, schedules
// loads early, and adds the semaphores. `metadata.images` images become one stream, in which the
// loads of one image run ahead as far as those of a layer. Deterministic. The result passes
// isa::verify. Throws base::InputError naming layer and quantity where the network does not fit the
// machine: a scratchpad too small for one tile, DRAM too small, a window or map larger than an
// instruction field, a dilated pooling window, a channel-shift field wider than
// requantization.field_bits, records computed for another multiplier or another placement of the
// barrel shifter, or sums for another accumulator.
isa::Program compile(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware,
                     const isa::Metadata& metadata);
// The same; weights are laid out only where `weights` (weight_layout.h) does not hold them already.
isa::Program compile(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware,
                     const isa::Metadata& metadata, KeptWeightLayout& weights);

// The integer graph's name for what the machine's accumulators do.
graph::Overflow overflow_of(config::AccumulatorOverflow overflow);

}  // namespace npusim::compile
