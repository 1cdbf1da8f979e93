// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/paired_difference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/base/errors.h"

namespace npusim::study {

double PairedDifference::difference() const {
  if (images == 0) return 0;
  return static_cast<double>(gained - lost) / static_cast<double>(images);
}

double PairedDifference::standard_error() const {
  if (images == 0) return 0;
  const auto n = static_cast<double>(images);
  const double d = difference();
  const double variance = static_cast<double>(gained + lost) / n - d * d;
  return std::sqrt(std::max(0.0, variance) / n);
}

bool PairedDifference::is_significant() const {
  return std::abs(difference()) > 2 * standard_error();
}

PairedDifference paired_difference(const std::vector<execute::Ranking>& first,
                                   const std::vector<execute::Ranking>& second,
                                   const std::vector<std::int32_t>& labels) {
  if (first.size() != labels.size() || second.size() != labels.size())
    throw base::InternalError("paired_difference: the rankings are of other images");
  PairedDifference result;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool first_right = first[i][0] == labels[i];
    const bool second_right = second[i][0] == labels[i];
    ++result.images;
    result.gained += second_right && !first_right ? 1 : 0;
    result.lost += first_right && !second_right ? 1 : 0;
  }
  return result;
}

}  // namespace npusim::study
