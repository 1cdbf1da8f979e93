// SPDX-License-Identifier: Apache-2.0
// The range of least cost, for calibrators that have a cost and no formula.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "frontend/quantize/calibrator.h"

namespace npusim::quantize {

/// How many of a sign's bins, from zero outwards, a range holds: bins [0, inside).
struct RangeBins {
  std::size_t negative = 0;
  std::size_t positive = 0;
};

/// The bins of one sign and where a range may end on that side.
struct SearchSide {
  std::vector<Histogram::Bin> bins;
  double end = 0;             // |x| of the outermost value; where there is none: of the range
  std::size_t innermost = 1;  // least number of bins that a range must hold, 1 .. bins.size()

  /// Where a range that holds the bins [0, inside) ends: behind the last of them, or at `end`.
  double limit(std::size_t inside) const {
    return inside < bins.size() ? bins[inside - 1].high : end;
  }
};

/// The cost of representing the tensor by codes for [low, high], which holds `bins`.
using RangeCost = std::function<double(const Range& range, const RangeBins& bins)>;

/// Both sides of a tensor's statistics; a range must hold all but `most_left_out` of the values of
/// a side.
SearchSide negative_side(const TensorStatistics& statistics, double most_left_out);
SearchSide positive_side(const TensorStatistics& statistics, double most_left_out);

/// Starts at the whole range, then moves the upper and the lower end in turns, each to where the
/// cost is least while the other stands, until neither moves. An end is looked for in steps of an
/// eighth of an octave over all octaves, then in finer ones around the best, at last of one bin.
/// Of equal costs the wider range wins. Deterministic where the cost is.
Range least_cost_range(const SearchSide& negative, const SearchSide& positive,
                       const RangeCost& cost);

}  // namespace npusim::quantize
