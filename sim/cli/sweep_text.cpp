// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/cli/output.h"
#include "sim/cli/table.h"
#include "sim/report/format.h"
#include "sim/sweep/front.h"
#include "sim/sweep/labels.h"
#include "sim/sweep/metrics.h"

namespace npusim::cli {
namespace {

constexpr std::size_t kLabelColumns = 14;
constexpr std::size_t kMostReasons = 5;
constexpr std::size_t kMostSummaryRows = 5;
constexpr std::size_t kFirstPoints = 8, kLastPoints = 2;
constexpr std::size_t kFirstValues = 8;

std::string count(std::int64_t points, const char* singular = "point") {
  return report::grouped(points) + ' ' + singular + (points == 1 ? "" : "s");
}

std::string line(const std::string& label, const std::string& text) {
  return fmt::format("  {:<{}}{}\n", label, kLabelColumns - 2,
                     wrapped(text, kTerminalColumns, kLabelColumns));
}

std::string objectives_text(const sweep::SweepConfig& config) {
  std::string text;
  for (const sweep::Objective& objective : config.objectives) {
    text += (text.empty() ? "" : ", ") + std::string(objective.maximise ? "most " : "least ") +
            objective.metric;
  }
  return text;
}

std::string dropped_text(const sweep::SweepConfig& config, std::int64_t dropped) {
  std::string text = report::grouped(dropped) + " by where:";
  bool first = true;
  for (const sweep::Expression& expression : config.where) {
    text += (first ? " " : "; ") + expression.text();
    first = false;
  }
  return text;
}

/// What the points of the sweep are, and of what; a grid of 0 points is not told.
std::string points_line(const sweep::SweepConfig& config, std::size_t points, std::int64_t grid) {
  std::string text = count(static_cast<std::int64_t>(points));
  if (config.search) {
    text += fmt::format(", searched for by seed {}", config.search->seed);
  } else if (config.sample) {
    text += fmt::format(", drawn by seed {}", config.sample->seed);
  }
  if (grid != 0 && grid != static_cast<std::int64_t>(points))
    text += " of a grid of " + report::grouped(grid);
  return text;
}

/// The axes that vary and are no objectives.
std::vector<std::size_t> shown_axes(const sweep::SweepConfig& config) {
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < config.axes.size(); ++axis) {
    const std::string& key = config.axes[axis].key;
    const bool is_objective =
        std::any_of(config.objectives.begin(), config.objectives.end(),
                    [&](const sweep::Objective& objective) { return objective.metric == key; });
    if (!is_objective && config.axes[axis].values.size() > 1) axes.push_back(axis);
  }
  return axes;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0, begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos;
       begin = end + 1, end = text.find('\n', begin))
    widest = std::max(widest, end - begin);
  return widest;
}

/// Rows below "point" and the names of the keys, in 80 columns: where they are too wide, names and
/// values give way.
std::string numbered_table(const std::vector<std::string>& keys,
                           const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const std::size_t width : {40U, 26U, 20U, 16U, 13U, 11U, 9U}) {
    std::vector<TableColumn> columns = {{"point", ColumnKind::number}};
    for (const std::string& name : sweep::short_names(keys))
      columns.push_back({report::shortened(name, width), ColumnKind::number});
    Table table(std::move(columns));
    for (std::vector<std::string> cells : rows) {
      for (std::string& cell : cells) cell = report::shortened(cell, width);
      table.add(std::move(cells));
    }
    text = table.text(wants_colour());
    if (widest_line(table.text(false)) <= kTerminalColumns) break;
  }
  return text;
}

std::string front_table(const sweep::SweepConfig& config, const sweep::Table& table,
                        const std::vector<std::size_t>& front) {
  const std::size_t shown = std::min(front.size(), kMostSummaryRows);
  const std::vector<std::size_t> rows(front.begin(),
                                      front.begin() + static_cast<std::ptrdiff_t>(shown));
  const std::vector<std::size_t> axes = shown_axes(config);
  std::vector<std::string> keys;
  keys.reserve(axes.size() + config.objectives.size());
  for (const std::size_t axis : axes) keys.push_back(table.axes[axis]);
  for (const sweep::Objective& objective : config.objectives) keys.push_back(objective.metric);
  std::vector<std::vector<std::string>> lines;
  for (const std::size_t index : rows) {
    const sweep::Row& row = table.rows[index];
    std::vector<std::string> cells = {std::to_string(row.point)};
    for (const std::size_t axis : axes) cells.push_back(row.axis_values[axis]);
    for (const sweep::Objective& objective : config.objectives)
      cells.push_back(metric_cell(table.number(row, *table.find(objective.metric))));
    lines.push_back(std::move(cells));
  }
  return numbered_table(keys, lines);
}

std::string front_text(const sweep::SweepConfig& config, const sweep::Table& table) {
  if (config.objectives.empty() || table.rows.empty()) return "";
  const std::vector<std::size_t> front =
      sweep::pareto_front(table, config.objectives, config.constraints);
  std::string text = fmt::format("{}: {}", count(static_cast<std::int64_t>(front.size())),
                                 objectives_text(config));
  for (const sweep::Expression& constraint : config.constraints) text += "; " + constraint.text();
  if (front.empty()) return line("front", text);
  if (front.size() > kMostSummaryRows) text += fmt::format("; the first {}:", kMostSummaryRows);
  return line("front", text) + '\n' + front_table(config, table, front) + '\n';
}

