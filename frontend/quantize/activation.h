// SPDX-License-Identifier: Apache-2.0
// Quantization of activations: codes of up to 8 bits, asymmetric, one scale per tensor (rules 9 and
// 10 of docs/arithmetic.md).
#pragma once

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::quantize {

inline constexpr std::int32_t kMinCode = -128;
inline constexpr std::int32_t kMaxCode = 127;

/// All codes of `bits` bits, 1 to 8: [-2^(bits-1), 2^(bits-1) - 1].
constexpr graph::Clamps code_range(std::int32_t bits) {
  return {-(1 << (bits - 1)), (1 << (bits - 1)) - 1};
}

/// Rule 10, for a tensor whose values lie in [low, high] (finite, low <= high), in codes of `bits`
/// bits:
///     lo = min(0, low), hi = max(0, high), s = (hi - lo) / (2^bits - 1),
///     z = clamp(rne(-2^(bits-1) - lo / s))
/// Zero is always a code exactly; a tensor of zeros gets s = 1.
graph::TensorQuantization activation_quantization(double low, double high, std::int32_t bits = 8);

/// Rule 9, the codes of `bits` bits that a clamp to [low, high] leaves:
///     [clamp(z + rne(low / s)), clamp(z + rne(high / s))]
/// low and high may be infinite; the zero point is one of the codes.
graph::Clamps activation_clamps(const graph::Activation& activation,
                                const graph::TensorQuantization& quantization,
                                std::int32_t bits = 8);

/// The codes that are left of `codes` after a further clamp to `limits`, for operators that pass
/// codes through (max pooling): limits always win.
graph::Clamps restrict_clamps(const graph::Clamps& codes, const graph::Clamps& limits);

}  // namespace npusim::quantize
