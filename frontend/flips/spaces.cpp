// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/spaces.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::ParameterField;

constexpr std::int32_t kShiftBits = 6;
constexpr std::int32_t kBiasBits = 32;
constexpr std::int32_t kCodeBits = 8;
constexpr std::int32_t kVectorMultiplierBits = 31;
constexpr std::int32_t kAddMultiplierBits = 20;

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

struct ParameterExtents {
  std::int32_t multiplier_bits;  // of the requantization lanes
  ParameterField field;

  FieldExtent scales(std::int64_t number, std::int32_t bits) const {
    if (field == ParameterField::multiplier) return {number, bits};
    if (field == ParameterField::shift) return {number, kShiftBits};
    if (field == ParameterField::zero_point && number > 0) return {1, kCodeBits};
    return {};
  }

  FieldExtent operator()(const graph::Input&) const { return {}; }
  FieldExtent operator()(const graph::QuantizedConv& conv) const {
    if (field == ParameterField::bias) return {count(conv.bias.size()), kBiasBits};
    return scales(count(conv.requantization.scales.size()), multiplier_bits);
  }
  FieldExtent operator()(const graph::QuantizedAdd&) const {
    if (field == ParameterField::multiplier_b) return {1, kAddMultiplierBits};
    return scales(1, kAddMultiplierBits);
  }
  FieldExtent operator()(const graph::QuantizedMul&) const {
    return scales(1, kVectorMultiplierBits);
  }
  FieldExtent operator()(const graph::QuantizedConcat& concat) const {
    return scales(count(concat.scales.size()), kVectorMultiplierBits);
  }
  FieldExtent operator()(const graph::QuantizedPool& pool) const {
    return scales(count(pool.scales.size()), kVectorMultiplierBits);  // none of a maximum
  }
  FieldExtent operator()(const graph::QuantizedLookup& lookup) const {
    if (field == ParameterField::table) return {count(lookup.table.size()), kCodeBits};
    return {};
  }
};

}  // namespace

FieldExtent extent_of(const graph::QuantizedGraph& graph, const graph::QuantizedNode& node,
                      FaultKind kind, ParameterField field) {
  if (node.is_input()) return {};
  const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
  switch (kind) {
    case FaultKind::weights:
      if (conv == nullptr) return {};
      return {count(conv->weights_ohwi.size()), conv->weight_bits};
    case FaultKind::shift_fields:
      if (conv == nullptr) return {};
      return {count(conv->requantization.channel_shifts.size()), conv->requantization.field_bits};
    case FaultKind::parameters:
      return std::visit(ParameterExtents{graph.multiplier_bits, field}, node.op);
    case FaultKind::activations:
      return {node.shape.elements(), kCodeBits};
    case FaultKind::accumulators:
      if (conv == nullptr) return {};
      return {node.shape.elements(), graph.accumulator.bits};
  }
  return {};
}

std::vector<faults::FaultSpace> spaces_of(const graph::QuantizedGraph& graph, FaultKind kind,
                                          const std::vector<bool>& layers) {
  std::vector<faults::FaultSpace> spaces;
  const std::size_t fields = kind == FaultKind::parameters ? config::kParameterFields : 1;
  for (std::size_t layer = 0; layer < graph.nodes.size(); ++layer) {
    if (!layers.empty() && !layers[layer]) continue;
    for (std::size_t i = 0; i < fields; ++i) {
      const auto field = static_cast<ParameterField>(i);
      const FieldExtent extent = extent_of(graph, graph.nodes[layer], kind, field);
      if (extent.elements == 0 || extent.bits == 0) continue;
      spaces.push_back(
          {kind, field, static_cast<std::int32_t>(layer), extent.elements, extent.bits});
    }
  }
  return spaces;
}

}  // namespace npusim::flips
