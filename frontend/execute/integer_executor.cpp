// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/integer_executor.h"

#include "frontend/execute/integer_layers.h"

namespace npusim::execute {

IntegerExecutor::IntegerExecutor(const graph::QuantizedGraph& graph)
    : runner_(
          LayerPlan<std::int8_t>::of(graph, [](const graph::QuantizedGraph& of, graph::NodeId id) {
            return make_integer_layer(of, id);
          })) {}

}  // namespace npusim::execute
