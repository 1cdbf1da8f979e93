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

}  // namespace

void quantize_input(const float* values, std::int64_t count,
                    const graph::TensorQuantization& quantization, const graph::Clamps& range,
                    std::int8_t* codes) {
  const auto scale = static_cast<float>(quantization.scale);
  const bool is_float = std::isnormal(scale);
  for (std::int64_t i = 0; i < count; ++i) {
    const double steps = is_float ? static_cast<double>(values[i] / scale)
                                  : static_cast<double>(values[i]) / quantization.scale;
    codes[i] = arith::quantize(steps, 1.0, quantization.zero_point, range.low, range.high);
  }
}

Ranking rank(const float* outputs, std::int64_t count) { return rank_values(outputs, count); }
Ranking rank(const std::int8_t* outputs, std::int64_t count) { return rank_values(outputs, count); }

}  // namespace npusim::execute
