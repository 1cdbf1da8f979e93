// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/table.h"

#include <algorithm>
#include <cmath>

namespace npusim::sweep {

std::optional<Table::Column> Table::find(const std::string& name) const {
  const auto axis = std::find(axes.begin(), axes.end(), name);
  if (axis != axes.end()) return Column{true, static_cast<std::size_t>(axis - axes.begin())};
  const auto metric = std::lower_bound(metrics.begin(), metrics.end(), name);
  if (metric == metrics.end() || *metric != name) return std::nullopt;
  return Column{false, static_cast<std::size_t>(metric - metrics.begin())};
}

Value Table::value(const Row& row, const Column& column) const {
  if (column.is_axis) return Value::of_yaml(row.axis_values[column.index]);
  const double metric = row.metrics[column.index];
  return std::isnan(metric) ? Value() : Value::of_number(metric);
}

double Table::number(const Row& row, const Column& column) const {
  const Value found = value(row, column);
  return found.kind == Value::Kind::number ? found.number : kNoMetric;
}

}  // namespace npusim::sweep
