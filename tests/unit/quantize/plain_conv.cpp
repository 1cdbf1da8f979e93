// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/quantize/plain_conv.h"

#include <algorithm>
#include <cmath>

namespace npusim::quantize::test {
namespace {

// nearbyint in the default rounding mode is half to even.
double half_even(double x) { return std::nearbyint(x); }

bool fits(std::int64_t value, int bits) {
  return value >= -(std::int64_t{1} << (bits - 1)) && value < std::int64_t{1} << (bits - 1);
}

struct Channel {
  std::vector<int> codes;
  std::int64_t bias = 0;
  int bits = 1;  // that hold every prefix for every input
};

Channel quantize_at(const PlainProblem& p, std::size_t c, double s_w, int s_c, int z_w) {
  const int top = (1 << (p.weight_bits - 1)) - 1;
  const int bottom = p.symmetric ? -top : -top - 1;
  const std::vector<float>& w = p.weights[c];
  Channel channel;
  double b = p.bias[c];
  double correction = 0;
  std::int64_t code_sum = 0;
  const std::size_t group = c / (p.weights.size() / static_cast<std::size_t>(p.groups));
  for (std::size_t k = 0; k < w.size(); ++k) {
    const double exact = half_even(double{w[k]} * std::pow(2.0, s_c) / s_w);
    const int q = static_cast<int>(std::max<double>(bottom, std::min<double>(top, z_w + exact)));
    channel.codes.push_back(q);
    code_sum += q;
    correction += (double{w[k]} - s_w * (q - z_w) / std::pow(2.0, s_c)) * p.input_means[group][k];
  }
  if (p.bias_correction) b += correction;
  const auto scaled = static_cast<std::int64_t>(half_even(b * std::pow(2.0, s_c) / (p.s_x * s_w)));
  const auto count = static_cast<std::int64_t>(w.size());
  channel.bias = scaled - p.z_x * (code_sum - z_w * count);

  std::vector<int> extremes = {p.x_low, p.x_high};
  if (p.padded) extremes.push_back(p.z_x);
  // The sum over q - z_w, and that over q, whose bias knows nothing of z_w.
  for (const int zero : {z_w, 0}) {
    std::int64_t least = scaled - p.z_x * (code_sum - zero * count), greatest = least;
    const auto widen = [&] {
      while (!fits(least, channel.bits) || !fits(greatest, channel.bits)) ++channel.bits;
    };
    widen();
    for (const int q : channel.codes) {
      std::vector<int> products;
      products.reserve(extremes.size());
      for (const int x : extremes) products.push_back((q - zero) * x);
      least += *std::min_element(products.begin(), products.end());
      greatest += *std::max_element(products.begin(), products.end());
      widen();
    }
  }
  return channel;
}

// M = multiplier * 2^-shift by search.
void fixed_point(double m, int bits, std::int64_t& multiplier, std::int64_t& shift) {
  shift = 0;
  const double top = std::pow(2.0, bits);
  while (m * std::pow(2.0, static_cast<double>(shift)) >= top) --shift;
  while (m * std::pow(2.0, static_cast<double>(shift)) < top / 2) ++shift;
  multiplier = static_cast<std::int64_t>(half_even(m * std::pow(2.0, static_cast<double>(shift))));
  if (multiplier == std::int64_t{1} << bits) {
    multiplier /= 2;
    --shift;
  }
}

}  // namespace

PlainSolution solve_plainly(const PlainProblem& p) {
  const int top = (1 << (p.weight_bits - 1)) - 1;
  PlainSolution solution;
  std::vector<double> m;
  for (const auto& row : p.weights) {
    double largest = 0;
    for (const float w : row) largest = std::max(largest, std::fabs(double{w}));
    m.push_back(largest);
  }
  const double t = *std::max_element(m.begin(), m.end());
  double lo = 0, hi = 0;
  for (const auto& row : p.weights) {
    for (const float w : row) lo = std::min(lo, double{w}), hi = std::max(hi, double{w});
  }
  const double steps = std::pow(2.0, p.weight_bits) - 1;
  const double span = hi > lo ? (hi - lo) / steps : 1;
  int& z_w = solution.zero_point;
  if (!p.symmetric) {
    z_w = static_cast<int>(half_even(-top - 1 - lo / span));
    z_w = std::max(-top - 1, std::min(top, z_w));
  }
  for (std::size_t c = 0; c < m.size(); ++c) {
    double s_w = t == 0 ? 1 : t / top;
    if (!p.symmetric) s_w = span;
    if (p.scheme == "per_channel" && t != 0) s_w = std::max(m[c], t * std::pow(2.0, -23)) / top;
    int s_c = 0;
    if (p.scheme == "shift_scaler" && m[c] > 0) {
      for (int s = 0; s <= (1 << p.field_bits) - 1; ++s) {
        if (m[c] * std::pow(2.0, s) <= t) s_c = s;
      }
      const std::vector<int> codes = quantize_at(p, c, s_w, s_c, 0).codes;
      if (std::all_of(codes.begin(), codes.end(), [](int q) { return q == 0; })) s_c = 0;
    }
    for (;;) {
      std::int64_t multiplier = 0, shift = 0;
      fixed_point(p.s_x * s_w / p.s_y, p.multiplier_bits, multiplier, shift);
      const Channel channel = quantize_at(p, c, s_w, s_c, z_w);
      if (shift >= 1 && shift + s_c <= 62 && channel.bits <= p.accumulator_bits) {
        solution.codes.push_back(channel.codes);
        solution.bias.push_back(channel.bias);
        solution.channel_shifts.push_back(s_c);
        solution.scales.push_back(s_w);
        solution.multipliers.push_back(multiplier);
        solution.shifts.push_back(shift);
        solution.safe_accumulator_bits = std::max(solution.safe_accumulator_bits, channel.bits);
        break;
      }
      if (p.scheme == "per_channel" && shift >= 1) {
        s_w *= 2;
      } else if (p.scheme == "shift_scaler" && s_c > 0) {
        --s_c;
      } else {
        solution.refused = true;
        return solution;
      }
    }
  }
  return solution;
}

}  // namespace npusim::quantize::test
