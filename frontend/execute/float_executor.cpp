// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/float_executor.h"

#include "frontend/execute/float_layers.h"

namespace npusim::execute {

FloatExecutor::FloatExecutor(const graph::Graph& graph)
    : runner_(LayerPlan<float>::of(graph, make_float_layer)) {}

}  // namespace npusim::execute
