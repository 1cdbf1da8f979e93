// SPDX-License-Identifier: Apache-2.0
// Depthwise products: a fold of the array's depthwise mode, and a depthwise convolution.
#pragma once

#include <cstdint>

#include "sim/arith/packed_weights.h"

namespace npusim::arith {

/// acc[m][c] = begin + sum_t x_taps[m * taps + t][c] * w[t][c], begin = bias[c], or acc[m][c]
/// itself where bias is nullptr. weights: k = taps, n = channels. x_taps: for every row its k
/// pointers, each to n int8 values (a padded tap points to n copies of the zero point). acc:
/// `acc_stride` elements apart. Sums are formed modulo 2^32, as in matmul.h.
void accumulate_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                          const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                          std::int64_t acc_stride);

}  // namespace npusim::arith
