// SPDX-License-Identifier: Apache-2.0
// `npusim sweep report`: the front of a sweep, what decides, and the page.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sim/base/version.h"
#include "sim/cli/output.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/sweep.h"
#include "sim/cli/sweep_folder.h"
#include "sim/cli/sweep_text.h"
#include "sim/cli/table.h"
#include "sim/report/format.h"
#include "sim/sweep/influence.h"
#include "sim/sweep/labels.h"
#include "sim/sweep/metrics.h"
#include "sim/sweep/page.h"
#include "sim/sweep/picture.h"

namespace npusim::cli {
namespace {

struct ReportOptions {
  std::string folder;
  std::optional<std::string> html, csv, svg;
  bool quiet = false;
};

constexpr char kSweepReportExamples[] =
    "  npusim sweep report swept\n"
    "  npusim sweep report swept --html sweep.html --csv front.csv\n";
constexpr std::size_t kMostFrontRows = 40, kMostFailures = 5;

std::string goal_text(const sweep::Objective& objective) {
  return (objective.maximise ? "most " : "least ") + objective.metric;
}

class Text {
 public:
  explicit Text(const sweep::Results& results) : results_(results), colour_(wants_colour()) {
    std::vector<std::string> keys;
    for (const sweep::AxisColumn& column : results.columns) {
      if (column.values.size() > 1 && !column.is_derived) {
        varying_.push_back(&column);
        keys.push_back(column.key);
      }
    }
    for (const sweep::Objective& objective : results.objectives) keys.push_back(objective.metric);
    short_names_ = sweep::short_names(keys);
  }

  std::string text() const {
    std::string text = bold("Sweep " + results_.name, colour_) + '\n' +
                       paragraph(sweep::summary_of(results_) + '.');
    if (!results_.objectives.empty()) text += best() + front() + influences();
    return text + failures();
  }

 private:
  static std::string paragraph(const std::string& text) {
    return "  " + wrapped(text, kTerminalColumns, 2) + '\n';
  }
  std::string heading(const std::string& text) const { return '\n' + bold(text, colour_) + '\n'; }

  const std::string& name_of_axis(std::size_t i) const { return short_names_[i]; }
  const std::string& name_of_objective(std::size_t i) const {
    return short_names_[varying_.size() + i];
  }

  std::string value(std::size_t row, const sweep::Objective& objective) const {
    const auto column = results_.table.find(objective.metric);
    return metric_cell(results_.table.number(results_.table.rows[row], *column));
  }

  std::string point_text(std::size_t row) const {
    std::string text = fmt::format("point {}", results_.table.rows[row].point);
    for (std::size_t i = 0; i < varying_.size(); ++i) {
      const sweep::AxisColumn& column = *varying_[i];
      text += fmt::format("{} {} {}", i == 0 ? ":" : ",", name_of_axis(i),
                          column.values[column.value_of_row[row]]);
    }
    return text;
  }

  std::string best() const {
    std::string text = heading("Best of each objective");
    for (std::size_t i = 0; i < results_.objectives.size(); ++i) {
      const sweep::Objective& objective = results_.objectives[i];
      if (!results_.best[i]) {
        text += paragraph(goal_text(objective) + ": no point within the constraints has it");
        continue;
      }
      text += fmt::format("  {} {}\n    ", goal_text(objective),
                          bold(value(*results_.best[i], objective), colour_));
      text += wrapped(point_text(*results_.best[i]), kTerminalColumns, 4) + '\n';
    }
    return text;
  }

  std::string front_table(std::size_t rows) const {
    std::vector<TableColumn> columns = {{"point", ColumnKind::number}};
    for (std::size_t i = 0; i < short_names_.size(); ++i) {
      const bool is_text = i < varying_.size() && varying_[i]->numbers.empty();
      columns.push_back({short_names_[i], is_text ? ColumnKind::text : ColumnKind::number});
    }
    Table table(std::move(columns));
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = results_.front[i];
      std::vector<std::string> cells = {std::to_string(results_.table.rows[row].point)};
      for (const sweep::AxisColumn* column : varying_) {
        cells.push_back(column->values[column->value_of_row[row]]);
      }
      for (const sweep::Objective& objective : results_.objectives) {
        cells.push_back(value(row, objective));
      }
      table.add(std::move(cells));
    }
    return table.text(colour_);
  }

  /// For more columns than a line holds.
  std::string front_list(std::size_t rows) const {
    std::string text;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = results_.front[i];
      std::string values;
      for (std::size_t o = 0; o < results_.objectives.size(); ++o) {
        values += fmt::format("{}{} {}", o == 0 ? "" : ", ", name_of_objective(o),
                              value(row, results_.objectives[o]));
      }
      text += paragraph(values) + "    " + wrapped(point_text(row), kTerminalColumns, 4) + '\n';
    }
    return text;
  }

