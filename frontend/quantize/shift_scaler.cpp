// SPDX-License-Identifier: Apache-2.0
// One scale per layer and a binary shift of a few bits per output channel (rule 3): a channel of
// small weights is shifted up until its largest weight would pass the layer's largest.
// Under `octave` the layer's limit may lie up to one octave above its largest weight.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "frontend/quantize/octave.h"
#include "frontend/quantize/scheme.h"
#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

class ShiftScaler final : public WeightScheme {
 public:
  ShiftScaler(std::int32_t field_bits, ShiftRule rule) : field_bits_(field_bits), rule_(rule) {}

  std::string_view name() const override { return "shift_scaler"; }
  std::int32_t field_bits() const override { return field_bits_; }

  WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const override {
    const std::vector<double> maxima = channel_maxima(weights);
    double limit = *std::max_element(maxima.begin(), maxima.end());
    if (rule_ == ShiftRule::octave && limit > 0) {
      limit *= kOctaveFactors[best_octave_step(weights, maxima, limit, max_code)];
    }
    WeightScales result;
    result.scales = {limit > 0 ? limit / max_code : 1.0};
    if (field_bits_ == 0) return result;
    result.channel_shifts.reserve(maxima.size());
    for (const double maximum : maxima) {
      const int shift = floor_shift(maximum, limit);
      // Only its bias is left of a dead channel: a shift would do nothing but widen the
      // accumulator.
      const bool dead = is_dead(maximum, shift, result.scales[0]);
      result.channel_shifts.push_back(static_cast<std::uint8_t>(dead ? 0 : shift));
    }
    return result;
  }

  bool coarsen(WeightScales& scales, std::int64_t channel) const override {
    if (scales.shift(channel) == 0) return false;
    --scales.channel_shifts[static_cast<std::size_t>(channel)];
    return true;
  }

 private:
  // The largest s in [0, S_MAX] with maximum * 2^s <= limit, by exact comparison. Rounding it to
  // nearest or up would clip the channel's largest weights.
  int floor_shift(double maximum, double limit) const {
    const int most = (1 << field_bits_) - 1;
    int shift = 0;
    if (maximum > 0) {
      while (shift < most && std::ldexp(maximum, shift + 1) <= limit) ++shift;
    }
    return shift;
  }

  // Codes grow with the weights: a largest code of 0 means that all are.
  static bool is_dead(double maximum, int shift, double scale) {
    return arith::rne(std::ldexp(maximum, shift) / scale) == 0;
  }

  // The j with the least mean error over the channels that are alive at j = 0.
  std::size_t best_octave_step(const WeightMatrix& weights, const std::vector<double>& maxima,
                               double largest, std::int32_t max_code) const {
    std::vector<std::optional<OctaveErrors>> errors(maxima.size());  // of those that are alive
    for_each_channel(weights, [&](std::int64_t c) {
      const double maximum = maxima[static_cast<std::size_t>(c)];
      if (is_dead(maximum, floor_shift(maximum, largest), largest / max_code)) return;
      OctaveUnits units{};
      for (std::size_t j = 0; j < kOctaveSteps; ++j) {
        const double limit = largest * kOctaveFactors[j];
        units[j] = std::ldexp(limit / max_code, -floor_shift(maximum, limit));
      }
      errors[static_cast<std::size_t>(c)] =
          octave_errors(weights.row(c), weights.per_channel, units);
    });
    OctaveErrors sums{};
    double live = 0;
    for (const std::optional<OctaveErrors>& channel : errors) {
      if (!channel) continue;
      live += 1;
      for (std::size_t j = 0; j < kOctaveSteps; ++j) sums[j] += (*channel)[j];
    }
    std::size_t best = 0;
    for (std::size_t j = 1; j < kOctaveSteps; ++j) {
      if (sums[j] / live < sums[best] / live) best = j;
    }
    return best;
  }

  std::int32_t field_bits_;
  ShiftRule rule_;
};

}  // namespace

std::unique_ptr<WeightScheme> make_shift_scaler(std::int32_t field_bits, ShiftRule rule) {
  base::ErrorList errors;
  if (field_bits < 0 || field_bits > kMaxFieldBits) {
    errors.add("", "quantization.field_bits", std::to_string(field_bits),
               "0 to " + std::to_string(kMaxFieldBits));
  }
  errors.throw_if_any();
  return std::make_unique<ShiftScaler>(field_bits, rule);
}

}  // namespace npusim::quantize
