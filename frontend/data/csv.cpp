// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/csv.h"

#include <utility>

namespace npusim::data {

CsvReader::CsvReader(std::string_view text, std::string name, CappedErrors& errors)
    : text_(text), name_(std::move(name)), errors_(errors) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
}

bool CsvReader::at_line_end() const {
  return at_end() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
}

void CsvReader::pass_line_end() {
  if (at_end()) return;
  at_ += text_[at_] == '\r' ? 2 : 1;
  ++line_;
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (!at_end() && at_line_end()) pass_line_end();
  if (at_end()) return false;
  record_line_ = line_;
  fields.push_back(field());
  while (!at_line_end()) {  // at a comma
    ++at_;
    fields.push_back(field());
  }
  pass_line_end();
  return true;
}

std::string CsvReader::field() {
  if (!at_end() && text_[at_] == '"') return quoted_field();
  const std::size_t begin = at_;
  while (!at_line_end() && text_[at_] != ',') ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

std::string CsvReader::quoted_field() {
  std::string value;
  for (++at_; !at_end(); ++at_) {
    if (text_[at_] == '"') {
      if (text_.substr(at_, 2) != "\"\"") break;
      ++at_;
    }
    if (text_[at_] == '\n') ++line_;
    value += text_[at_];
  }
  if (at_end()) {
    errors_.add(place(), "field", "a quote that is not closed", "closed with \"");
    return value;
  }
  const std::size_t behind = ++at_;
  while (!at_line_end() && text_[at_] != ',') ++at_;
  if (at_ != behind) {
    errors_.add(place(), "field",
                "text behind a closing quote: " + std::string(text_.substr(behind, at_ - behind)),
                "a comma or the end of the line; a quote within a quoted field is doubled");
  }
  return value;
}

}  // namespace npusim::data
