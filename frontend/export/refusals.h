// SPDX-License-Identifier: Apache-2.0
// What ONNX cannot carry. Internal to to_onnx.
#pragma once

#include "frontend/graph/quantized_graph.h"

namespace npusim::exporter {

/// Throws base::InputError naming everything at once:
/// - a scale that is no normal float (of a bias too: the product of two)
/// - a bias that without its input's zero point does not fit int32
/// - an average pool with dilations
void check_exportable(const graph::QuantizedGraph& quantized);

}  // namespace npusim::exporter
