// SPDX-License-Identifier: Apache-2.0
// One scale per output channel, for comparison (rule 8): s_w,c = max(m_c, T * 2^-23) / max_code.
// The floor keeps the multipliers of dead channels within reach of the layer's.
#include <algorithm>
#include <cmath>

#include "frontend/quantize/scheme.h"

namespace npusim::quantize {
namespace {

constexpr int kFloorBits = 23;

class PerChannel final : public WeightScheme {
 public:
  std::string_view name() const override { return "per_channel"; }
  bool has_channel_scales() const override { return true; }

  WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const override {
    const std::vector<double> maxima = channel_maxima(weights);
    const double least = std::ldexp(*std::max_element(maxima.begin(), maxima.end()), -kFloorBits);
    WeightScales result;
    result.scales.reserve(maxima.size());
    for (const double maximum : maxima) {
      const double covered = std::max(maximum, least);
      result.scales.push_back(covered > 0 ? covered / max_code : 1.0);
    }
    return result;
  }

  bool coarsen(WeightScales& scales, std::int64_t channel) const override {
    scales.scales[static_cast<std::size_t>(channel)] *= 2;
    return true;
  }
};

}  // namespace

std::unique_ptr<WeightScheme> make_per_channel() { return std::make_unique<PerChannel>(); }

}  // namespace npusim::quantize
