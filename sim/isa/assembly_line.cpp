// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/assembly_line.h"

#include <tuple>

namespace npusim::isa {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_word(char c) { return is_blank(c) || c == '=' || c == ',' || c == '"' || c == ';'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Scanner {
 public:
  Scanner(std::string_view line, std::size_t number, AssemblyErrors& errors)
      : line_(line), number_(number), errors_(errors) {}

  TextItems items() {
    TextItems items;
    while (skip_blanks()) {
      if (items.size() == kMostItems) {
        errors_.add(place(), "line", "more words", "at most " + std::to_string(kMostItems));
        break;
      }
      TextItem item;
      if (!value(item.word)) break;
      if (skip_blanks() && line_[at_] == '=') {
        ++at_;
        item.is_field = true;
        if (!values(item)) break;
      }
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  TextPlace place() const { return {number_, at_ + 1}; }

  /// Whether anything but a comment is left.
  bool skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    return at_ < line_.size() && line_[at_] != ';';
  }

  bool values(TextItem& item) {
    for (;;) {
      TextValue next;
      if (!skip_blanks()) {
        errors_.add(place(), item.word.text, "nothing behind '" + last() + "'", "a value");
        return false;
      }
      if (!value(next)) return false;
      item.values.push_back(std::move(next));
      if (item.values.size() > kMostItems) {
        errors_.add(place(), item.word.text, "more values",
                    "at most " + std::to_string(kMostItems));
        return false;
      }
      if (!skip_blanks() || line_[at_] != ',') return true;
      ++at_;
    }
  }

  std::string last() const {
    const std::size_t at = line_.find_last_of("=,", at_ == 0 ? 0 : at_ - 1);
    return std::string(1, line_[at]);
  }

  bool value(TextValue& result) {
    result.place = place();
    if (line_[at_] == '"') return string(result);
    const std::size_t begin = at_;
    while (at_ < line_.size() && !ends_word(line_[at_])) ++at_;
    if (at_ == begin) {
      errors_.add(place(), "text", std::string(1, line_[at_]), "a name or a value");
      return false;
    }
    result.text = line_.substr(begin, at_ - begin);
    return true;
  }

  bool string(TextValue& result) {
    result.quoted = true;
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      if (line_[at_] != '\\') {
        result.text += line_[at_];
        continue;
      }
      const bool is_code = at_ + 3 < line_.size() && line_[at_ + 1] == 'x' &&
                           hex_digit(line_[at_ + 2]) >= 0 && hex_digit(line_[at_ + 3]) >= 0;
      if (!is_code) {
        errors_.add(place(), "string", std::string(line_.substr(at_, 4)),
                    "\\x and two hexadecimal digits behind a backslash");
        return false;
      }
      result.text += static_cast<char>(hex_digit(line_[at_ + 2]) * 16 + hex_digit(line_[at_ + 3]));
      at_ += 3;
    }
    if (at_ >= line_.size()) {
      errors_.add(result.place, "string", "no end of it", "ended by '\"' in its line");
      return false;
    }
    ++at_;
    return true;
  }

  std::string_view line_;
  std::size_t number_;
  AssemblyErrors& errors_;
  std::size_t at_ = 0;
};

}  // namespace

void AssemblyErrors::add(TextPlace place, const std::string& key, const std::string& got,
                         const std::string& must_be) {
  if (!full()) found_.push_back({place, base::refusal(text(place), key, got, must_be)});
}

void AssemblyErrors::add(TextPlace place, const std::string& message) {
  if (!full()) found_.push_back({place, text(place) + ": " + message});
}

std::string AssemblyErrors::text(TextPlace place) const {
  std::string text = file_;
  if (place.line > 0) text += ':' + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) text += ':' + std::to_string(place.column);
  return text;
}

void AssemblyErrors::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<Found> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Found& a, const Found& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::vector<std::string> messages;
  messages.reserve(sorted.size());
  for (Found& found : sorted) messages.push_back(std::move(found.message));
  if (full()) {
    messages.push_back(file_ + ": more may be wrong: this is the first " + std::to_string(kMost));
  }
  throw base::InputError(std::move(messages));
}

TextItems read_line(std::string_view line, std::size_t number, AssemblyErrors& errors) {
  return Scanner(line, number, errors).items();
}

}  // namespace npusim::isa
