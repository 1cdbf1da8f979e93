// SPDX-License-Identifier: Apache-2.0
// How the range of a tensor follows from what was seen of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/quantize/histogram.h"

namespace npusim::quantize {

inline constexpr double kDefaultPercentile = 99.99;

/// What was seen of one tensor over the calibration images.
struct TensorStatistics {
  bool seen = false;
  float min = 0;
  float max = 0;
  std::vector<double> channel_sums;
  Histogram histogram;  // filled only where Calibrator::needs_histogram
};

/// A closed range of real values, low <= high.
struct Range {
  double low = 0;
  double high = 0;
};

/// Chooses the range that the 2^code_bits codes of a tensor are to represent, code_bits 4 to 8.
///
/// Contract:
/// - range() is a pure function of the statistics: no state, no randomness, callable from any
///   thread, the same bits on every machine (`+ - * /` and sqrt only).
/// - Statistics with `seen` have finite min <= max; the result lies within them. Zero need not be
///   in the range: rule 10 adds it.
/// - needs_histogram(): whether range() reads the histogram; min, max and it are then of the same
///   values.
class Calibrator {
 public:
  virtual ~Calibrator() = default;
  virtual std::string_view name() const = 0;
  virtual bool needs_histogram() const { return false; }
  virtual Range range(const TensorStatistics& statistics, std::int32_t code_bits) const = 0;
};

/// The methods that make_calibrator knows, default first: min_max, percentile, mse, kl.
const std::vector<std::string>& calibrator_names();
/// One line that says which range a method takes; throws base::InputError as make_calibrator does.
std::string_view calibrator_summary(std::string_view name);

/// `percentile` is read by method percentile only. Throws base::InputError naming the choices for
/// any other method, and for a percentile that is not above 50 and at most 100.
std::unique_ptr<Calibrator> make_calibrator(std::string_view method,
                                            double percentile = kDefaultPercentile);

// One constructor function per implementation file.
std::unique_ptr<Calibrator> make_percentile_calibrator(double percentile);
std::unique_ptr<Calibrator> make_mse_calibrator();
std::unique_ptr<Calibrator> make_kl_calibrator();

}  // namespace npusim::quantize
