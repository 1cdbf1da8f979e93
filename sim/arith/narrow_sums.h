// SPDX-License-Identifier: Apache-2.0
// Sums in an accumulator that may be too narrow: what docs/arithmetic.md, section Accumulators,
// calls saturate and wrap. Every addition is reduced to the accumulator's bits, so order matters:
// k ascending, one product after another. Where rule 7 proves that no addition overflows, the
// kernels of matmul.h and depthwise.h give the same sums several times faster.
#pragma once

#include <cstdint>

#include "sim/arith/packed_weights.h"

namespace npusim::arith {

enum class Overflow { saturate, wrap };

struct NarrowAccumulator {
  int bits = 32;  // P, 2 to 32
  Overflow overflow = Overflow::saturate;

  std::int64_t least() const { return -(std::int64_t{1} << (bits - 1)); }
  std::int64_t greatest() const { return (std::int64_t{1} << (bits - 1)) - 1; }
  bool holds(std::int64_t sum) const { return sum >= least() && sum <= greatest(); }
};

/// What the accumulator holds after an addition whose exact sum is `sum`.
inline std::int64_t reduce(std::int64_t sum, const NarrowAccumulator& accumulator) {
  if (accumulator.holds(sum)) return sum;
  if (accumulator.overflow == Overflow::saturate) {
    return sum < 0 ? accumulator.least() : accumulator.greatest();
  }
  const std::uint64_t modulus_mask = (std::uint64_t{1} << accumulator.bits) - 1;
  const std::uint64_t half = std::uint64_t{1} << (accumulator.bits - 1);
  const std::uint64_t low = (static_cast<std::uint64_t>(sum) + half) & modulus_mask;
  return static_cast<std::int64_t>(low) - static_cast<std::int64_t>(half);
}

// Of the functions below each returns the number of additions whose exact sum the accumulator does
// not hold.

/// The first addition of one row: acc[n] = reduce(0 + bias[n]).
std::int64_t load_narrow_bias(const std::int32_t* bias, std::int64_t n,
                              const NarrowAccumulator& accumulator, std::int32_t* acc);

/// acc[m][n] = reduce(acc[m][n] + x[m][k] * w[k][n]) for k ascending, rows as multiply_rows() has
/// them. What acc holds fits the accumulator.
std::int64_t add_narrow_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                             const PackedWeights& weights, const NarrowAccumulator& accumulator,
                             std::int32_t* acc, std::int64_t acc_stride);

/// acc[m][c] = reduce(acc[m][c] + x_taps[m * taps + t][c] * w[t][c]) for t ascending, operands as
/// accumulate_depthwise() has them.
std::int64_t add_narrow_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                                  const PackedWeights& weights,
                                  const NarrowAccumulator& accumulator, std::int32_t* acc,
                                  std::int64_t acc_stride);

}  // namespace npusim::arith
