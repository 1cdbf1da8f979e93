// SPDX-License-Identifier: Apache-2.0
// Which bits of an integer network can flip (docs/faults.md).
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// The values of one field of a node's parameters: so many, of so many bits each. None where the
/// node has no such field.
struct FieldExtent {
  std::int64_t elements = 0;
  std::int32_t bits = 0;
};
FieldExtent extent_of(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                      faults::FaultKind kind,
                      faults::ParameterField field = faults::ParameterField::bias);

/// The spaces of one kind, layer by layer, parameters field by field; none is empty. `layers`,
/// where not empty, says for each node whether it takes part.
std::vector<faults::FaultSpace> spaces_of(const graph::QuantizedGraph& graph,
                                          faults::FaultKind kind,
                                          const std::vector<bool>& layers = {});

}  // namespace npusim::flips
