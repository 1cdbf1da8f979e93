// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/flipped_layer.h"

#include <algorithm>
#include <string>

#include "frontend/quantize/accumulator.h"
#include "sim/base/errors.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using faults::ParameterField;

std::size_t at(const FaultSite& site) { return static_cast<std::size_t>(site.element); }

std::int32_t with_flip(std::int32_t value, std::int32_t bit) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(value) ^ std::uint32_t{1} << bit);
}

/// Flips a bit of a parameter in the operator of its node; false where it has no such field.
struct ParameterFlip {
  const FaultSite& site;

  bool scale(graph::FixedPoint& scale) const {
    if (site.field == ParameterField::multiplier) {
      scale.multiplier = with_flip(scale.multiplier, site.bit);
    } else if (site.field == ParameterField::shift) {
      scale.shift = with_flip(scale.shift, site.bit);
    } else {
      return false;
    }
    return true;
  }

  bool operator()(graph::Input&) const { return false; }
  bool operator()(graph::QuantizedConv& conv) const {
    if (site.field != ParameterField::bias) return scale(conv.requantization.scales.at(at(site)));
    std::int32_t& bias = conv.bias.at(at(site));
    bias = with_flip(bias, site.bit);
    return true;
  }
  bool operator()(graph::QuantizedAdd& add) const {
    if (site.field == ParameterField::multiplier_b) {
      add.multiplier_b = with_flip(add.multiplier_b, site.bit);
      return true;
    }
    graph::FixedPoint both{add.multiplier_a, add.shift};
    const bool is_flipped = scale(both);
    add.multiplier_a = both.multiplier;
    add.shift = both.shift;
    return is_flipped;
  }
  bool operator()(graph::QuantizedMul& mul) const { return scale(mul.scale); }
  bool operator()(graph::QuantizedConcat& concat) const {
    return scale(concat.scales.at(at(site)));
  }
  bool operator()(graph::QuantizedPool& pool) const {
    return scale(pool.scales.at(at(site)).scale);
  }
  bool operator()(graph::QuantizedLookup& lookup) const {
    std::int8_t& code = lookup.table.at(at(site));
    code = static_cast<std::int8_t>(flipped_signed(code, site.bit, 8));
    return site.field == ParameterField::table;
  }
};

void prove_again(graph::QuantizedConv& conv) {
  const std::size_t length = conv.weights_ohwi.size() / conv.bias.size();
  conv.safe_accumulator_bits = 0;
  for (std::size_t c = 0; c < conv.bias.size(); ++c) {
    const auto range = quantize::accumulator_range(
        conv.bias[c], conv.weights_ohwi.data() + c * length, static_cast<std::int64_t>(length),
        graph::Clamps{-128, 127}, conv.weight_zero_point);
    conv.safe_accumulator_bits = std::max(conv.safe_accumulator_bits, quantize::signed_bits(range));
  }
}

}  // namespace

std::int32_t flipped_signed(std::int32_t value, std::int32_t bit, std::int32_t bits) {
  const int unused = 32 - bits;
  const std::uint32_t flipped = static_cast<std::uint32_t>(value) ^ std::uint32_t{1} << bit;
  return static_cast<std::int32_t>(flipped << unused) >> unused;
}

void flip(graph::QuantizedNode& node, const FaultSite& site) {
  auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
  bool is_flipped = conv != nullptr;
  if (site.kind == FaultKind::weights && is_flipped) {
    std::int8_t& weight = conv->weights_ohwi.at(at(site));
    weight = static_cast<std::int8_t>(flipped_signed(weight, site.bit, conv->weight_bits));
  } else if (site.kind == FaultKind::shift_fields && is_flipped) {
    std::uint8_t& shift = conv->requantization.channel_shifts.at(at(site));
    shift = static_cast<std::uint8_t>(shift ^ 1U << site.bit);
  } else if (site.kind == FaultKind::parameters && site.field == ParameterField::zero_point) {
    std::int32_t& zero_point = node.quantization.zero_point;
    zero_point = flipped_signed(zero_point, site.bit, 8);
    is_flipped = true;
  } else {
    is_flipped = site.kind == FaultKind::parameters && std::visit(ParameterFlip{site}, node.op);
  }
  if (!is_flipped) {
    throw base::InternalError("node '" + node.name + "' has no bit to flip of kind " +
                              config::fault_name(site.kind));
  }
}

graph::QuantizedGraph unproved(const graph::QuantizedGraph& graph, bool counts_overflows) {
  graph::QuantizedGraph result = graph;
  graph::Accumulator& accumulator = result.accumulator;
  if (accumulator.overflow == graph::Overflow::guaranteed)
    accumulator.overflow = graph::Overflow::wrap;
  if (accumulator.overflow == graph::Overflow::wrap && accumulator.bits == 32 && !counts_overflows)
    accumulator.overflow = graph::Overflow::guaranteed;  // sums modulo 2^32
  for (graph::QuantizedNode& node : result.nodes) {
    if (auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) prove_again(*conv);
  }
  return result;
}

graph::QuantizedNode flipped_node(const graph::QuantizedGraph& graph, graph::NodeId id,
                                  const std::vector<FaultSite>& sites) {
  graph::QuantizedNode node = graph.node(id);
  for (const FaultSite& site : sites) flip(node, site);
  if (auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) prove_again(*conv);
  return node;
}

}  // namespace npusim::flips
