// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/capacity.h"

#include <variant>

#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/isa/work.h"

namespace npusim::compile {
namespace {

// Nothing here overflows: a network has at most graph::kMaxNodes nodes of kMaxElements elements and
// kMaxParameters weights each.
std::int64_t least_weight_bytes(const graph::Node& node) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  if (conv == nullptr) return 0;
  const auto weights = static_cast<std::int64_t>(conv->weights_ohwi.size());
  return base::ceil_div<std::int64_t>(weights * isa::kLeastWeightBits, 8);
}

}  // namespace

void check_capacity(const graph::Graph& network, const config::HardwareConfig& hardware) {
  std::int64_t elements = 0;
  std::int64_t dram_bytes = 0;
  for (const graph::Node& node : network.nodes) {
    elements += node.shape.elements();
    dram_bytes += least_weight_bytes(node);
    if (std::holds_alternative<graph::Input>(node.op)) dram_bytes += node.shape.elements();
  }
  for (const graph::NodeId output : network.outputs)
    dram_bytes += network.nodes.at(static_cast<std::size_t>(output)).shape.elements();
  base::ErrorList errors;
  constexpr auto kMost = static_cast<std::int64_t>(isa::kMostTensorsBytes);
  if (elements > kMost) {
    errors.add("network '" + network.name + "'", "elements of its tensors",
               std::to_string(elements), "at most " + std::to_string(kMost) + " in all");
  }
  if (dram_bytes > hardware.dram.bytes) {
    errors.add("", "dram.bytes", std::to_string(hardware.dram.bytes),
               "at least " + std::to_string(dram_bytes) + " for this network (weights of " +
                   std::to_string(isa::kLeastWeightBits) + " bits, inputs and outputs alone)");
  }
  errors.throw_if_any();
}

}  // namespace npusim::compile
