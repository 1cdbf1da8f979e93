// SPDX-License-Identifier: Apache-2.0
// The fields of a line of assembly text read into a structure, along the tables of fields.h and
// text_fields.h; internal to the assembler.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"
#include "sim/isa/assembly_line.h"

namespace npusim::isa {

/// ", did you mean X?" where a choice is near.
inline std::string near_hint(const std::string& text, const std::vector<std::string>& choices) {
  constexpr std::size_t kLongestName = 64;
  if (text.size() > kLongestName) return "";
  return base::did_you_mean(text, choices);
}

/// An integer in decimal or, behind 0x, in hexadecimal digits, nothing around it.
template <typename T>
bool parse_text_integer(const std::string& text, T& result) {
  const bool negative = !text.empty() && text.front() == '-';
  const char* begin = text.data() + (negative ? 1 : 0);
  const char* const end = text.data() + text.size();
  const bool hex = end - begin > 2 && begin[0] == '0' && begin[1] == 'x';
  std::uint64_t magnitude = 0;
  const auto [last, error] =
      std::from_chars(hex ? begin + 2 : begin, end, magnitude, hex ? 16 : 10);
  if (error != std::errc() || last != end) return false;
  const auto greatest = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (!negative) {
    if (magnitude > greatest) return false;
    result = static_cast<T>(magnitude);
    return true;
  }
  if (magnitude > (std::is_signed_v<T> ? greatest + 1 : 0)) return false;
  result = static_cast<T>(0 - magnitude);
  return true;
}

template <typename T>
std::string integer_rule(T least, T greatest) {
  return "an integer from " + std::to_string(least) + " to " + std::to_string(greatest);
}
template <typename T>
std::string integer_rule() {
  return integer_rule(std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

/// A visitor that gives every field its value from the items, where they have it. What is left
/// afterwards belongs to nobody: refuse_unknown().
class FieldParser {
 public:
  FieldParser(TextItems items, AssemblyErrors& errors)
      : items_(std::move(items)), used_(items_.size(), false), errors_(errors) {
    for (std::size_t i = 0; i < items_.size(); ++i) refuse_again(i);
  }

  template <typename T, std::size_t N>
  void flag(const char* name, unsigned, T& value, const std::array<const char*, N>& names) {
    const TextItem* item = take_single(name);
    if (item == nullptr) return;
    const TextValue& got = item->values.front();
    for (std::size_t i = 0; i < N; ++i) {
      if (got.text != names[i]) continue;
      value = static_cast<T>(i);
      return;
    }
    const std::vector<std::string> choices(names.begin(), names.end());
    errors_.add(got.place, name, got.text,
                config::list_choices(choices) + near_hint(got.text, choices));
  }
  template <typename T>
  void number(const char* name, int, T& value) {
    if (const TextItem* item = take_single(name)) integer(name, item->values.front(), value);
  }
  template <typename T>
  void address(const char* name, int offset, T& value) {
    number(name, offset, value);
  }
  void text(const char* name, std::string& value) {
    const TextItem* item = take_single(name);
    if (item == nullptr) return;
    const TextValue& got = item->values.front();
    if (!got.quoted) return errors_.add(got.place, name, got.text, "a text in double quotes");
    value = got.text;
  }
  void real(const char* name, double& value) {
    if (const TextItem* item = take_single(name)) parse_real(name, item->values.front(), value);
  }
  template <std::size_t N>
  void reals(const char* name, double (&values)[N]) {
    const TextItem* item = take(name);
    if (item == nullptr) return;
    if (item->values.size() != N) {
      return errors_.add(item->word.place, name, std::to_string(item->values.size()) + " values",
                         std::to_string(N) + ", with commas in between");
    }
    for (std::size_t i = 0; i < N; ++i) parse_real(name, item->values[i], values[i]);
  }
  template <typename T>
  void ranged(const char* name, T& value, T least, T greatest, T) {
    const TextItem* item = take_single(name);
    if (item == nullptr) return;
    const TextValue& got = item->values.front();
    T parsed{};
    if (parse_text_integer(got.text, parsed) && parsed >= least && parsed <= greatest) {
      value = parsed;
    } else {
      errors_.add(got.place, name, got.text, integer_rule(least, greatest));
    }
  }

  /// The field's item, which then is known; nullptr where it is not there.
  const TextItem* take(const std::string& name) {
    known_.push_back(name);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (used_[i] || items_[i].word.text != name) continue;
      used_[i] = true;
      return &items_[i];
    }
    return nullptr;
  }

  bool has(const std::string& name) const {
    return std::any_of(items_.begin(), items_.end(),
                       [&](const TextItem& item) { return item.word.text == name; });
  }

  void require(const std::string& name, TextPlace line, const std::string& must_be) {
    if (!has(name)) errors_.add(line, name, "nothing", must_be);
  }

  void refuse_unknown() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (used_[i]) continue;
      if (errors_.full()) return;
      const TextValue& word = items_[i].word;
      errors_.add(word.place, word.text, items_[i].is_field ? "an unknown field" : "a word",
                  (items_[i].is_field ? "a field of this line" : "name=value") +
                      near_hint(word.text, known_));
    }
  }

 private:
  void refuse_again(std::size_t i) {
    if (items_.size() > kMostFields || !items_[i].is_field) return;
    for (std::size_t j = 0; j < i; ++j) {
      if (!items_[j].is_field || items_[j].word.text != items_[i].word.text) continue;
      errors_.add(items_[i].word.place, items_[i].word.text, "the field again",
                  "given once: it is there in " + errors_.text(items_[j].word.place));
      used_[i] = true;
      return;
    }
  }

  const TextItem* take_single(const char* name) {
    const TextItem* item = take(name);
    if (item == nullptr) return nullptr;
    if (item->is_field && item->values.size() == 1) return item;
    errors_.add(item->word.place, name,
                item->is_field ? std::to_string(item->values.size()) + " values" : "no value",
                "one value");
    return nullptr;
  }

  template <typename T>
  void integer(const char* name, const TextValue& got, T& value) {
    if (!got.quoted && parse_text_integer(got.text, value)) return;
    errors_.add(got.place, name, got.text, integer_rule<T>());
  }

  void parse_real(const char* name, const TextValue& got, double& value) {
    const char* const end = got.text.data() + got.text.size();
    const auto [last, error] = std::from_chars(got.text.data(), end, value);
    if (!got.quoted && error == std::errc() && last == end) return;
    errors_.add(got.place, name, got.text, "a number");
  }

  static constexpr std::size_t kMostFields = 1000;  // more are unknown ones anyway
  TextItems items_;
  std::vector<bool> used_;
  std::vector<std::string> known_;
  AssemblyErrors& errors_;
};

}  // namespace npusim::isa
