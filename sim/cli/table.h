// SPDX-License-Identifier: Apache-2.0
// Tables and paragraphs of at most 80 columns for the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::cli {

inline constexpr std::size_t kTerminalColumns = 80;

/// The text with line breaks in place of blanks; a word that is wider than `columns` stays whole.
/// Every line begins in column `indent`; the first one's blanks are the caller's.
std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent = 0);

/// name: to be typed, so never shortened; text: gives way where space is short; number: to the
/// right.
enum class ColumnKind { name, text, number };

struct TableColumn {
  std::string heading;
  ColumnKind kind = ColumnKind::text;
};

/// Rows of cells, indented by two. Where they are wider than 80 columns, the widest columns of
/// texts give way: the middle of a text is left out.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns.
  void add(std::vector<std::string> cells);
  /// A row for what could not be read: its name, and under it the first error.
  void add_refused(const std::string& name, const base::InputError& error);

  /// The heading, in bold where wanted, and the rows.
  std::string text(bool colour) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string note;  // instead of cells
  };
  std::vector<std::size_t> widths() const;
  std::string line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<TableColumn> columns_;
  std::vector<Row> rows_;
};

/// Three digits, or the whole part with all of them: 0.0512, 12.8, 16,384. At least 0.
std::string amount(double value);

/// In bold where colour is wanted.
std::string bold(const std::string& text, bool colour);

}  // namespace npusim::cli
