// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/front.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/errors.h"

namespace npusim::sweep {
namespace {

using Vectors = std::vector<std::vector<double>>;

Table::Column column_of(const Table& table, const std::string& name, const std::string& place,
                        const std::string& key) {
  if (const auto column = table.find(name)) return *column;
  throw base::InputError(
      base::refusal(place, key, name, "a column of the table (points.csv), such as cycles.total"));
}

std::vector<Table::Column> columns_of(const Table& table, const Expression& expression) {
  std::vector<Table::Column> columns;
  for (const std::string& name : expression.names())
    columns.push_back(column_of(table, name, expression.place(), expression.key()));
  return columns;
}

bool has_all(const std::vector<double>& values) {
  return std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

/// The volume in the first `dimensions` of them, of vectors that are all better than the reference.
double volume(Vectors values, const std::vector<double>& reference, std::size_t dimensions) {
  if (values.empty()) return 0;
  const std::size_t last = dimensions - 1;
  std::sort(values.begin(), values.end(),
            [&](const auto& a, const auto& b) { return a[last] < b[last]; });
  if (dimensions == 1) return reference[0] - values.front()[0];
  double total = 0, best = reference[0];
  Vectors slice;
  for (std::size_t i = 0; i < values.size(); ++i) {
    slice.push_back(values[i]);
    best = std::min(best, values[i][0]);
    const double next = i + 1 < values.size() ? values[i + 1][last] : reference[last];
    const double height = next - values[i][last];
    if (height <= 0) continue;
    total += height * (dimensions == 2 ? reference[0] - best : volume(slice, reference, last));
  }
  return total;
}

}  // namespace

bool satisfies(const Table& table, const Row& row, const std::vector<Expression>& constraints) {
  return std::all_of(constraints.begin(), constraints.end(), [&](const Expression& constraint) {
    const auto columns = columns_of(table, constraint);
    return constraint.holds([&](std::size_t name) { return table.value(row, columns[name]); });
  });
}

std::vector<std::size_t> feasible_rows(const Table& table,
                                       const std::vector<Expression>& constraints) {
  std::vector<std::size_t> feasible;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (satisfies(table, table.rows[i], constraints)) feasible.push_back(i);
  }
  return feasible;
}

std::vector<double> objective_values(const Table& table, const Row& row,
                                     const std::vector<Objective>& objectives) {
  std::vector<double> values;
  for (const Objective& objective : objectives) {
    const auto column = column_of(table, objective.metric, objective.place, "objectives");
    const double value = table.number(row, column);
    values.push_back(objective.maximise ? -value : value);
  }
  return values;
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<std::size_t> non_dominated(const std::vector<std::vector<double>>& values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (has_all(values[i])) order.push_back(i);
  }
  // In lexicographic order nothing is dominated by what comes later.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  std::vector<std::size_t> front;
  for (const std::size_t candidate : order) {
    const bool dominated = std::any_of(front.rbegin(), front.rend(), [&](std::size_t other) {
      return dominates(values[other], values[candidate]);
    });
    if (!dominated) front.push_back(candidate);
  }
  std::sort(front.begin(), front.end());
  return front;
}

std::vector<std::size_t> pareto_front(const Table& table, const std::vector<Objective>& objectives,
                                      const std::vector<Expression>& constraints) {
  const std::vector<std::size_t> feasible = feasible_rows(table, constraints);
  Vectors values;
  values.reserve(feasible.size());
  for (const std::size_t row : feasible)
    values.push_back(objective_values(table, table.rows[row], objectives));
  std::vector<std::size_t> front = non_dominated(values);
  std::sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  for (std::size_t& each : front) each = feasible[each];
  return front;
}

double hypervolume(const std::vector<std::vector<double>>& values,
                   const std::vector<double>& reference) {
  Vectors better;
  for (const auto& value : values) {
    bool inside = has_all(value);
    for (std::size_t i = 0; i < value.size(); ++i) inside = inside && value[i] < reference[i];
    if (inside) better.push_back(value);
  }
  Vectors front;
  for (const std::size_t each : non_dominated(better)) front.push_back(better[each]);
  return volume(std::move(front), reference, reference.size());
}

}  // namespace npusim::sweep
