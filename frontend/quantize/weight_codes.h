// SPDX-License-Identifier: Apache-2.0
// The loops over the weights of one output channel. Internal to quantize_conv.
//
// Why they are fast: no branch and no call, so that the compiler puts neighbours into vector lanes.
// Every weight's own operations are those of the rules, in their order; the one sum of reals stays
// in the order of k. Their plain twins are in tests/unit/quantize/plain_conv.cpp.
#pragma once

#include <cstdint>

#include "frontend/graph/quantized_graph.h"

namespace npusim::quantize {

/// How a channel's codes stand for its weights: W[k] ~ scale * (codes[k] - zero_point) / power.
struct CodeScale {
  double scale = 1;  // above 0, finite; otherwise make_codes throws base::InternalError
  double power = 1;  // 2^s
  std::int32_t zero_point = 0;
};

/// Rule 4: codes[k] = zero_point + clamp(rne(weights[k] * power / scale), steps). Finite weights;
/// |steps| <= 255.
void make_codes(const float* weights, std::int64_t count, const CodeScale& scale,
                const graph::Clamps& steps, std::int8_t* codes);

/// The sums of codes[k] - zero_point over those above and those below 0. |zero_point| <= 128.
struct CodeSums {
  std::int64_t positive = 0;
  std::int64_t negative = 0;
  std::int64_t total() const { return positive + negative; }
  bool are_all_zero() const { return positive == 0 && negative == 0; }
};
CodeSums code_sums(const std::int8_t* codes, std::int64_t count, std::int32_t zero_point);

/// Rule 5: sum_k (weights[k] - scale * (codes[k] - zero_point) / power) * means[k], k ascending.
double bias_correction(const float* weights, const std::int8_t* codes, const double* means,
                       std::int64_t count, const CodeScale& scale);

/// The largest |weights[k]|, exact. Finite weights.
float largest_magnitude(const float* weights, std::int64_t count);

/// The first weight that is not finite; `count` where all are.
std::int64_t first_not_finite(const float* weights, std::int64_t count);

}  // namespace npusim::quantize
