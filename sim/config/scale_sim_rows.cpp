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
constexpr std::size_t kNinth = 8;  // names behind the layer's, where a header names one more

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// The cells of a line without the commas and the `# ...` that such files end lines with.
Cells cells_of(const std::string& line) {
  Cells cells;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t comma = std::min(line.find(',', begin), line.size());
    cells.push_back(trimmed(line.substr(begin, comma - begin)));
    begin = comma + 1;
    if (cells.back().rfind('#', 0) != 0) continue;
    cells.pop_back();
    break;
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

/// What a column behind the strides says.
enum class NinthColumn { none, stride_width, must_be_one };

class Parser {
 public:
  Parser(const std::string& file, base::ErrorList& errors) : file_(file), errors_(errors) {}

  void line(const std::string& text, std::int64_t number) {
    Cells cells = cells_of(text);
    if (cells.empty()) return;
    place_ = file_ + ':' + std::to_string(number);
    const bool is_first = !started_;
    started_ = true;
    if (is_first && is_header(cells)) {
      drop_remarks(cells);
      header(cells);
      return;
    }
    if (is_first) result_.are_gemms = cells.size() == kGemmColumns.size() + 1;
    drop_remarks(cells);
    row(cells);
  }

  ScaleSimRows take() { return std::move(result_); }

 private:
  const Cells& columns() const { return result_.are_gemms ? kGemmColumns : kConvColumns; }

  /// Tables are kept with remarks beside them: what stands behind an empty cell behind the columns.
  void drop_remarks(Cells& cells) {
    const std::size_t columns_read = columns().size() + 1;
    if (cells.size() <= columns_read) return;
    const auto empty =
        std::find(cells.begin() + static_cast<std::ptrdiff_t>(columns_read), cells.end(), "");
    result_.has_remarks = result_.has_remarks || empty != cells.end();
    cells.erase(empty, cells.end());
  }

  void header(const Cells& cells) {
    Cells names;
    for (std::size_t i = 1; i < cells.size(); ++i) names.push_back(plain(cells[i]));
    const auto begins_with = [&](const Cells& wanted) {
      return names.size() >= wanted.size() &&
             std::equal(wanted.begin(), wanted.end(), names.begin(),
                        [](const auto& a, const auto& b) { return plain(a) == b; });
    };
    if (names.size() == kGemmColumns.size() && begins_with(kGemmColumns)) {
      result_.are_gemms = true;
      return;
    }
    // A slip that is about: one of the map's extents named twice.
    if (names.size() > 1 && names[0] == names[1] &&
        (names[0] == "ifmapheight" || names[0] == "ifmapwidth")) {
      names[0] = "ifmapheight";
      names[1] = "ifmapwidth";
    }
    const bool has_ninth = names.size() == kNinth;
    const bool has_two_strides =
        has_ninth && names[6] == "strideheight" && names[7] == "stridewidth";
    if (has_two_strides) names[6] = plain(kConvColumns[6]);
    const bool has_meaning =
        has_two_strides || (has_ninth && (names[7] == "batchsize" || names[7] == "sparsity"));
    if (!begins_with(kConvColumns) || (names.size() != kConvColumns.size() && !has_meaning)) {
      errors_.add(place_, "header", joined(cells),
                  "Layer name, " + joined(kConvColumns) + "; or Layer, " + joined(kGemmColumns));
      return;
    }
    if (!has_ninth) return;
    ninth_name_ = cells.back();
    ninth_ = has_two_strides ? NinthColumn::stride_width : NinthColumn::must_be_one;
  }

  void row(const Cells& cells) {
    const std::size_t numbers = cells.size() - 1;
    const std::size_t wanted = columns().size() + (ninth_ == NinthColumn::none ? 0 : 1);
    if (numbers != wanted) {
      errors_.add(place_, "row", std::to_string(cells.size()) + " cells",
                  std::to_string(wanted + 1) + ": Layer name, " + joined(columns()) +
                      (ninth_name_.empty() ? "" : ", " + ninth_name_));
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
      row.stride = {values[6], ninth_ == NinthColumn::stride_width ? values[7] : values[6]};
      if (ninth_ == NinthColumn::must_be_one && values[7] > 1)
        errors_.add(place_, ninth_name_, cells.back(), "1: neither batches nor sparse weights");
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
    errors_.add(place_, column < columns().size() ? columns()[column] : ninth_name_, cell,
                rule.text());
    return 0;
  }

  const std::string& file_;
  base::ErrorList& errors_;
  std::string place_;
  bool started_ = false;
  NinthColumn ninth_ = NinthColumn::none;
  std::string ninth_name_;
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
