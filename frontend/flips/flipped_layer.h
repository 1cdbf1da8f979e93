// SPDX-License-Identifier: Apache-2.0
// Nodes of the integer network whose stored values have flipped bits.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// `value` with bit `bit` the other way round, the lowest `bits` of it as two's complement.
std::int32_t flipped_signed(std::int32_t value, std::int32_t bit, std::int32_t bits);

/// Flips one bit that is stored (config::is_stored) in the node it belongs to. The zero point is
/// that of the node's own requantization; whoever reads the node's tensor keeps the old one.
/// base::InternalError where the node has no such bit.
void flip(graph::QuantizedNode& node, const faults::FaultSite& site);

/// The network as it is evaluated once bits may flip: what was proved of its sums holds no longer.
/// An accumulator that was guaranteed wraps; safe_accumulator_bits are those of any int8 inputs.
/// counts_overflows: IntegerExecutor's counts are those of the machine. Without them a wrapping
/// accumulator of 32 bits is evaluated faster, to the same values.
graph::QuantizedGraph unproved(const graph::QuantizedGraph& graph, bool counts_overflows);

/// Node `id` of an unproved() network with these stored bits flipped; all sites are that node's.
graph::QuantizedNode flipped_node(const graph::QuantizedGraph& graph, graph::NodeId id,
                                  const std::vector<faults::FaultSite>& sites);

}  // namespace npusim::flips
