// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/decibels.h"

#include <cmath>

#include "frontend/graph/lookup_function.h"

namespace npusim::study {
namespace {

constexpr double kBestRatio = 0x1p48;

// ln x of x > 0: frexp is exact, the rest + - * /, because libm's log differs between machines.
double natural_log(double x) {
  constexpr double kLog2 = 0x1.62e42fefa39efp-1;
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);  // in [1/2, 1)
  return graph::log_one_plus(2 * mantissa - 1) + (exponent - 1) * kLog2;
}

}  // namespace

double decibels(double signal, double noise) {
  constexpr double kPerNeper = 0x1.15f2ced384f28p+2;  // 10 / ln 10
  if (noise * kBestRatio <= signal) return kMostDecibels;
  return kPerNeper * natural_log(signal / noise);
}

double octaves(double ratio) {
  constexpr double kPerNeper = 0x1.71547652b82fep+0;  // 1 / ln 2
  return kPerNeper * natural_log(ratio);
}

}  // namespace npusim::study
