// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/data/capped_errors.h"

namespace npusim::data {

/// Records of a CSV text (RFC 4180), one after another: fields between commas, a field in double
/// quotes may hold commas, line breaks and doubled quotes; lines end with LF or CRLF. A UTF-8 byte
/// order mark at the beginning and empty lines are passed over.
class CsvReader {
 public:
  /// `name` begins the messages, which go to `errors`: a quote that is not closed, text behind a
  /// closing quote. `text` and `errors` must live as long as the reader.
  CsvReader(std::string_view text, std::string name, CappedErrors& errors);

  /// Reads the next record into `fields`; false at the end.
  bool next(std::vector<std::string>& fields);
  /// Where the record just read begins: "labels.csv:12".
  std::string place() const { return name_ + ":" + std::to_string(line()); }
  std::int64_t line() const { return record_line_; }

 private:
  std::string field();
  std::string quoted_field();
  bool at_end() const { return at_ == text_.size(); }
  bool at_line_end() const;
  void pass_line_end();

  std::string_view text_;
  std::string name_;
  CappedErrors& errors_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, record_line_ = 0;
};

}  // namespace npusim::data
