// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/compare_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/cli/table.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using report::ComparisonRow;

constexpr std::size_t kTextIndent = 2;
constexpr double kBytesPerKib = 1024;

std::string decimals(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

/// One column: two lines of heading, and a cell; nothing where the row has none.
struct Column {
  const char* over;
  const char* heading;
  std::string (*cell)(const ComparisonRow& row);
};

/// Five columns, six with a sign: 95.20, 100.0, -3.10.
std::string percent(double fraction) {
  constexpr double kAllButRounding = 99.995;
  const double value = 100 * fraction;
  return decimals(value, std::abs(value) < kAllButRounding ? 2 : 1);
}

/// At most ten columns below 10^12: 1,234,567 or 1,234.5M.
std::string cycles_text(std::int64_t cycles) {
  constexpr std::int64_t kMostInFull = 99'999'999;
  constexpr std::int64_t kMillion = 1'000'000;
  if (cycles <= kMostInFull) return report::grouped(cycles);
  const std::int64_t tenths = (cycles + kMillion / 20) / (kMillion / 10);
  return report::grouped(tenths / 10) + '.' + std::to_string(tenths % 10) + 'M';
}

/// The star after the standard error; without one a blank, so that the figures stay in line.
std::string error_cell(const report::RowAccuracy& accuracy) {
  return percent(accuracy.difference_se) + (accuracy.is_significant ? " " : "*");
}

const std::vector<Column>& accuracy_columns() {
  static const std::vector<Column> columns = {
      {"top-1", "%", [](const ComparisonRow& row) { return percent(row.accuracy->top1); }},
      {"top-5", "%", [](const ComparisonRow& row) { return percent(row.accuracy->top5); }},
      {"diff.", "%",
       [](const ComparisonRow& row) {
         return row.cost ? percent(row.accuracy->difference) : std::string();
       }},
      {"s.e. ", "% ",
       [](const ComparisonRow& row) {
         return row.cost ? error_cell(*row.accuracy) : std::string();
       }},
      {"agree", "%", [](const ComparisonRow& row) {
         return row.cost ? percent(row.accuracy->agreement_top1) : std::string();
       }}};
  return columns;
}

const std::vector<Column>& weight_columns() {
  static const std::vector<Column> columns = {
      {"SQNR", "mean",
       [](const ComparisonRow& row) {
         return row.weights ? decimals(row.weights->sqnr_db_mean, 1) : std::string();
       }},
      {"dB", "worst",
       [](const ComparisonRow& row) {
         return row.weights ? decimals(row.weights->sqnr_db_worst, 1) : std::string();
       }},
      {"param.", "KiB",
       [](const ComparisonRow& row) {
         return row.cost
                    ? decimals(static_cast<double>(row.cost->parameter_bytes) / kBytesPerKib, 1)
                    : std::string();
       }},
      {"", "P",
       [](const ComparisonRow& row) {
         return row.cost ? std::to_string(row.cost->safe_accumulator_bits) : std::string();
       }},
      {"", "cycles", [](const ComparisonRow& row) {
         return row.cost ? cycles_text(row.cost->cycles) : std::string();
       }}};
  return columns;
}

/// The rows of one kind under the same heading.
class ComparisonTable {
 public:
  explicit ComparisonTable(const report::Comparison& comparison) : comparison_(comparison) {
    if (comparison.accuracy_not_measured.empty()) columns_ = accuracy_columns();
    columns_.insert(columns_.end(), weight_columns().begin(), weight_columns().end());
    for (const ComparisonRow& row : comparison.rows) {
      label_width_ = std::max(label_width_, row.label.size());
      cells_.push_back(cells(row));
    }
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      std::size_t width =
          std::max(std::string(columns_[c].over).size(), std::string(columns_[c].heading).size());
      for (const auto& row : cells_) {
        if (!row.empty()) width = std::max(width, row[c].size());
      }
      widths_.push_back(width);
    }
  }

  std::string text(bool colour) const {
    std::vector<std::string> over;
    std::vector<std::string> headings;
    for (const Column& column : columns_) {
      over.emplace_back(column.over);
      headings.emplace_back(column.heading);
    }
    std::string text =
        bold(line("", over), colour) + '\n' + bold(line("quantization", headings), colour) + '\n';
    bool corrected = false;
    for (std::size_t r = 0; r < comparison_.rows.size(); ++r) {
      const ComparisonRow& row = comparison_.rows[r];
      if (r == 1 || (r > 1 && row.bias_correction != corrected)) {
        text += row.bias_correction ? "with bias correction\n" : "without bias correction\n";
      }
      corrected = row.bias_correction;
      text += row.refused.empty() ? line(row.label, cells_[r])
                                  : line(row.label + "  not possible, see below", {});
      text += '\n';
    }
    return text;
  }

 private:
  std::vector<std::string> cells(const ComparisonRow& row) const {
    std::vector<std::string> cells;
    if (!row.refused.empty()) return cells;
    for (const Column& column : columns_) cells.push_back(column.cell(row));
    return cells;
  }

  std::string line(const std::string& label, const std::vector<std::string>& cells) const {
    std::string line = std::string(kTextIndent, ' ') + label;
    line.append(kTextIndent + label_width_ - std::min(kTextIndent + label_width_, line.size()),
                ' ');
    for (std::size_t c = 0; c < cells.size(); ++c) {
      line += fmt::format(" {:>{}}", cells[c], widths_[c]);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
  }

  const report::Comparison& comparison_;
  std::vector<Column> columns_;
  std::size_t label_width_ = 0;
  std::vector<std::vector<std::string>> cells_;
  std::vector<std::size_t> widths_;
};

void append_paragraph(std::string& text, const std::string& paragraph) {
  text += std::string(kTextIndent, ' ') + wrapped(paragraph, kTerminalColumns, kTextIndent) + '\n';
}

}  // namespace

std::string to_text(const report::Comparison& comparison, bool colour) {
  const bool measured = comparison.accuracy_not_measured.empty();
  std::string text = bold(report::shortened(comparison.network, kTerminalColumns / 2), colour) +
                     " on " + comparison.hardware.name;
  text += measured ? ", " + report::grouped(comparison.accuracy_images) + " images\n\n" : "\n\n";
  text += ComparisonTable(comparison).text(colour) + '\n';
  if (measured) {
    append_paragraph(text,
                     "diff., s.e.: top-1 less that of float, and its standard error (paired: only "
                     "images that one of the two gets right count); *: within two of them, not "
                     "told apart. agree: images with float's class.");
  } else {
    append_paragraph(text, "Accuracy is not measured: " + comparison.accuracy_not_measured + ".");
  }
  append_paragraph(text,
                   "SQNR: of the weights, per output channel; worst: of any channel. param.: "
                   "requantization records and channel shifts. P: smallest accumulator that "
                   "overflows for no input. shift B RULE: --schemes shift_scaler:B:RULE.");
  if (!comparison.notes.empty()) text += "\nNotes\n";
  for (const std::string& note : comparison.notes) {
    append_paragraph(text, report::shortened(note, 4 * kTerminalColumns));
  }
  return text;
}

}  // namespace npusim::cli
