// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/activation.h"

#include <algorithm>

#include "sim/arith/rounding.h"

namespace npusim::quantize {

graph::TensorQuantization activation_quantization(double low, double high, std::int32_t bits) {
  const graph::Clamps codes = code_range(bits);
  const double lo = std::min(0.0, low);
  const double hi = std::max(0.0, high);
  const double scale = hi > lo ? (hi - lo) / (codes.high - codes.low) : 1.0;
  return {scale, arith::rne_clamped(codes.low - lo / scale, codes.low, codes.high)};
}

graph::Clamps activation_clamps(const graph::Activation& activation,
                                const graph::TensorQuantization& quantization, std::int32_t bits) {
  const graph::Clamps codes = code_range(bits);
  const std::int32_t z = quantization.zero_point;
  const auto code = [&](double limit) {
    return z + arith::rne_clamped(limit / quantization.scale, codes.low - z, codes.high - z);
  };
  return {code(activation.low), code(activation.high)};
}

graph::Clamps restrict_clamps(const graph::Clamps& codes, const graph::Clamps& limits) {
  return {std::clamp(codes.low, limits.low, limits.high),
          std::clamp(codes.high, limits.low, limits.high)};
}

}  // namespace npusim::quantize
