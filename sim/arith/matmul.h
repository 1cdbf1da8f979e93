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
#include "sim/arith/requantize_rows.h"

namespace npusim::arith {

/// Memory that the products work in: the caller's, grown as needed and reused, so that nothing
/// large lies on a coroutine's stack.
using RowScratch = std::vector<std::uint8_t>;

/// acc[m][n] = begin + sum_k x[m][k] * (w[k][n] - zero point), begin = bias[n], or acc[m][n] itself
/// where bias is nullptr. x_rows: `rows` pointers to k int8 values each. acc: `acc_stride` elements
/// apart.
void multiply_rows(const std::int8_t* const* x_rows, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride, RowScratch& scratch);

/// The same from biases, requantized while the sums are at hand: out[m][n] is the code of
/// acc[m][n] by channel first_channel + n of the table. out: `out_stride` elements apart.
void multiply_to_codes(const std::int8_t* const* x_rows, std::int64_t rows,
                       const PackedWeights& weights, const std::int32_t* bias,
                       const RequantizationTable& table, std::int64_t first_channel,
                       std::int8_t* out, std::int64_t out_stride, RowScratch& scratch);

}  // namespace npusim::arith
