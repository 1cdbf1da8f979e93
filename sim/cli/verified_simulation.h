// SPDX-License-Identifier: Apache-2.0
// The SystemC machine run on images, every layer's tensor compared with the integer network
// evaluated layer by layer: the two have nothing in common but the arithmetic rules, so a compiler
// bug cannot hide.
#pragma once

#include <string>
#include <vector>

#include "frontend/data/dataset.h"
#include "frontend/flips/trials.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_listener.h"
#include "sim/isa/program.h"
#include "sim/report/report.h"
#include "sim/stats/simulation_result.h"

namespace npusim::cli {

struct VerifiedSimulation {
  report::Simulation simulation;
  stats::SimulationResult result;  // of the first image
};

/// Simulates these images of the data set, at least one, each from reset. `program`, of one image,
/// was compiled from `graph`. Throws base::InternalError where a layer's tensor never appears or
/// cycles differ between images, and what simulate throws. The listeners' observers hear of each
/// image after the comparison. injection: bits that flip in both.
VerifiedSimulation simulate_and_compare(const isa::Program& program,
                                        const graph::QuantizedGraph& graph,
                                        const data::Dataset& dataset,
                                        const std::vector<std::int64_t>& images, Progress& progress,
                                        const std::vector<RunListener*>& listeners = {},
                                        const flips::Injection* injection = nullptr);

/// On stderr: where `of`, such as "per_layer: " or nothing, first differs. There is a mismatch.
void print_mismatch(const std::string& of, const report::Simulation& simulation);

/// For each of the Program's images, the sha256 over the bytes of all its outputs, in order.
std::vector<std::string> output_hashes(const isa::Program& program,
                                       const stats::SimulationResult& result);

}  // namespace npusim::cli
