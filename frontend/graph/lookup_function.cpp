// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/lookup_function.h"

#include <algorithm>
#include <cmath>

#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

double sigmoid(double x) {
  const double e = exp_nonpositive(x < 0 ? x : -x);
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

double tanh(double x) {
  const double e = exp_nonpositive(x < 0 ? 2 * x : -2 * x);
  const double magnitude = (1 - e) / (1 + e);
  return x < 0 ? -magnitude : magnitude;
}

double softplus(double x) {
  return log_one_plus(exp_nonpositive(x < 0 ? x : -x)) + std::max(x, 0.0);
}

// tanh(ln(1 + t)) = ((1 + t)^2 - 1) / ((1 + t)^2 + 1) with t = e^x; for x > 0 both divided by t^2.
double mish(double x) {
  const double e = exp_nonpositive(x < 0 ? x : -x);
  const double numerator = x < 0 ? e * (e + 2) : 1 + 2 * e;
  return x * (numerator / (numerator + (x < 0 ? 2 : 2 * e * e)));
}

}  // namespace

// ln(1 + z) = 2 * artanh(s) with s = z / (2 + z) <= 1/3: the term s^35 / 35 is below 2^-60.
double log_one_plus(double z) {
  const double s = z / (2 + z);
  double sum = 0;
  for (int k = 33; k >= 1; k -= 2) sum = sum * (s * s) + 1 / static_cast<double>(k);
  return 2 * s * sum;
}

double exp_nonpositive(double x) {
  if (x < -700) return 0;
  // e^x = 2^n * e^r with |r| <= ln(2) / 2. ln(2) in two parts: n times the first, which ends in
  // zero bits, is exact.
  constexpr double kLn2High = 0x1.62e42feep-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  const int n = static_cast<int>(x / (kLn2High + kLn2Low) - 0.5);  // x <= 0: to nearest
  const double r = (x - static_cast<double>(n) * kLn2High) - static_cast<double>(n) * kLn2Low;
  // Taylor's series by Horner's rule; the term r^14 / 14! is below 2^-57.
  double sum = 1;
  for (int k = 13; k >= 1; --k) sum = 1 + r / static_cast<double>(k) * sum;
  return std::ldexp(sum, n);
}

double evaluate(const Lookup& lookup, double x) {
  const auto unit = [](double v) { return std::clamp(v, 0.0, 1.0); };
  switch (lookup.function) {
    case Function::hard_sigmoid:
      return unit(lookup.alpha * x + lookup.beta);
    case Function::hard_swish:
      return x * unit(x / 6 + 0.5);
    case Function::sigmoid:
      return sigmoid(x);
    case Function::silu:
      return x * sigmoid(x);
    case Function::leaky_relu:
      return x < 0 ? lookup.alpha * x : x;
    case Function::elu:
      return x < 0 ? lookup.alpha * (exp_nonpositive(x) - 1) : lookup.beta * x;
    case Function::tanh:
      return tanh(x);
    case Function::softplus:
      return softplus(x);
    case Function::mish:
      return mish(x);
    case Function::identity:
      return x;
  }
  throw base::InternalError("lookup: unknown function");
}

}  // namespace npusim::graph
