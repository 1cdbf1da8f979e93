// SPDX-License-Identifier: Apache-2.0
// The results of a sweep: one row a finished point.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/expression.h"

namespace npusim::sweep {

inline constexpr double kNoMetric = std::numeric_limits<double>::quiet_NaN();

struct Row {
  std::int64_t point = 0;
  std::string hash;
  std::vector<std::string> axis_values;  // of Table::axes
  std::vector<double> metrics;           // of Table::metrics; NaN: the record has none
};

struct Table {
  std::vector<std::string> axes;     // the axes' keys, then the derived ones
  std::size_t derived = 0;           // how many of them are derived
  std::vector<std::string> metrics;  // sorted
  std::vector<Row> rows;             // by point

  /// Where the column of a name is: an axis, a derived key or a metric.
  struct Column {
    bool is_axis = false;
    std::size_t index = 0;
  };
  std::optional<Column> find(const std::string& name) const;
  Value value(const Row& row, const Column& column) const;
  /// NaN where it is none, or no number.
  double number(const Row& row, const Column& column) const;
};

}  // namespace npusim::sweep
