// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/results.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "sim/report/format.h"
#include "sim/sweep/front.h"
#include "sim/sweep/sweep_paths.h"

namespace npusim::sweep {
namespace {

constexpr char kRunAxis[] = "run";

std::string flag_of(const SweepConfig& config, const std::string& key, const std::string& value) {
  const std::string found = rooted(key, value, config.file);
  return key == kRunAxis ? shell_quoted(found) : "--set " + shell_quoted(key + '=' + found);
}

/// Those of `set`.
std::vector<std::string> fixed_flags(const SweepConfig& config) {
  std::vector<std::string> flags;
  for (const std::string& fixed : config.set) {
    const std::size_t equals = fixed.find('=');
    flags.push_back(flag_of(config, fixed.substr(0, equals), fixed.substr(equals + 1)));
  }
  return flags;
}

std::string run_of(const SweepConfig& config) {
  return config.run.empty() ? "" : flag_of(config, kRunAxis, config.run);
}

/// The numbers of all values; empty where one is none.
std::vector<double> numbers_of(const std::vector<std::string>& values) {
  std::vector<double> numbers;
  for (const std::string& text : values) {
    const Value value = Value::of_yaml(text);
    if (value.kind != Value::Kind::number) return {};
    numbers.push_back(value.number);
  }
  return numbers;
}

/// Derived values have no order in the file.
void sort_values(std::vector<std::string>& values) {
  const std::vector<double> numbers = numbers_of(values);
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return numbers.empty() ? values[a] < values[b] : numbers[a] < numbers[b];
  });
  std::vector<std::string> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(values[i]);
  values = std::move(sorted);
}

/// Those of the axis that any row has, in the order of the file.
std::vector<std::string> values_in_order(const SweepConfig& config, const Results& results,
                                         std::size_t column) {
  std::map<std::string, bool> seen;
  for (const Row& row : results.table.rows) seen[row.axis_values[column]] = true;
  for (const FailedPoint& failure : results.failures) seen[failure.axis_values[column]] = true;
  std::vector<std::string> values;
  if (column < config.axes.size()) {
    for (const std::string& value : config.axes[column].values) {
      if (seen.erase(value) > 0) values.push_back(value);
    }
  }
  std::vector<std::string> others;
  others.reserve(seen.size());
  for (const auto& [value, unused] : seen) others.push_back(value);
  sort_values(others);
  values.insert(values.end(), others.begin(), others.end());
  return values;
}

void fill_columns(const SweepConfig& config, Results& results) {
  const std::size_t axes = results.table.axes.size() - results.table.derived;
  for (std::size_t c = 0; c < results.table.axes.size(); ++c) {
    AxisColumn column;
    column.key = results.table.axes[c];
    column.is_derived = c >= axes;
    column.values = values_in_order(config, results, c);
    column.numbers = numbers_of(column.values);
    for (const std::string& value : column.values) {
      column.flags.push_back(flag_of(config, column.key, value));
    }
    std::map<std::string, std::size_t> index_of;
    for (std::size_t i = 0; i < column.values.size(); ++i) index_of[column.values[i]] = i;
    for (const Row& row : results.table.rows) {
      column.value_of_row.push_back(index_of.at(row.axis_values[c]));
    }
    for (const FailedPoint& failure : results.failures) {
      column.value_of_row.push_back(index_of.at(failure.axis_values[c]));
    }
    results.columns.push_back(std::move(column));
  }
}

void judge(const SweepConfig& config, Results& results) {
  const std::vector<std::size_t> feasible = feasible_rows(results.table, config.constraints);
  for (std::size_t row = 0, next = 0; row < results.table.rows.size(); ++row) {
    if (next < feasible.size() && feasible[next] == row) {
      ++next;
    } else {
      results.infeasible.push_back(row);
    }
  }
  if (!results.objectives.empty()) {
    results.front = pareto_front(results.table, results.objectives, config.constraints);
  }
  for (const Objective& objective : results.objectives) {
    std::optional<std::size_t> best;
    double least = 0;
    for (const std::size_t row : feasible) {
      const double value = objective_values(results.table, results.table.rows[row], {objective})[0];
      if (std::isnan(value) || (best && value >= least)) continue;
      best = row;
      least = value;
    }
    results.best.push_back(best);
  }
}

}  // namespace

std::int64_t Results::missing_points() const {
  if (is_searched) return 0;
  const std::size_t there = table.rows.size() + failures.size();
  return std::max<std::int64_t>(0, size.chosen_points - static_cast<std::int64_t>(there));
}

