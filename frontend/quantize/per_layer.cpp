// SPDX-License-Identifier: Apache-2.0
// One scale for all weights of a layer. Symmetric: s_w = T / max_code. Asymmetric, as rule 10 for
// activations: the codes span [lo, hi], zero included, and zero is the code z_w.
#include <algorithm>

#include "frontend/quantize/scheme.h"
#include "sim/arith/rounding.h"

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

class AsymmetricPerLayer final : public WeightScheme {
 public:
  std::string_view name() const override { return "per_layer"; }
  bool has_zero_point() const override { return true; }

  WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const override {
    double lo = 0;
    double hi = 0;
    for (std::int64_t i = 0; i < weights.channels * weights.per_channel; ++i) {
      lo = std::min(lo, static_cast<double>(weights.data[i]));
      hi = std::max(hi, static_cast<double>(weights.data[i]));
    }
    const std::int32_t min_code = -max_code - 1;
    const double scale = hi > lo ? (hi - lo) / (max_code - min_code) : 1.0;
    WeightScales result;
    result.scales = {scale};
    result.zero_point = arith::rne_clamped(min_code - lo / scale, min_code, max_code);
    return result;
  }

  bool coarsen(WeightScales&, std::int64_t) const override { return false; }
};

}  // namespace

std::unique_ptr<WeightScheme> make_per_layer() { return std::make_unique<PerLayer>(); }
std::unique_ptr<WeightScheme> make_asymmetric_per_layer() {
  return std::make_unique<AsymmetricPerLayer>();
}

}  // namespace npusim::quantize
