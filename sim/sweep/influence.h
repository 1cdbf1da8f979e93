// SPDX-License-Identifier: Apache-2.0
// How much one axis alone decides about a result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace npusim::sweep {

/// The results at one value of an axis; all 0 where there are none.
struct ValueSummary {
  std::int64_t points = 0;
  double least = 0, median = 0, mean = 0, greatest = 0;
};

struct AxisInfluence {
  /// The share of the variance that lies between the axis' values,
  ///     sum over values v: n_v (mean_v - mean)^2  /  sum over points i: (y_i - mean)^2,
  /// from 0 to 1: the correlation ratio (eta squared), which on a full grid is the first-order
  /// Sobol index. On a full grid the shares of all axes add up to at most 1; the rest is what axes
  /// do together. Empty where all results are the same.
  std::optional<double> share;
  std::vector<ValueSummary> values;  // as many as the axis has
};

/// value_of_row: the index of the axis' value, below `values`; results: NaN counts nowhere.
AxisInfluence influence(std::size_t values, const std::vector<std::size_t>& value_of_row,
                        const std::vector<double>& results);

}  // namespace npusim::sweep
