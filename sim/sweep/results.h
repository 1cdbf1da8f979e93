// SPDX-License-Identifier: Apache-2.0
// A sweep's table, judged: what reports and the page are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/sweep_config.h"
#include "sim/sweep/table.h"

namespace npusim::sweep {

struct FailedPoint {
  std::int64_t point = 0;
  std::string hash;
  std::vector<std::string> axis_values;  // of Table::axes
  std::string kind, message;
};

/// An axis or a derived key over the rows, and behind them the failed points.
struct AxisColumn {
  std::string key;
  bool is_derived = false;
  std::vector<std::string> values;  // in the order of the sweep file; derived ones by size or name
  std::vector<double> numbers;      // of `values`; empty where one of them is none
  std::vector<std::size_t> value_of_row;
  std::vector<std::string> flags;  // of each value, quoted: "--set key=value"; of `run` the file
};

/// How the command of a point begins; AxisColumn::flags follow. Quoted for a shell.
struct PointCommand {
  std::string run;               // the file; empty where `run` is an axis
  std::vector<std::string> set;  // "--set key=value" that all points have
};

/// How many points there are.
struct SweepSize {
  std::int64_t grid_points = 0;                // saturates
  std::int64_t chosen_points = 0;              // of index.csv
  std::optional<std::int64_t> dropped_points;  // by `where`; empty where it is not known
};

/// Of a sweep that chose so many points: what `where` dropped follows for a whole grid only.
SweepSize size_of(const SweepConfig& config, std::int64_t chosen_points);

struct Results {
  std::string name;
  std::vector<Objective> objectives;  // those of the sweep file, or the usual ones
  bool objectives_are_assumed = false;
  std::vector<std::string> constraints;
  SweepSize size;
  bool is_searched = false;
  Table table;  // the finished points
  std::vector<FailedPoint> failures;
  std::vector<AxisColumn> columns;               // of Table::axes
  std::vector<std::size_t> front;                // rows, the best of the first objective first
  std::vector<std::size_t> infeasible;           // rows, ascending
  std::vector<std::optional<std::size_t>> best;  // of each objective: the best feasible row
  PointCommand command;

  std::int64_t missing_points() const;
  /// The value of an axis or metric in every row; NaN where it is none or no number.
  std::vector<double> numbers(const std::string& name) const;
};

/// Judges the table. Throws base::InputError for objectives and constraints that are no columns.
Results results_of(const SweepConfig& config, const SweepSize& size, Table table,
                   std::vector<FailedPoint> failures);

/// What is looked for where a sweep file does not say: fewer cycles, more accuracy, less energy and
/// area, as far as the table has them and they differ.
std::vector<Objective> usual_objectives(const Table& table);

/// "1,000 points of a grid of 1,200 (200 dropped by where): 990 finished, 10 failed, ..."
std::string summary_of(const Results& results);

/// The text as one word of a POSIX shell.
std::string shell_quoted(const std::string& text);

/// `npusim run ...` of a point with these values of the axes and derived keys: its report is the
/// point's record. Files that lie beside config.file are named from there.
std::string command_of(const SweepConfig& config, const std::vector<std::string>& values);

}  // namespace npusim::sweep
