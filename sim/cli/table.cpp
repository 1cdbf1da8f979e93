// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;           // between columns
constexpr std::size_t kLeastColumns = 8;  // a shortened text says nothing below

}  // namespace

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string lines;
  std::size_t used = indent;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t word = end - begin;
    if (used > indent && used + 1 + word > columns) {
      lines += '\n' + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      lines += ' ';
      ++used;
    }
    lines.append(text, begin, word);
    used += word;
    begin = end + 1;
  }
  return lines;
}

void Table::add(std::vector<std::string> cells) { rows_.push_back({std::move(cells), ""}); }

void Table::add_refused(const std::string& name, const base::InputError& error) {
  std::vector<std::string> cells(columns_.size());
  cells.at(0) = name;
  add(std::move(cells));
  const std::size_t more = error.messages().size() - 1;
  std::string note = "error: " + error.messages().front();
  if (more > 0) note += " (and " + std::to_string(more) + " more: npusim show " + name + ')';
  // Names come from files: nothing of them may move the cursor.
  std::replace_if(
      note.begin(), note.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  rows_.push_back({{}, std::move(note)});
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = columns_[c].heading.size();
    for (const Row& row : rows_) {
      if (!row.cells.empty()) width = std::max(width, row.cells[c].size());
    }
    widths.push_back(width);
  }
  std::size_t total = kIndent + kGap * (columns_.size() - 1);
  for (const std::size_t width : widths) total += width;
  while (total > kTerminalColumns) {
    std::size_t widest = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const bool may_shrink = columns_[c].kind == ColumnKind::text &&
                              widths[c] > std::max(columns_[c].heading.size(), kLeastColumns);
      if (may_shrink && (widest == columns_.size() || widths[c] > widths[widest])) widest = c;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string line(kIndent, ' ');
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::string cell = report::shortened(cells[c], widths[c]);
    const std::string blanks(widths[c] - std::min(widths[c], cell.size()), ' ');
    line += columns_[c].kind == ColumnKind::number ? blanks + cell : cell + blanks;
    line.append(kGap, ' ');
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string Table::text(bool colour) const {
  const std::vector<std::size_t> columns = widths();
  std::vector<std::string> headings;
  for (const TableColumn& column : columns_) headings.push_back(column.heading);
  std::string text = bold(line(headings, columns), colour) + '\n';
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      text +=
          std::string(2 * kIndent, ' ') + wrapped(row.note, kTerminalColumns, 2 * kIndent) + '\n';
    } else {
      text += line(row.cells, columns) + '\n';
    }
  }
  return text;
}

std::string amount(double value) {
  constexpr double kThreeDigits = 99.95;
  return value < kThreeDigits ? fmt::format("{:.3g}", value) : report::grouped(std::llround(value));
}

std::string bold(const std::string& text, bool colour) {
  return colour ? "\x1b[1m" + text + "\x1b[0m" : text;
}

}  // namespace npusim::cli
