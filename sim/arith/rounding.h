// SPDX-License-Identifier: Apache-2.0
// The two roundings of the project: reals to codes round half to even, shifts of integers round
// half away from zero. Neither depends on the floating-point rounding mode or on libm.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "sim/base/errors.h"

namespace npusim::arith {

/// The integer nearest to x, ties to the even one (rules 4, 6, 8, 10: every float-to-integer step).
/// x: finite, |x| < 2^63; otherwise throws base::InternalError.
/// Exact: truncation and the difference of x and its truncation lose no bit.
inline std::int64_t rne(double x) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!(x > -kLimit && x < kLimit)) {
    throw base::InternalError("rne: got " + std::to_string(x) + ", must lie within +-2^63");
  }
  const auto whole = static_cast<std::int64_t>(x);
  const double rest = x - static_cast<double>(whole);  // has the sign of x
  const bool odd = (whole & 1) != 0;
  if (rest > 0.5 || (rest == 0.5 && odd)) return whole + 1;
  if (rest < -0.5 || (rest == -0.5 && odd)) return whole - 1;
  return whole;
}

/// clamp(rne(x), low, high) for any x but NaN (which throws base::InternalError), infinities too.
inline std::int32_t rne_clamped(double x, std::int32_t low, std::int32_t high) {
  if (x != x) throw base::InternalError("rne_clamped: got NaN, must be a number");
  if (x <= low) return low;
  if (x >= high) return high;
  return static_cast<std::int32_t>(rne(x));
}

/// value / 2^n rounded half away from zero: sign(v) * ((|v| + 2^(n-1)) >> n), rule 8.
/// n in [0, 63]; n = 0 returns the value. |value| may be anything: the sum is formed unsigned.
constexpr std::int64_t round_shift(std::int64_t value, int n) {
  if (n == 0) return value;
  const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
  const std::uint64_t magnitude = (static_cast<std::uint64_t>(value) ^ sign) - sign;
  const std::uint64_t shifted = (magnitude + (std::uint64_t{1} << (n - 1))) >> n;
  return static_cast<std::int64_t>((shifted ^ sign) - sign);
}

}  // namespace npusim::arith
