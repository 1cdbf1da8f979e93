// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/real_math.h"

namespace npusim::train {

double exponential(double x) {
  // e^x = (e^(x / 1024))^1024: the series converges at once, ten squarings bring it back.
  const double y = x / 1024.0;
  double term = 1.0;
  double sum = 1.0;
  for (int i = 1; i <= 12; ++i) {
    term = term * y / i;
    sum += term;
  }
  for (int i = 0; i < 10; ++i) sum *= sum;
  return sum;
}

double cosine_of_pi(double t) {
  constexpr double kPi = 3.141592653589793;
  // cos(pi t) = -sin(pi (t - 1/2)), whose series is short on [-pi/2, pi/2].
  const double x = kPi * (t - 0.5);
  double term = x;
  double sum = x;
  for (int i = 1; i <= 12; ++i) {
    term = -term * x * x / ((2.0 * i) * (2.0 * i + 1.0));
    sum += term;
  }
  return -sum;
}

double draw_normal(data::SplitMix64& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) {
    const double uniform = static_cast<double>(random.next() >> 11U) / 9007199254740992.0;
    sum += uniform;
  }
  return sum;
}

}  // namespace npusim::train