std::string values_text(const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values.size() > kFirstValues + 2 && i == kFirstValues) {
      text += ", ...";
      i = values.size() - 1;
    }
    text += (i == 0 ? "" : ", ") + values[i];
  }
  if (values.size() > kFirstValues + 2) text += fmt::format(" ({} values)", values.size());
  return text;
}

std::string points_table(const sweep::SweepConfig& config,
                         const std::vector<sweep::IndexEntry>& points) {
  std::vector<std::vector<std::string>> lines;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<std::string> cells = {std::to_string(points[i].point)};
    cells.insert(cells.end(), points[i].values.begin(), points[i].values.end());
    if (points.size() > kFirstPoints + kLastPoints + 1 && i == kFirstPoints) {
      std::fill(cells.begin(), cells.end(), "...");
      i = points.size() - kLastPoints - 1;
    }
    lines.push_back(std::move(cells));
  }
  return numbered_table(sweep::axis_columns(config), lines);
}

/// Messages that differ in numbers only have one reason.
std::string without_numbers(const std::string& text) {
  std::string words;
  for (const char c : text) {
    if (c < '0' || c > '9') words += c;
  }
  return words;
}

}  // namespace

std::string failure_reasons(const std::vector<sweep::Failure>& failures) {
  struct Reason {
    std::int64_t points = 0;
    std::string first;   // one of its texts
    bool alike = false;  // others differ in numbers
  };
  std::map<std::string, Reason> by_words;
  for (const sweep::Failure& failure : failures) {
    const std::string text = sweep::failure_text(failure);
    Reason& reason = by_words[without_numbers(text)];
    if (reason.points++ == 0) reason.first = text;
    reason.alike = reason.alike || reason.first != text;
  }
  std::vector<Reason> reasons;
  reasons.reserve(by_words.size());
  for (const auto& [words, reason] : by_words) reasons.push_back(reason);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return a.points > b.points; });
  std::string text;
  for (std::size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
    text += fmt::format(
        "    {:>6}  {}\n", report::grouped(reasons[i].points),
        wrapped((reasons[i].alike ? "such as " : "") + reasons[i].first, kTerminalColumns, 12));
  }
  if (reasons.size() > kMostReasons)
    text += fmt::format("            and {} more reasons\n", reasons.size() - kMostReasons);
  return text;
}

std::string metric_cell(double value) {
  const std::string text = sweep::metric_text(value);
  const bool is_whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_whole || text.size() > 18) return text.empty() ? "-" : text;
  return report::grouped(std::stoll(text));
}

std::string sweep_summary(const sweep::SweepConfig& config, const sweep::Gathered& gathered,
                          const SweepOutcome& outcome, const std::string& folder) {
  const std::size_t points =
      gathered.table.rows.size() + gathered.failures.size() + gathered.missing.size();
  std::string text = bold("sweep " + config.name, wants_colour()) + '\n';
  text += line("points", points_line(config, points, outcome.grid_points));
  if (!outcome.shard.empty()) text += line("shard", outcome.shard);
  if (outcome.dropped_points != 0)
    text += line("dropped", dropped_text(config, outcome.dropped_points));
  if (outcome.counts.before != 0)
    text += line("done before", report::grouped(outcome.counts.before));
  const std::int64_t now = outcome.counts.finished + outcome.counts.failed;
  if (now != 0) {
    text += line("done now", fmt::format("{} in {} ({} points/s)", report::grouped(now),
                                         duration_text(outcome.seconds),
                                         amount(static_cast<double>(now) / outcome.seconds)));
  }
  if (!gathered.failures.empty()) {
    text += line("failed", report::grouped(static_cast<std::int64_t>(gathered.failures.size()))) +
            failure_reasons(gathered.failures);
  }
  if (!gathered.missing.empty()) {
    text += line("missing", report::grouped(static_cast<std::int64_t>(gathered.missing.size())));
  }
  if (outcome.shard.empty()) text += front_text(config, gathered.table);
  if (!folder.empty()) text += line("table", folder + "/points.csv");
  return text;
}

std::string sweep_outline(const sweep::Space& space, const std::vector<sweep::IndexEntry>& points) {
  const sweep::SweepConfig& config = space.config();
  std::string text = bold("sweep " + config.name, wants_colour()) + '\n';
  text += line("points", config.search ? fmt::format("at most {}, searched for in a grid of {}",
                                                     report::grouped(config.search->points),
                                                     report::grouped(space.grid_size()))
                                       : points_line(config, points.size(), space.grid_size()));
  if (space.dropped() != 0) text += line("dropped", dropped_text(config, space.dropped()));
  if (!config.objectives.empty()) text += line("objectives", objectives_text(config));
  text += "\naxes\n";
  for (const sweep::Axis& axis : config.axes)
    text += "  " + wrapped(axis.key + ": " + values_text(axis.values), kTerminalColumns, 4) + '\n';
  for (const sweep::Derived& derived : config.derived) {
    text += "  " + wrapped(derived.key + ": " + derived.value.text(), kTerminalColumns, 4) + '\n';
  }
  if (!points.empty()) text += '\n' + points_table(config, points);
  return text;
}

}  // namespace npusim::cli
