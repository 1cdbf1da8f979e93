// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/calibrator.h"

#include "frontend/quantize/choices.h"

namespace npusim::quantize {
namespace {

// All that was seen, ends included.
class MinMaxCalibrator final : public Calibrator {
 public:
  std::string_view name() const override { return "min_max"; }
  Range range(const TensorStatistics& statistics, std::int32_t) const override {
    return {static_cast<double>(statistics.min), static_cast<double>(statistics.max)};
  }
};

}  // namespace

const std::vector<std::string>& calibrator_names() {
  static const std::vector<std::string> names = {"min_max", "percentile", "mse", "kl"};
  return names;
}

std::string_view calibrator_summary(std::string_view name) {
  if (name == "min_max") return "from the least to the greatest value seen";
  if (name == "percentile") return "without the outermost values of either side";
  if (name == "mse") return "of the least squared error of the codes";
  if (name == "kl") return "of the least divergence of the codes' distribution from the values'";
  throw unknown_choice("calibration.method", name, calibrator_names());
}

std::unique_ptr<Calibrator> make_calibrator(std::string_view method, double percentile) {
  if (method == "min_max") return std::make_unique<MinMaxCalibrator>();
  if (method == "percentile") return make_percentile_calibrator(percentile);
  if (method == "mse") return make_mse_calibrator();
  if (method == "kl") return make_kl_calibrator();
  throw unknown_choice("calibration.method", method, calibrator_names());
}

}  // namespace npusim::quantize
