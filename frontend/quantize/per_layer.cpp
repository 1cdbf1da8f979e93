// SPDX-License-Identifier: Apache-2.0
// One symmetric scale for all weights of a layer: s_w = T / max_code.
#include <algorithm>

#include "frontend/quantize/scheme.h"

namespace npusim::quantize {
namespace {

class PerLayer final : public WeightScheme {
 public:
  std::string_view name() const override { return "per_layer"; }

  WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const override {
    const std::vector<double> maxima = channel_maxima(weights);
    const double largest = *std::max_element(maxima.begin(), maxima.end());
    WeightScales result;
    result.scales = {largest > 0 ? largest / max_code : 1.0};
    return result;
  }

  bool coarsen(WeightScales&, std::int64_t) const override { return false; }
};

}  // namespace

std::unique_ptr<WeightScheme> make_per_layer() { return std::make_unique<PerLayer>(); }

}  // namespace npusim::quantize
