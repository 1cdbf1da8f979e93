// SPDX-License-Identifier: Apache-2.0
// The float network in plain loops, in the order of operations that float_executor.h promises.
#pragma once

#include <map>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::execute {

/// Every node's tensor, by node id. A node of `known` has the tensor given there.
std::vector<std::vector<float>> run_plain_float(
    const graph::Graph& graph, const std::vector<float>& input,
    const std::map<graph::NodeId, std::vector<float>>& known = {});

}  // namespace npusim::execute
