// SPDX-License-Identifier: Apache-2.0
// The integer network in plain loops, written from the rules and nothing else: the second opinion
// that the tests hold the fast executor against. Slow.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::execute {

/// Every node's tensor, NHWC, by node id. input: the codes of the Input nodes, one behind the
/// other. Sums are formed in 64 bits; one that leaves a guaranteed accumulator's at any prefix
/// throws base::InternalError naming node and output. overflows, where given: by node id, additions
/// that a saturating or wrapping accumulator did not hold.
std::vector<std::vector<std::int8_t>> run_plain(const graph::QuantizedGraph& graph,
                                                const std::vector<std::int8_t>& input,
                                                std::vector<std::int64_t>* overflows = nullptr);

}  // namespace npusim::execute
