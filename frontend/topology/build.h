// SPDX-License-Identifier: Apache-2.0
// Topology → graph: shapes inferred, padding of `same` worked out, weights drawn.
//
// The weights mean nothing. They are uniform, drawn by SplitMix64 from the topology's seed, the
// layer's index and the out channel, and scaled by the fan-in so that values keep their size
// through many layers; channels differ up to seven times in range, so that per-channel parameters
// have something to do. Only + - * / and sqrt are used: the same bits on every machine.
#pragma once

#include <string>

#include "frontend/graph/graph.h"
#include "sim/config/topology_config.h"

namespace npusim::topology {

/// The float graph, verified; not yet prepared; the same for any number of threads. Tensors that no
/// layer reads are its outputs. Throws base::InputError naming the place of every layer whose
/// shapes do not fit, or where the network has more than graph::kMaxParameters parameters in all.
graph::Graph build_graph(const config::TopologyConfig& topology, const std::string& name,
                         int threads = 1);

}  // namespace npusim::topology
