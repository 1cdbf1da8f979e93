// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/interval.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace npusim::flips {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

Interval interval_of(const std::vector<double>& values) {
  return interval_of(std::vector<Stratum>{{1, values}});
}

Interval interval_of(const std::vector<Stratum>& strata) {
  Interval result;
  double variance = 0;  // of the mean
  double freedom = 0;
  bool is_known = !strata.empty();
  for (const Stratum& stratum : strata) {
    const auto count = static_cast<double>(stratum.values.size());
    const double mean = mean_of(stratum.values);
    result.mean += stratum.share * mean;
    is_known = is_known && count >= 2;
    double squares = 0;
    for (const double value : stratum.values) squares += (value - mean) * (value - mean);
    variance += stratum.share * stratum.share * squares / ((count - 1) * count);
    freedom += count - 1;
  }
  if (!is_known) return result;
  const boost::math::students_t distribution(freedom);
  const double reach = boost::math::quantile(distribution, 0.975) * std::sqrt(variance);
  result.low = result.mean - reach;
  result.high = result.mean + reach;
  return result;
}

}  // namespace npusim::flips
