// SPDX-License-Identifier: Apache-2.0
// Exact int8 matrix products into int32 accumulators: a fold of the array, and a convolution's
// GEMM.
//
// Sums are formed modulo 2^32, so a result is right whenever the true sum fits 32 bits, whatever
// the order of the additions. That it fits is proved before anything runs (rule 7 of
// docs/arithmetic.md: the quantizer bounds every prefix of the sum).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/arith/packed_weights.h"

namespace npusim::arith {

/// acc[m][n] = begin + sum_k x[m][k] * w[k][n], begin = bias[n], or acc[m][n] itself without bias.
/// x: `rows` rows, `x_stride` elements apart, int8 values widened to int16, each of
/// 2 * weights.pairs() elements (with odd k the last one must be readable and may be anything).
/// bias: n elements or nullptr. acc: `acc_stride` elements apart.
void multiply_rows(const std::int16_t* x, std::int64_t x_stride, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride);

/// The fold of the weight-stationary array: acc[m][n] += sum_k x[m][k] * w[k][n].
/// x_rows: `rows` pointers to k int8 values each. scratch: the caller's, grown as needed and reused
/// (about 24 * k bytes), so that nothing large lies on a coroutine's stack.
void accumulate_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                     const PackedWeights& weights, std::int32_t* acc, std::int64_t acc_stride,
                     std::vector<std::int16_t>& scratch);

}  // namespace npusim::arith