  std::string front() const {
    std::string goals;
    for (const sweep::Objective& objective : results_.objectives) {
      goals += (goals.empty() ? "" : ", ") + goal_text(objective);
    }
    for (const std::string& constraint : results_.constraints) goals += "; " + constraint;
    if (results_.objectives_are_assumed) goals += " (the sweep file names no objectives)";
    std::string text = heading("Pareto front") + paragraph(goals);
    const std::size_t rows = std::min(results_.front.size(), kMostFrontRows);
    if (rows == 0) return text + paragraph("none: no point is within the constraints");
    const std::string table = front_table(rows);
    const bool fits = table.find('\n') <= kTerminalColumns + bold("", colour_).size();
    text += fits ? table : front_list(rows);
    if (results_.front.size() > rows) {
      text += fmt::format("  and {} more: --csv F writes all\n",
                          report::grouped(static_cast<std::int64_t>(results_.front.size() - rows)));
    }
    return text;
  }

  /// For each objective the axes, the most influential first.
  std::string influences() const {
    if (varying_.empty()) return "";
    std::string text = heading("Influence of each axis") +
                       paragraph(
                           "The share of the variance that the axis alone explains, and its "
                           "value with the best median. On a full grid the shares add up to "
                           "at most 100 %; the rest is what axes do together.");
    for (const sweep::Objective& objective : results_.objectives) {
      text += influence_on(objective);
    }
    return text;
  }

  std::string influence_on(const sweep::Objective& objective) const {
    struct Line {
      double share = -1;
      std::vector<std::string> cells;
    };
    std::vector<Line> lines;
    const std::vector<double> values = results_.numbers(objective.metric);
    for (const sweep::AxisColumn* column : varying_) {
      const sweep::AxisInfluence found =
          sweep::influence(column->values.size(), column->value_of_row, values);
      std::optional<std::size_t> best;
      for (std::size_t v = 0; v < found.values.size(); ++v) {
        if (found.values[v].points == 0) continue;
        const double median = found.values[v].median;
        const double least = best ? found.values[*best].median : 0;
        if (!best || (objective.maximise ? median > least : median < least)) best = v;
      }
      Line line;
      line.share = found.share.value_or(-1);
      line.cells = {column->key, found.share ? report::percent(*found.share, 1) : "-",
                    found.share && best ? column->values[*best] : "-",
                    found.share && best ? metric_cell(found.values[*best].median) : "-"};
      lines.push_back(std::move(line));
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.share > b.share; });
    Table table({{objective.metric, ColumnKind::text},
                 {"share", ColumnKind::number},
                 {"best at", ColumnKind::number},
                 {"median there", ColumnKind::number}});
    for (Line& line : lines) table.add(std::move(line.cells));
    return '\n' + table.text(colour_);
  }

  std::string failures() const {
    if (results_.failures.empty()) return "";
    std::string text = heading("Failed points");
    for (std::size_t i = 0; i < std::min(results_.failures.size(), kMostFailures); ++i) {
      const sweep::FailedPoint& failure = results_.failures[i];
      text += paragraph(fmt::format("{}: {}: {}", failure.point, failure.kind, failure.message));
    }
    if (results_.failures.size() > kMostFailures) {
      text +=
          fmt::format("  and {} more: failures.csv\n", results_.failures.size() - kMostFailures);
    }
    return text;
  }

  const sweep::Results& results_;
  const bool colour_;
  std::vector<const sweep::AxisColumn*> varying_;  // axes with more than one value
  std::vector<std::string> short_names_;           // of them, then of the objectives
};

/// As points.csv, the rows of the front in its order.
std::string front_csv(const sweep::Results& results) {
  sweep::Table front = results.table;
  front.rows.clear();
  for (const std::size_t row : results.front) front.rows.push_back(results.table.rows[row]);
  return sweep::points_csv(front);
}

int report_sweep(const ReportOptions& options) {
  require_argument(options.folder, "DIR", "a folder that npusim sweep has written");
  check_output_path(options.html, "--html");
  check_output_path(options.csv, "--csv");
  check_output_path(options.svg, "--svg");
  const SweepFolder folder = read_sweep_folder(options.folder);
  const sweep::Results results = read_sweep_results(options.folder, folder);
  if (options.csv) write_output(*options.csv, front_csv(results));
  if (options.html) write_output(*options.html, sweep::results_page(results, base::kVersion));
  if (options.svg) write_output(*options.svg, sweep::front_picture(results));
  if (!options.quiet) write_stdout(Text(results).text());
  return kOk;
}

}  // namespace

void add_sweep_report(CLI::App& sweep, Action& action) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command = add_command(
      sweep, "report", "say which points are best and which axes decide", kSweepReportExamples);
  command->add_option("DIR", options->folder, "the folder that the sweep was written to");
  command->add_option("--html", options->html, "write a page with charts, to be opened offline")
      ->option_text("F");
  command->add_option("--csv", options->csv, "write the front as CSV, columns as in points.csv")
      ->option_text("F");
  command->add_option("--svg", options->svg, "draw the first objective over the second")
      ->option_text("F");
  command->add_flag("--quiet", options->quiet, "no text; errors only");
  command->callback([options, &action] { action = [options] { return report_sweep(*options); }; });
}

}  // namespace npusim::cli
