// SPDX-License-Identifier: Apache-2.0
// Depthwise products: a fold of the array's depthwise mode, and a depthwise convolution.
#pragma once

#include <cstdint>

#include "sim/arith/packed_weights.h"
#include "sim/arith/requantize_rows.h"

namespace npusim::arith {

/// Where the inputs of depthwise rows lie: tap t of row m is at taps[m * tap_stride + t] + m *
/// step, n int8 values (a padded tap points to copies of the zero point). With tap_stride = k and
/// step = 0 every row has its own pointers; with tap_stride = 0 the rows are pixels side by side,
/// and a padded tap points to as many pixels of zero points.
struct TapRows {
  const std::int8_t* const* taps = nullptr;
  std::int64_t tap_stride = 0;
  std::int64_t step = 0;
  std::int64_t count = 0;
};

/// acc[m][c] = begin + sum_t x[m][t][c] * (w[t][c] - zero point), begin = bias[c], or acc[m][c]
/// itself where bias is nullptr. weights: k = taps, n = channels. acc: `acc_stride` elements apart.
/// Sums are formed modulo 2^32, as in matmul.h.
void accumulate_depthwise(const TapRows& rows, const PackedWeights& weights,
                          const std::int32_t* bias, std::int32_t* acc, std::int64_t acc_stride);

/// The same from biases, requantized while the sums are at hand: out[m][c] is the code of
/// acc[m][c]. out: `out_stride` elements apart.
void depthwise_to_codes(const TapRows& rows, const PackedWeights& weights, const std::int32_t* bias,
                        const RequantizationTable& table, std::int8_t* out,
                        std::int64_t out_stride);

}  // namespace npusim::arith
