// SPDX-License-Identifier: Apache-2.0
// The integer network: what the integer executor evaluates and the compiler compiles. Same node
// ids, order and shapes as the folded float graph it was made from (only Input, Conv, Add, Mul,
// Concat, Pool and Lookup remain). Every number that the hardware needs is here as an integer;
// scales are kept for reports and for reading real values back. The rules are those of
// docs/arithmetic.md; the functions that apply them live in sim/arith only.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::graph {

struct Clamps {
  std::int32_t low = -128;
  std::int32_t high = 127;
};

// M = multiplier * 2^-shift, multiplier in [2^14, 2^15) or [2^30, 2^31), shift + channel_shift in
// [1, 62].
struct FixedPoint {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};

// y = clamp(zero_point_out + round_shift(acc * multiplier, shift + channel_shift[c]), low, high)
struct Requantization {
  std::vector<FixedPoint> scales;  // one (per layer) or one per output channel
  std::vector<std::uint8_t>
      channel_shifts;           // one per output channel in [0, 2^field_bits - 1], or empty
  std::int32_t field_bits = 0;  // 0 where the layer has no channel shifts
  bool per_channel() const { return scales.size() > 1; }
};

// What an addition in the array does with a sum that P bits do not hold: nothing, as rule 7 proves
// that there is none, or as docs/arithmetic.md, Accumulators.
enum class Overflow { guaranteed, saturate, wrap };

struct Accumulator {
  std::int32_t bits = 32;  // P
  Overflow overflow = Overflow::guaranteed;
};

// acc[c] = bias[c] + sum_k (weights[c, k] - weight_zero_point) * x[k], k ascending; padding reads
// the input's zero point, so bias holds -zero_point_in * sum_k (weights[c, k] - weight_zero_point).
struct QuantizedConv {
  ConvKind kind = ConvKind::conv;
  Window window;
  std::int64_t groups = 1, out_channels = 0, in_channels = 0;
  std::vector<std::int8_t> weights_ohwi;
  std::int32_t weight_bits = 8;
  std::int32_t weight_zero_point = 0;
  std::vector<std::int32_t> bias;
  std::int32_t safe_accumulator_bits = 0;  // rule 7: no sum needs more; 0: not known
  Requantization requantization;
  std::vector<double>
      weight_scales;  // s_w, one or per channel; with channel shifts W = s_w * 2^-s_c * q
};
// clamp(z_y + round_shift((a - z_a) * multiplier_a + (b - z_b) * multiplier_b, shift))
struct QuantizedAdd {
  std::int32_t multiplier_a = 0, multiplier_b = 0, shift = 0;
};
// clamp(z_y + round_shift((a - z_a) * (b - z_b) * multiplier, shift))
struct QuantizedMul {
  FixedPoint scale;
};
// each input requantized as in Add with one operand; one entry per input
struct QuantizedConcat {
  std::vector<FixedPoint> scales;
};
// average: clamp(z_y + round_shift((sum - n * z_x) * multiplier, shift)) over the n real cells, one
// scale per distinct divisor, ascending; max: largest real code, no scales.
struct DivisorScale {
  std::int64_t divisor = 1;
  FixedPoint scale;
};
struct QuantizedPool {
  PoolKind kind = PoolKind::max;
  Window window;
  bool count_include_pad = false;
  std::vector<DivisorScale> scales;
};
struct QuantizedLookup {
  std::vector<std::int8_t> table;  // 256 entries, index = code + 128
};

using QuantizedOperator = std::variant<Input, QuantizedConv, QuantizedAdd, QuantizedMul,
                                       QuantizedConcat, QuantizedPool, QuantizedLookup>;

struct QuantizedNode {
  std::string name;
  QuantizedOperator op;
  std::vector<NodeId> inputs;
  Shape shape;
  TensorQuantization quantization;   // of the output
  Clamps clamps;                     // of the output codes
  std::int32_t activation_bits = 8;  // the output codes lie in [-2^(b-1), 2^(b-1) - 1]
  // Of a QuantizedConv: the clamps of each output channel, within `clamps`; empty: those for all.
  std::vector<Clamps> channel_clamps = {};
  bool is_input() const { return std::holds_alternative<Input>(op); }
  const Clamps& clamps_of(std::int64_t channel) const {
    return channel_clamps.empty() ? clamps : channel_clamps[static_cast<std::size_t>(channel)];
  }
};

struct QuantizedGraph {
  std::string name;
  std::string scheme;  // "per_layer", "shift_scaler", "per_channel"; a layer may have another
  std::int32_t multiplier_bits = 31;
  // Where the barrel shifter sits (hardware.requantization.placement): false: fused with the shift
  // behind the multiplier; true: round_shift(acc, channel_shift) before it, so y = z +
  // round_shift(that * multiplier, shift).
  bool shift_before_multiply = false;
  Accumulator accumulator;
  std::vector<QuantizedNode> nodes;
  std::vector<NodeId> outputs;
  const QuantizedNode& node(NodeId id) const { return nodes.at(static_cast<std::size_t>(id)); }
};

std::string kind_name(const QuantizedOperator& op);
std::int64_t macs(const QuantizedGraph& graph, const QuantizedNode& node);
// As infer_shape of the float graph.
Shape infer_shape(const QuantizedNode& node, const std::vector<Shape>& input_shapes);

}  // namespace npusim::graph
