// SPDX-License-Identifier: Apache-2.0
// A network as far as the draft.
#pragma once

#include "frontend/compile/lowering.h"

namespace npusim::compile {

/// Keep it where it is: the lowering refers to the rest.
struct Lowered {
  Lowered(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware)
      : weights(lay_out_weights(graph, WeightMachine(hardware))),
        plan(
            with_dram_addresses(graph, plan_tensors(graph, hardware, weights.weight_region_bytes))),
        lowering(graph, hardware, plan, weights) {
    lowering.run();
  }
  Lowered(const Lowered&) = delete;
  Lowered& operator=(const Lowered&) = delete;

  const std::vector<DraftInstruction>& instructions() const {
    return lowering.draft().instructions();
  }

  /// Every tensor has a mebibyte of its own, behind that of the weights.
  static TensorPlan with_dram_addresses(const graph::QuantizedGraph& graph, TensorPlan plan) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      plan.tensors[i].dram_address = (i + 1) << 20;
    }
    return plan;
  }

  WeightLayout weights;
  TensorPlan plan;
  Lowering lowering;
};

}  // namespace npusim::compile
