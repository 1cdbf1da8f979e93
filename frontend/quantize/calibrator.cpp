// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/calibrator.h"

#include "frontend/quantize/choices.h"

namespace npusim::quantize {
namespace {

// All that was seen, ends included.
class MinMaxCalibrator final : public Calibrator {
 public:
  std::string_view name() const override { return "min_max"; }
  Range range(const TensorStatistics& statistics) const override {
    return {static_cast<double>(statistics.min), static_cast<double>(statistics.max)};
  }
};

}  // namespace

const std::vector<std::string>& calibrator_names() {
  static const std::vector<std::string> names = {"min_max"};
  return names;
}

std::string_view calibrator_summary(std::string_view name) {
  if (name == "min_max") return "from the least to the greatest value seen";
  throw unknown_choice("calibration.method", name, calibrator_names());
}

std::unique_ptr<Calibrator> make_calibrator(std::string_view name) {
  if (name == "min_max") return std::make_unique<MinMaxCalibrator>();
  throw unknown_choice("calibration.method", name, calibrator_names());
}

}  // namespace npusim::quantize
