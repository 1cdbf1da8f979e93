// SPDX-License-Identifier: Apache-2.0
// One scale per layer and a binary shift of a few bits per output channel (rule 3): a channel of
// small weights is shifted up until its largest weight would pass the layer's largest.
#include <algorithm>
#include <cmath>

#include "frontend/quantize/scheme.h"
#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

class ShiftScaler final : public WeightScheme {
 public:
  explicit ShiftScaler(std::int32_t field_bits) : field_bits_(field_bits) {}

  std::string_view name() const override { return "shift_scaler"; }
  std::int32_t field_bits() const override { return field_bits_; }

  WeightScales choose(const WeightMatrix& weights, std::int32_t max_code) const override {
    const std::vector<double> maxima = channel_maxima(weights);
    const double largest = *std::max_element(maxima.begin(), maxima.end());
    WeightScales result;
    result.scales = {largest > 0 ? largest / max_code : 1.0};
    if (field_bits_ == 0) return result;
    result.channel_shifts.reserve(maxima.size());
    for (const double maximum : maxima) {
      const int shift = floor_shift(maximum, largest);
      // Codes grow with the weights, so a largest code of 0 means a dead channel: only its bias
      // is left, and a shift would do nothing but widen the accumulator.
      const bool dead = arith::rne(std::ldexp(maximum, shift) / result.scales[0]) == 0;
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

  std::int32_t field_bits_;
};

}  // namespace

std::unique_ptr<WeightScheme> make_shift_scaler(std::int32_t field_bits, ShiftRule rule) {
  base::ErrorList errors;
  if (field_bits < 0 || field_bits > kMaxFieldBits) {
    errors.add("", "quantization.field_bits", std::to_string(field_bits),
               "0 to " + std::to_string(kMaxFieldBits));
  }
  if (rule != ShiftRule::floor) {
    errors.add("", "quantization.rule", shift_rule_name(rule),
               shift_rule_name(ShiftRule::floor) + " (the only rule that is implemented)");
  }
  errors.throw_if_any();
  return std::make_unique<ShiftScaler>(field_bits);
}

}  // namespace npusim::quantize
