// SPDX-License-Identifier: Apache-2.0
#include "sim/config/scale_sim_rows.h"

#include <algorithm>
#include <cctype>

#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

using Cells = std::vector<std::string>;

constexpr std::size_t kMaxNameBytes = 64;

/// The columns behind the name.
const Cells kConvColumns = {"IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width",
                            "Channels",     "Num Filter",  "Strides"};
const Cells kGemmColumns = {"M", "N", "K"};
constexpr std::size_t kTwoStrides = 8;  // columns where height and width have a stride each

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// The cells of a line; the commas that such files end lines with make none.
Cells cells_of(const std::string& line) {
  Cells cells;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t comma = std::min(line.find(',', begin), line.size());
    cells.push_back(trimmed(line.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

bool begins_with_number(const std::string& cell) {
  return !cell.empty() && (std::isdigit(static_cast<unsigned char>(cell[0])) != 0 ||
                           cell[0] == '-' || cell[0] == '+' || cell[0] == '.');
}

/// A header has no numbers behind its first cell.
bool is_header(const Cells& cells) {
  return cells.size() > 1 && std::none_of(cells.begin() + 1, cells.end(), begins_with_number);
}

/// Lower case letters only, so that "Num Filter", "num_filters" and "Num. filters" are one.
std::string plain(const std::string& text) {
  std::string letters;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) != 0) letters += static_cast<char>(std::tolower(byte));
  }
  while (!letters.empty() && letters.back() == 's') letters.pop_back();
  return letters;
}

std::string joined(const Cells& cells) {
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : ", ") + cell;
  return text;
}

class Parser {
 public:
  Parser(const std::string& file, base::ErrorList& errors) : file_(file), errors_(errors) {}

  void line(const std::string& text, std::int64_t number) {
    const Cells cells = cells_of(text);
    if (cells.empty()) return;
    place_ = file_ + ':' + std::to_string(number);
    if (!started_ && is_header(cells)) {
      started_ = true;
      header(cells);
      return;
    }
    if (!started_) result_.are_gemms = cells.size() == kGemmColumns.size() + 1;
    started_ = true;
    row(cells);
  }

  ScaleSimRows take() { return std::move(result_); }

 private:
  const Cells& columns() const { return result_.are_gemms ? kGemmColumns : kConvColumns; }

  void header(const Cells& cells) {
    const Cells names(cells.begin() + 1, cells.end());
    const auto is = [&](const Cells& wanted) {
      return names.size() == wanted.size() &&
             std::equal(names.begin(), names.end(), wanted.begin(),
                        [](const auto& a, const auto& b) { return plain(a) == plain(b); });
    };
    result_.are_gemms = is(kGemmColumns);
    const bool has_two_strides = names.size() == kTwoStrides && plain(names[6]) == "strideheight" &&
                                 plain(names[7]) == "stridewidth";
    if (result_.are_gemms || is(kConvColumns) || has_two_strides) return;
    errors_.add(place_, "header", joined(cells),
                "Layer name, " + joined(kConvColumns) + "; or Layer, " + joined(kGemmColumns));
  }

  void row(const Cells& cells) {
    const std::size_t numbers = cells.size() - 1;
    const bool fits = numbers == columns().size() || (!result_.are_gemms && numbers == kTwoStrides);
    if (!fits) {
      errors_.add(place_, "row", std::to_string(cells.size()) + " cells",
                  std::to_string(columns().size() + 1) + ": Layer name, " + joined(columns()));
      return;
    }
    ScaleSimRow row;
    row.place = place_;
    row.name = cells[0];
    if (row.name.empty() || row.name.size() > kMaxNameBytes) {
      errors_.add(place_, "Layer name", row.name,
                  "1 to " + std::to_string(kMaxNameBytes) + " characters");
    }
    std::vector<std::int64_t> values;
    for (std::size_t i = 1; i < cells.size(); ++i) values.push_back(number(cells[i], i - 1));
    if (result_.are_gemms) {
      row.input = {values[0], 1};
      row.filters = values[1];
      row.channels = values[2];
    } else {
      row.input = {values[0], values[1]};
      row.filter = {values[2], values[3]};
      row.channels = values[4];
      row.filters = values[5];
      row.stride = {values[6], values.back()};
      check_filter(row);
    }
    result_.rows.push_back(std::move(row));
  }

  void check_filter(const ScaleSimRow& row) {
    const auto check = [&](const char* column, std::int64_t filter, std::int64_t input) {
      if (input != 0 && filter > input)
        errors_.add(place_, column, std::to_string(filter),
                    "at most the IFMAP's " + std::to_string(input));
    };
    check("Filter Height", row.filter.height, row.input.height);
    check("Filter Width", row.filter.width, row.input.width);
  }

  /// 0 after an error.
  std::int64_t number(const std::string& cell, std::size_t column) {
    const IntegerRule rule = {1, kMaxTopologyExtent};
    const auto value = parse_integer(cell);
    if (value && rule.accepts(*value)) return *value;
    errors_.add(place_, columns()[std::min(column, columns().size() - 1)], cell, rule.text());
    return 0;
  }

  const std::string& file_;
  base::ErrorList& errors_;
  std::string place_;
  bool started_ = false;
  ScaleSimRows result_;
};

}  // namespace

ScaleSimRows parse_scale_sim(const std::string& text, const std::string& file,
                             base::ErrorList& errors) {
  if (text.find('\0') != std::string::npos) {
    errors.add(file, "text", "a zero byte", "a topology in CSV");
    return {};
  }
  constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
  std::size_t begin = text.rfind(kByteOrderMark, 0) == 0 ? sizeof kByteOrderMark - 1 : 0;
  Parser parser(file, errors);
  for (std::int64_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    parser.line(text.substr(begin, end - begin), number);
    begin = end + 1;
  }
  ScaleSimRows rows = parser.take();
  const auto count = static_cast<std::int64_t>(rows.rows.size());
  if (count == 0 && errors.empty())
    errors.add(file, "layers", "none", "at least one row: Layer name, " + joined(kConvColumns));
  if (count > kMaxTopologyLayers)
    errors.add(file, "layers", std::to_string(count),
               "at most " + std::to_string(kMaxTopologyLayers));
  return rows;
}

}  // namespace npusim::config
