// SPDX-License-Identifier: Apache-2.0
// The layers and sites that a run file names, on the network and Program that it is about.
#pragma once

#include <vector>

#include "frontend/flips/flipped_program.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/faults_config.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// Which nodes take part, from `faults.layers`; empty: all. Throws base::InputError with every
/// pattern that fits no layer.
std::vector<bool> layers_of(const config::FaultsConfig& faults, const graph::QuantizedGraph& graph);

/// `faults.sites`, in order. Throws base::InputError with every site that there is not: an unknown
/// layer or instruction, a kind or field that the layer has not, an element or bit out of range.
std::vector<faults::FaultSite> sites_of(const config::FaultsConfig& faults,
                                        const graph::QuantizedGraph& graph,
                                        const isa::Program& program, const ProgramSites& sites);

}  // namespace npusim::flips
