// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/classify.h"

#include <cmath>
#include <string>
#include <type_traits>

#include "sim/arith/elementwise.h"
#include "sim/base/errors.h"

namespace npusim::execute {
namespace {

// Insertion into the five best; an equal value stays behind the one that came first.
template <class T>
Ranking rank_values(const T* outputs, std::int64_t count) {
  Ranking best;
  best.fill(-1);
  for (std::int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(outputs[i])) {
        throw base::InternalError("output " + std::to_string(i) + " of the network is NaN");
      }
    }
    std::size_t place = best.size();
    while (place > 0 && (best[place - 1] < 0 || outputs[i] > outputs[best[place - 1]])) --place;
    if (place == best.size()) continue;
    for (std::size_t later = best.size() - 1; later > place; --later) best[later] = best[later - 1];
    best[place] = static_cast<std::int32_t>(i);
  }
  return best;
}

// clamp(z + rne(values[i] / scale), low, high) without a branch, so that lanes can hold neighbours.
// Clamping comes first, which changes no result, because the limits are integers.
void quantize_by_float(const float* values, std::int64_t count, float scale,
                       std::int32_t zero_point, const graph::Clamps& range, std::int8_t* codes) {
  // Adding and taking away 1.5 * 2^23 leaves the nearest integer, ties to even, of any |x| < 2^22.
  constexpr float kRounder = 12582912.0F;
  const auto low = static_cast<float>(range.low - zero_point);
  const auto high = static_cast<float>(range.high - zero_point);
  std::uint32_t nans = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float steps = values[i] / scale;
    nans |= steps != steps ? 1U : 0U;
    const float raised = steps > low ? steps : low;
    const float clamped = raised < high ? raised : high;
    const auto rounded = static_cast<std::int32_t>((clamped + kRounder) - kRounder);
    codes[i] = static_cast<std::int8_t>(rounded + zero_point);
  }
  if (nans != 0) throw base::InternalError("quantize_input: got NaN, must be a number");
}

}  // namespace

void quantize_input(const float* values, std::int64_t count,
                    const graph::TensorQuantization& quantization, const graph::Clamps& range,
                    std::int8_t* codes) {
  const auto scale = static_cast<float>(quantization.scale);
  if (std::isnormal(scale)) {
    quantize_by_float(values, count, scale, quantization.zero_point, range, codes);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    codes[i] = arith::quantize(static_cast<double>(values[i]), quantization.scale,
                               quantization.zero_point, range.low, range.high);
  }
}

Ranking rank(const float* outputs, std::int64_t count) { return rank_values(outputs, count); }
Ranking rank(const std::int8_t* outputs, std::int64_t count) { return rank_values(outputs, count); }

}  // namespace npusim::execute
