// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/lookup_function.h"

#include <algorithm>
#include <cmath>

#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

double sigmoid(double x) {
  const double e = exp_nonpositive(x < 0 ? x : -x);
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

}  // namespace

double exp_nonpositive(double x) {
  if (x < -700) return 0;
  // e^x = 2^n * e^r with |r| <= ln(2) / 2. ln(2) in two parts: n times the first, which ends in
  // zero bits, is exact.
  constexpr double kLn2High = 0x1.62e42feep-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  const auto n = static_cast<double>(arith::rne(x / (kLn2High + kLn2Low)));
  const double r = (x - n * kLn2High) - n * kLn2Low;
  // Taylor's series by Horner's rule; the term r^14 / 14! is below 2^-57.
  double sum = 1;
  for (int k = 13; k >= 1; --k) sum = 1 + r / static_cast<double>(k) * sum;
  return std::ldexp(sum, static_cast<int>(n));
}

double evaluate(const graph::Lookup& lookup, double x) {
  const auto unit = [](double v) { return std::clamp(v, 0.0, 1.0); };
  switch (lookup.function) {
    case graph::Function::hard_sigmoid:
      return unit(lookup.alpha * x + lookup.beta);
    case graph::Function::hard_swish:
      return x * unit(x / 6 + 0.5);
    case graph::Function::sigmoid:
      return sigmoid(x);
    case graph::Function::silu:
      return x * sigmoid(x);
  }
  throw base::InternalError("lookup: unknown function");
}

}  // namespace npusim::quantize
