// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "frontend/quantize/calibration.h"

namespace npusim::quantize {
namespace {

bool passes_all_codes_on(const graph::Node& node) {
  const auto* pool = std::get_if<graph::Pool>(&node.op);
  return pool != nullptr && pool->kind == graph::PoolKind::max && node.activation.is_identity();
}

}  // namespace

void widen_outputs(const graph::Graph& folded, double factor, Calibration& calibration) {
  std::vector<bool> widened(folded.nodes.size());
  for (graph::NodeId id : folded.outputs) {
    while (passes_all_codes_on(folded.node(id))) id = folded.node(id).inputs.at(0);
    const auto at = static_cast<std::size_t>(id);
    if (widened[at]) continue;
    widened[at] = true;
    const graph::Activation& clamp = folded.node(id).activation;
    TensorCalibration& tensor = calibration.tensors.at(at);
    if (std::isinf(clamp.low)) tensor.low *= tensor.low < 0 ? factor : 1;
    if (std::isinf(clamp.high)) tensor.high *= tensor.high > 0 ? factor : 1;
  }
}

}  // namespace npusim::quantize
