// SPDX-License-Identifier: Apache-2.0
// The words of a line of assembly text; internal to the assembler. The grammar:
// docs/program-file.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::isa {

struct TextPlace {
  std::size_t line = 0, column = 0;  // from 1 on; column 0: the whole line, line 0: the whole file
};

/// Collects refusals of a text, in the order of their places. Of more than kMost none is kept.
class AssemblyErrors {
 public:
  explicit AssemblyErrors(std::string file) : file_(std::move(file)) {}

  void add(TextPlace place, const std::string& key, const std::string& got,
           const std::string& must_be);
  /// What another reader says.
  void add(TextPlace place, const std::string& message);
  bool empty() const { return found_.empty(); }
  bool full() const { return found_.size() >= kMost; }
  void throw_if_any() const;
  /// "net.s:12:7"; without what is 0.
  std::string text(TextPlace place) const;

 private:
  static constexpr std::size_t kMost = 100;
  struct Found {
    TextPlace place;
    std::string message;
  };
  std::string file_;
  std::vector<Found> found_;
};

/// A word or a string.
struct TextValue {
  std::string text;
  bool quoted = false;
  TextPlace place;
};

/// A word or string alone, or `name=value,value`.
struct TextItem {
  TextValue word;
  bool is_field = false;
  std::vector<TextValue> values;  // at least one of a field
};

using TextItems = std::vector<TextItem>;

/// Of a line, and of lists: a text may be a file of any size.
inline constexpr std::size_t kMostItems = std::size_t{1} << 20;

/// The items of one line, without its comment; what is wrong with it is told and left out.
TextItems read_line(std::string_view line, std::size_t number, AssemblyErrors& errors);

/// Takes the text line by line.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}
  /// False at the end.
  bool next(std::string_view& line) {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  std::size_t at() const { return std::min(at_, text_.size()); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace npusim::isa
