// SPDX-License-Identifier: Apache-2.0
// Whether two networks differ in accuracy, from their answers to the same images.
//
// Of n images let n01 be those that only the second network gets right and n10 those that only the
// first does; all others say nothing about the difference.
//
//   difference     = (n01 - n10) / n
//   standard error = sqrt( (n01 + n10) / n - difference^2 ) / sqrt(n)
//
// This is the standard deviation of the mean of the per-image differences -1, 0, 1 (the statistic
// of McNemar's test without its null hypothesis). Far smaller than that of two independent
// samples, because the images that are hard for one network are hard for the other.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/execute/classify.h"

namespace npusim::study {

struct PairedDifference {
  std::int64_t images = 0;
  std::int64_t gained = 0;  // n01: right in the second only
  std::int64_t lost = 0;    // n10: right in the first only

  /// Second minus first, a fraction in [-1, 1]; 0 without images.
  double difference() const;
  /// Of difference(); 0 where no image tells the networks apart, which proves nothing, and where
  /// all do so alike.
  double standard_error() const;
  /// Whether the difference lies beyond two standard errors: about one in twenty does by chance.
  bool is_significant() const;
};

/// Top-1 of two networks over the same images. As many rankings as labels in both (else
/// base::InternalError).
PairedDifference paired_difference(const std::vector<execute::Ranking>& first,
                                   const std::vector<execute::Ranking>& second,
                                   const std::vector<std::int32_t>& labels);

}  // namespace npusim::study
