// SPDX-License-Identifier: Apache-2.0
// The calibrator that leaves out the same share of values at either end.
#include <algorithm>

#include "frontend/quantize/calibrator.h"
#include "sim/arith/rounding.h"
#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

using Bins = std::vector<Histogram::Bin>;

std::int64_t total(const Bins& bins) {
  std::int64_t sum = 0;
  for (const Histogram::Bin& bin : bins) sum += bin.count;
  return sum;
}

// The distance from zero of the value behind `skipped` others, counted from the far end; the far
// edge of its bin. 0 where all values of this sign are skipped.
double limit_behind(const Bins& bins, std::int64_t skipped) {
  for (auto bin = bins.rbegin(); bin != bins.rend(); ++bin) {
    if (skipped < bin->count) return bin->high;
    skipped -= bin->count;
  }
  return 0;
}

class PercentileCalibrator final : public Calibrator {
 public:
  explicit PercentileCalibrator(double percentile) : percentile_(percentile) {}

  std::string_view name() const override { return "percentile"; }
  bool needs_histogram() const override { return true; }

  Range range(const TensorStatistics& statistics, std::int32_t) const override {
    const Bins below = statistics.histogram.negative();
    const Bins above = statistics.histogram.positive();
    const auto values = static_cast<double>(total(below) + total(above));
    const auto skipped = arith::rne(values * (100 - percentile_) / 100);
    const auto min = static_cast<double>(statistics.min);
    const auto max = static_cast<double>(statistics.max);
    return {std::clamp(-limit_behind(below, skipped), min, max),
            std::clamp(limit_behind(above, skipped), min, max)};
  }

 private:
  double percentile_;
};

}  // namespace

std::unique_ptr<Calibrator> make_percentile_calibrator(double percentile) {
  if (!(percentile > 50 && percentile <= 100)) {
    throw base::InputError(base::refusal("", "calibration.percentile", std::to_string(percentile),
                                         "above 50 and at most 100"));
  }
  return std::make_unique<PercentileCalibrator>(percentile);
}

}  // namespace npusim::quantize
