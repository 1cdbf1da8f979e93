// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/influence.h"

#include <algorithm>
#include <cmath>

namespace npusim::sweep {
namespace {

/// Around the first value, so that large results with small differences keep their digits.
double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value - values.front();
  return values.front() + sum / static_cast<double>(values.size());
}

ValueSummary summary_of(std::vector<double> values) {
  ValueSummary summary;
  if (values.empty()) return summary;
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  summary.points = static_cast<std::int64_t>(n);
  summary.least = values.front();
  summary.greatest = values.back();
  summary.median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  summary.mean = mean_of(values);
  return summary;
}

}  // namespace

AxisInfluence influence(std::size_t values, const std::vector<std::size_t>& value_of_row,
                        const std::vector<double>& results) {
  std::vector<std::vector<double>> by_value(values);
  std::vector<double> all;
  for (std::size_t row = 0; row < results.size(); ++row) {
    if (std::isnan(results[row])) continue;
    by_value.at(value_of_row.at(row)).push_back(results[row]);
    all.push_back(results[row]);
  }
  AxisInfluence result;
  for (std::vector<double>& group : by_value) result.values.push_back(summary_of(std::move(group)));
  if (all.empty() || std::all_of(all.begin(), all.end(), [&](double y) { return y == all[0]; })) {
    return result;
  }
  const double mean = mean_of(all);
  double between = 0, total = 0;
  for (const ValueSummary& value : result.values) {
    if (value.points == 0) continue;
    between += static_cast<double>(value.points) * (value.mean - mean) * (value.mean - mean);
  }
  for (const double y : all) total += (y - mean) * (y - mean);
  result.share = std::clamp(between / total, 0.0, 1.0);
  return result;
}

}  // namespace npusim::sweep
