// SPDX-License-Identifier: Apache-2.0
// Quantization of activations: int8, asymmetric, one scale per tensor (rules 9 and 10 of
// docs/arithmetic.md).
#pragma once

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::quantize {

inline constexpr std::int32_t kMinCode = -128;
inline constexpr std::int32_t kMaxCode = 127;

/// Rule 10, for a tensor whose values lie in [low, high] (finite, low <= high):
///     lo = min(0, low), hi = max(0, high), s = (hi - lo) / 255, z = clamp(rne(-128 - lo / s))
/// Zero is always a code exactly; a tensor of zeros gets s = 1.
graph::TensorQuantization activation_quantization(double low, double high);

/// Rule 9, the codes that a clamp to [low, high] leaves:
///     [clamp(z + rne(low / s)), clamp(z + rne(high / s))]
/// low and high may be infinite.
graph::Clamps activation_clamps(const graph::Activation& activation,
                                const graph::TensorQuantization& quantization);

/// The codes that are left of `codes` after a further clamp to `limits`, for operators that pass
/// codes through (max pooling): limits always win.
graph::Clamps restrict_clamps(const graph::Clamps& codes, const graph::Clamps& limits);

}  // namespace npusim::quantize
