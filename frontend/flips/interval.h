// SPDX-License-Identifier: Apache-2.0
// 95 % confidence intervals of means.
#pragma once

#include <optional>
#include <vector>

namespace npusim::flips {

/// Of independent values of any spread: mean +- t * standard error, t the 97.5 % quantile of
/// Student's distribution (exact for normal values). None below two values.
struct Interval {
  double mean = 0;
  std::optional<double> low, high;
};

/// s / sqrt(n), with t of n - 1 degrees of freedom.
Interval interval_of(const std::vector<double>& values);

/// A part of a population: its share of it, the shares adding up to 1, and values from it.
struct Stratum {
  double share = 0;
  std::vector<double> values;
};

/// Of the population: mean = sum of share * mean, variance = sum of share^2 * s^2 / n, with t of
/// the sum of n - 1 degrees of freedom. None where a stratum has fewer than two values.
Interval interval_of(const std::vector<Stratum>& strata);

}  // namespace npusim::flips