std::vector<double> Results::numbers(const std::string& name) const {
  const std::optional<Table::Column> column = table.find(name);
  std::vector<double> values;
  for (const Row& row : table.rows) {
    values.push_back(column ? table.number(row, *column) : kNoMetric);
  }
  return values;
}

std::vector<Objective> usual_objectives(const Table& table) {
  constexpr std::array<std::pair<const char*, bool>, 4> kUsual = {{
      {"cycles.total", false},
      {"accuracy.quantized_top1", true},
      {"energy.total_picojoules", false},
      {"area.total_square_micrometres", false},
  }};
  std::vector<Objective> objectives;
  for (const auto& [metric, maximise] : kUsual) {
    const std::optional<Table::Column> column = table.find(metric);
    if (!column || column->is_axis) continue;
    const double first = table.rows.front().metrics[column->index];
    const bool differs = std::any_of(table.rows.begin(), table.rows.end(), [&](const Row& row) {
      return row.metrics[column->index] != first && !std::isnan(row.metrics[column->index]);
    });
    if (differs) objectives.push_back({metric, maximise, {}});
  }
  return objectives;
}

SweepSize size_of(const SweepConfig& config, std::int64_t chosen_points) {
  SweepSize size;
  size.chosen_points = chosen_points;
  size.grid_points = 1;
  for (const Axis& axis : config.axes) {
    if (__builtin_mul_overflow(size.grid_points, static_cast<std::int64_t>(axis.values.size()),
                               &size.grid_points)) {
      size.grid_points = std::numeric_limits<std::int64_t>::max();
      break;
    }
  }
  if (config.where.empty()) size.dropped_points = 0;
  if (!config.sample && !config.search) size.dropped_points = size.grid_points - chosen_points;
  return size;
}

Results results_of(const SweepConfig& config, const SweepSize& size, Table table,
                   std::vector<FailedPoint> failures) {
  Results results;
  results.name = config.name;
  if (!table.rows.empty()) results.objectives = config.objectives;
  if (results.objectives.empty() && !table.rows.empty()) {
    results.objectives = usual_objectives(table);
    results.objectives_are_assumed = true;
  }
  for (const Expression& constraint : config.constraints) {
    results.constraints.push_back(constraint.text());
  }
  results.size = size;
  results.is_searched = config.search.has_value();
  results.table = std::move(table);
  results.failures = std::move(failures);
  fill_columns(config, results);
  results.command = {run_of(config), fixed_flags(config)};
  if (!results.table.rows.empty()) judge(config, results);
  results.best.resize(results.objectives.size());
  return results;
}

std::string summary_of(const Results& results) {
  const auto count = [](auto n) { return report::grouped(static_cast<std::int64_t>(n)); };
  const auto there = static_cast<std::int64_t>(results.table.rows.size() + results.failures.size());
  const std::int64_t chosen = results.is_searched ? there : results.size.chosen_points;
  std::string text = count(chosen) + (chosen == 1 ? " point" : " points");
  if (chosen != results.size.grid_points) {
    text += " of a grid of " + count(results.size.grid_points);
  }
  if (results.size.dropped_points.value_or(0) > 0) {
    text += " (" + count(*results.size.dropped_points) + " dropped by where)";
  }
  text += ": " + count(results.table.rows.size()) + " finished, " + count(results.failures.size()) +
          " failed";
  if (results.missing_points() > 0) text += ", " + count(results.missing_points()) + " missing";
  if (!results.constraints.empty()) {
    text += ", " + count(results.infeasible.size()) + " outside of the constraints";
  }
  if (!results.objectives.empty()) text += ", " + count(results.front.size()) + " on the front";
  return text;
}

std::string shell_quoted(const std::string& text) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + '\'';
}

std::string command_of(const SweepConfig& config, const std::vector<std::string>& values) {
  std::string file = run_of(config);
  std::string flags;
  for (const std::string& flag : fixed_flags(config)) flags += ' ' + flag;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& key =
        i < config.axes.size() ? config.axes[i].key : config.derived[i - config.axes.size()].key;
    const std::string flag = flag_of(config, key, values[i]);
    if (key == kRunAxis) {
      file = flag;
    } else {
      flags += ' ' + flag;
    }
  }
  return "npusim run " + file + flags;
}

}  // namespace npusim::sweep
