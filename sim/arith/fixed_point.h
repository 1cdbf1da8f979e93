// SPDX-License-Identifier: Apache-2.0
// Real factors as multiplier * 2^-shift (rules 8, 11, 12, 13).
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::arith {

/// multiplier * 2^-shift. The total shift of a requantization (shift + channel shift) must lie in
/// [kMinShift, kMaxShift]; who chooses the scales sees to it.
struct FixedPoint {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};
inline constexpr std::int32_t kMinShift = 1;
inline constexpr std::int32_t kMaxShift = 62;

/// The multiplier of `bits` significant bits nearest to the factor M, rule 8:
///     multiplier = rne(M * 2^shift) in [2^(bits-1), 2^bits)
/// where rounding reaches 2^bits, it is halved and one is taken off the shift.
/// factor: finite and above 0; bits: 2 to 31 (the hardware has 15 or 31); otherwise throws
/// base::InternalError. The shift of the result is not checked against [1, 62]: only
/// the caller knows the layer to name.
inline FixedPoint to_fixed_point(double factor, int bits) {
  if (!(factor > 0) || std::isinf(factor) || bits < 2 || bits > 31) {
    throw base::InternalError("to_fixed_point: got factor " + std::to_string(factor) + ", " +
                              std::to_string(bits) +
                              " bits, must be a finite factor above 0 and 2 to 31 bits");
  }
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);  // in [0.5, 1), exact
  std::int64_t multiplier = rne(std::ldexp(fraction, bits));
  if (multiplier == std::int64_t{1} << bits) {
    multiplier >>= 1;
    ++exponent;
  }
  return {static_cast<std::int32_t>(multiplier), bits - exponent};
}

/// Add's two factors with one common shift.
struct AddScale {
  std::int32_t multiplier_a = 0;
  std::int32_t multiplier_b = 0;
  std::int32_t shift = 0;
};
inline constexpr int kAddBits = 20;

/// Rule 12: multiplier_i = rne(factor_i * 2^n) with the largest n <= 62 that keeps both below 2^20.
/// factor_a = s_a / s_y, factor_b = s_b / s_y: finite and above 0; otherwise throws
/// base::InternalError. n below 1 (an output scale 2^19 times finer than an input's) is for the
/// caller to refuse, who knows the layer.
inline AddScale to_add_scale(double factor_a, double factor_b) {
  const double larger = factor_a > factor_b ? factor_a : factor_b;
  if (!(factor_a > 0 && factor_b > 0) || std::isinf(larger)) {
    throw base::InternalError("to_add_scale: got factors " + std::to_string(factor_a) + ", " +
                              std::to_string(factor_b) + ", must be finite and above 0");
  }
  int shift = to_fixed_point(larger, kAddBits).shift;
  if (shift > kMaxShift) shift = kMaxShift;
  return {static_cast<std::int32_t>(rne(std::ldexp(factor_a, shift))),
          static_cast<std::int32_t>(rne(std::ldexp(factor_b, shift))), shift};
}

}  // namespace npusim::arith
