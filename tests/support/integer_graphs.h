// SPDX-License-Identifier: Apache-2.0
// Integer networks compared number by number.
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::test {

/// A line for each layer that is not the same in both: kind, inputs, shape, scale and zero point,
/// and every integer that decides its values. Not compared: the network's name and scheme, and the
/// widths that codes are stored with.
std::vector<std::string> integers_that_differ(const graph::QuantizedGraph& wanted,
                                              const graph::QuantizedGraph& got);

}  // namespace npusim::test
