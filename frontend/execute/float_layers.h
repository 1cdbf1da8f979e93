// SPDX-License-Identifier: Apache-2.0
// The nodes of a float graph, prepared for execution.
#pragma once

#include <memory>

#include "frontend/execute/layer_plan.h"
#include "frontend/graph/graph.h"

namespace npusim::execute {

/// conv, depthwise_conv and gemm.
std::unique_ptr<const Layer<float>> make_float_conv(const graph::Graph& graph,
                                                    const graph::Node& node);

/// Any node but the input.
std::unique_ptr<const Layer<float>> make_float_layer(const graph::Graph& graph, graph::NodeId id);

}  // namespace npusim::execute
