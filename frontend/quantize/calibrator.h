// SPDX-License-Identifier: Apache-2.0
// How the range of a tensor follows from what was seen of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace npusim::quantize {

/// What was seen of one tensor over the calibration images. Further methods add what they need
/// (a histogram), filled only where Calibrator asks for it.
struct TensorStatistics {
  bool seen = false;
  float min = 0;
  float max = 0;
  std::vector<double> channel_sums;
};

/// A closed range of real values, low <= high.
struct Range {
  double low = 0;
  double high = 0;
};

/// Chooses the range that the 256 codes of a tensor are to represent.
///
/// Contract:
/// - range() is a pure function of the statistics: no state, no randomness, callable from any
///   thread, the same bits on every machine (`+ - * /` and sqrt only).
/// - Statistics with `seen` have finite min <= max; the result lies within them. Zero need not be
///   in the range: rule 10 adds it.
class Calibrator {
 public:
  virtual ~Calibrator() = default;
  virtual std::string_view name() const = 0;
  virtual Range range(const TensorStatistics& statistics) const = 0;
};

/// The methods that make_calibrator knows, default first: "min_max".
const std::vector<std::string>& calibrator_names();
/// One line that says which range a method takes; throws base::InputError as make_calibrator does.
std::string_view calibrator_summary(std::string_view name);

/// Throws base::InputError naming the choices for any other name.
std::unique_ptr<Calibrator> make_calibrator(std::string_view name);

}  // namespace npusim::quantize
