// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/functions.h"

#include <algorithm>
#include <cmath>

#include "sim/arith/rounding.h"

namespace npusim::arith {

// e^x = 2^n * e^r, n = rne(x / ln 2), r = x - n * ln 2 in [-0.35, 0.35]: ln 2 in two parts, the
// first with so few bits that n times it is exact. e^r by its series, innermost term first; the
// first term left out, r^14 / 14!, is below 5e-18.
double exponential(double x) {
  if (x != x) return x;
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  constexpr double kLn2High = 0x1.62e42fep-1;
  constexpr double kLn2Low = 0x1.f473de6af278fp-30;
  const double bounded = std::min(std::max(x, -700.0), 700.0);
  const std::int64_t n = rne(bounded / kLn2);
  const double r = (bounded - static_cast<double>(n) * kLn2High) - static_cast<double>(n) * kLn2Low;
  double series = 1;
  for (int term = 13; term >= 1; --term) series = 1 + series * r / term;
  return std::ldexp(series, static_cast<int>(n));
}

double sigmoid(double x) { return 1 / (1 + exponential(-x)); }

double silu(double x) { return x * sigmoid(x); }

double hard_sigmoid(double x, double alpha, double beta) {
  return std::min(1.0, std::max(0.0, alpha * x + beta));
}

double hard_swish(double x) { return x * std::min(1.0, std::max(0.0, x / 6 + 0.5)); }

}  // namespace npusim::arith
