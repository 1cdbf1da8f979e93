// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/weight_codes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

// Adding and taking away 1.5 * 2^52 leaves the nearest integer, ties to even, of any |x| < 2^51.
constexpr double kRounder = 6755399441055744.0;

// Sums of this many codes less a zero point fit 32 bits, which lanes are twice as many of.
constexpr std::int64_t kChunk = std::int64_t{1} << 20;

// The largest magnitude as the bits of a float, which order as the magnitudes do; infinities and
// NaNs come above all numbers.
std::uint32_t largest_bits(const float* weights, std::int64_t count) {
  std::uint32_t largest = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, weights + k, sizeof bits);
    largest = std::max(largest, bits & 0x7fffffffU);
  }
  return largest;
}

}  // namespace

void make_codes(const float* weights, std::int64_t count, const CodeScale& scale,
                const graph::Clamps& steps, std::int8_t* codes) {
  if (!(scale.scale > 0 && scale.scale <= std::numeric_limits<double>::max())) {
    throw base::InternalError("scale of weights: got " + std::to_string(scale.scale) +
                              ", must be above 0 and finite");
  }
  const auto low = static_cast<double>(steps.low);
  const auto high = static_cast<double>(steps.high);
  for (std::int64_t k = 0; k < count; ++k) {
    const double exact = static_cast<double>(weights[k]) * scale.power / scale.scale;
    // Clamped first, which changes no result, because the limits are integers.
    const double raised = exact > low ? exact : low;
    const double clamped = raised < high ? raised : high;
    const double rounded = (clamped + kRounder) - kRounder;
    codes[k] = static_cast<std::int8_t>(static_cast<std::int32_t>(rounded) + scale.zero_point);
  }
}

CodeSums code_sums(const std::int8_t* codes, std::int64_t count, std::int32_t zero_point) {
  CodeSums sums;
  for (std::int64_t first = 0; first < count; first += kChunk) {
    const std::int64_t end = std::min(count, first + kChunk);
    std::int32_t positive = 0;
    std::int32_t negative = 0;
    for (std::int64_t k = first; k < end; ++k) {
      const std::int32_t step = codes[k] - zero_point;
      positive += step > 0 ? step : 0;
      negative += step < 0 ? step : 0;
    }
    sums.positive += positive;
    sums.negative += negative;
  }
  return sums;
}

double bias_correction(const float* weights, const std::int8_t* codes, const double* means,
                       std::int64_t count, const CodeScale& scale) {
  const double inverse_power = 1 / scale.power;  // exact, both are powers of two
  double sum = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const double restored =
        scale.scale * static_cast<double>(codes[k] - scale.zero_point) * inverse_power;
    sum += (static_cast<double>(weights[k]) - restored) * means[k];
  }
  return sum;
}

float largest_magnitude(const float* weights, std::int64_t count) {
  const std::uint32_t bits = largest_bits(weights, count);
  float largest = 0;
  std::memcpy(&largest, &bits, sizeof largest);
  return largest;
}

std::int64_t first_not_finite(const float* weights, std::int64_t count) {
  constexpr std::uint32_t kInfinity = 0x7f800000;
  if (largest_bits(weights, count) < kInfinity) return count;
  return std::find_if(weights, weights + count, [](float x) { return !std::isfinite(x); }) -
         weights;
}

}  // namespace npusim::quantize
