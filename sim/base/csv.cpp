// SPDX-License-Identifier: Apache-2.0
#include "sim/base/csv.h"

namespace npusim::base {
namespace {

void append_field(const std::string& field, std::string& text) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) {
    text += field;
    return;
  }
  text += '"';
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

/// From behind the opening quote to behind the closing one.
std::string quoted_field(std::string_view text, std::size_t& position) {
  std::string field;
  while (position < text.size()) {
    const char c = text[position++];
    if (c == '"') {
      if (position == text.size() || text[position] != '"') return field;
      ++position;
    }
    field += c;
  }
  return field;
}

}  // namespace

void append_csv_line(const std::vector<std::string>& fields, std::string& text) {
  bool first = true;
  for (const std::string& field : fields) {
    if (!first) text += ',';
    first = false;
    append_field(field, text);
  }
  text += '\n';
}

bool read_csv_line(std::string_view text, std::size_t& position, std::vector<std::string>& fields) {
  fields.clear();
  if (position >= text.size()) return false;
  std::string field;
  while (position < text.size()) {
    const char c = text[position++];
    if (c == '\n') {
      fields.push_back(std::move(field));
      return true;
    }
    if (c == ',') {
      fields.push_back(std::move(field));
      field.clear();
    } else if (c == '"' && field.empty()) {
      field = quoted_field(text, position);
    } else if (c != '\r') {
      field += c;
    }
  }
  fields.push_back(std::move(field));
  return true;
}

}  // namespace npusim::base
