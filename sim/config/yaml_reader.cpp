// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/nearest.h"

namespace npusim::config {
namespace {

bool is_plain_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && !node.quoted;
}

bool has_leading_zero(std::string_view digits) {
  return digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
}

std::string shortest_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

std::string rule_text(const RealRule& rule) {
  constexpr double kMost = std::numeric_limits<double>::max();
  std::string text = "a number";
  if (rule.least > -kMost && rule.greatest < kMost) {
    text += " from " + shortest_text(rule.least) + " to " + shortest_text(rule.greatest);
  } else if (rule.least > -kMost) {
    text += ", at least " + shortest_text(rule.least);
  }
  return rule.zero_allowed ? text : text + ", not zero";
}

}  // namespace

bool IntegerRule::accepts(std::int64_t value) const {
  if (value < least || value > greatest) return false;
  if (form == Form::power_of_two) return value > 0 && (value & (value - 1)) == 0;
  if (form == Form::one_of_two) return value == least || value == greatest;
  return form == Form::any || value % step == 0;
}

std::string IntegerRule::text() const {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (is_nanoseconds) {
    return "a number of ns from " + nanoseconds_text(least) + " to " + nanoseconds_text(greatest) +
           " with at most three decimals";
  }
  std::string text = "an integer";
  if (form == Form::power_of_two) text = "a power of two";
  if (form == Form::multiple_of) text = "a multiple of " + std::to_string(step);
  if (least == greatest) return std::to_string(least);
  if (form == Form::one_of_two) return std::to_string(least) + " or " + std::to_string(greatest);
  if (greatest == kMost) {
    if (least != std::numeric_limits<std::int64_t>::min())
      text += ", at least " + std::to_string(least);
  } else {
    text += " from " + std::to_string(least) + " to " + std::to_string(greatest);
  }
  return is_size_bytes ? text + " (bytes; KiB, MiB, GiB may be written)" : text;
}

std::optional<std::int64_t> parse_integer(std::string_view text, bool is_size_bytes) {
  std::int64_t unit = 1;
  if (is_size_bytes && text.size() > 3) {
    const std::string_view suffix = text.substr(text.size() - 3);
    if (suffix == "KiB") unit = std::int64_t{1} << 10;
    if (suffix == "MiB") unit = std::int64_t{1} << 20;
    if (suffix == "GiB") unit = std::int64_t{1} << 30;
    if (unit != 1) text.remove_suffix(3);
    if (unit != 1 && !text.empty() && text.back() == ' ') text.remove_suffix(1);
  }
  const bool negative = !text.empty() && text.front() == '-';
  if (has_leading_zero(negative ? text.substr(1) : text)) return std::nullopt;
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  if (__builtin_mul_overflow(value, unit, &value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_nanoseconds(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000'000'000;
  constexpr std::size_t kDecimals = 3;
  const std::size_t point = text.find('.');
  const auto whole = parse_integer(text.substr(0, point));
  if (!whole || *whole < 0 || text.front() == '-' || *whole > kMost) return std::nullopt;
  if (point == std::string_view::npos) return *whole * 1000;
  std::string digits(text.substr(point + 1));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || digits.size() > kDecimals ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t thousandths = 0;
  digits.resize(kDecimals, '0');
  for (const char c : digits) thousandths = thousandths * 10 + (c - '0');
  return *whole * 1000 + thousandths;
}

std::string nanoseconds_text(std::int64_t picoseconds) {
  std::string text = std::to_string(picoseconds / 1000);
  const std::int64_t rest = picoseconds % 1000;
  if (rest == 0) return text;
  std::string digits = std::to_string(1000 + rest).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return text.append(".").append(digits);
}

std::optional<std::int64_t> parse_value(std::string_view text, const IntegerRule& rule) {
  return rule.is_nanoseconds ? parse_nanoseconds(text) : parse_integer(text, rule.is_size_bytes);
}

std::optional<double> parse_real(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (has_leading_zero(negative ? text.substr(1) : text)) return std::nullopt;
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::string list_choices(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += choices[i];
  }
  return text;
}

YamlMap::YamlMap(const YamlNode& node, std::string path, base::ErrorList& errors)
    : node_(&node), path_(std::move(path)), errors_(errors) {
  if (node.kind == YamlNode::Kind::mapping) return;
  config::refuse(node, path_.empty() ? "file" : path_,
                 node.place.empty() ? "nothing" : describe(node), "a mapping (key: value)",
                 errors_);
  node_ = nullptr;
}

const YamlNode* YamlMap::find(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

const YamlNode* YamlMap::require(const std::string& key, const std::string& must_be) {
  const YamlNode* value = find(key);
  if (value == nullptr && node_ != nullptr) {
    errors_.add(node_->place, path_of(key), "nothing", must_be);
  }
  return value;
}

void YamlMap::refuse(const YamlNode& value, const std::string& key, const std::string& must_be) {
  config::refuse(value, path_of(key), describe(value), must_be, errors_);
}

std::int64_t YamlMap::integer(const std::string& key, const IntegerRule& rule,
                              std::optional<std::int64_t> fallback) {
  const YamlNode* value = fallback ? find(key) : require(key, rule.text());
  if (value == nullptr) return fallback.value_or(rule.least);
  const auto number = is_plain_scalar(*value) ? parse_value(value->text, rule) : std::nullopt;
  if (number && rule.accepts(*number)) return *number;
  refuse(*value, key, rule.text());
  return fallback.value_or(rule.least);
}

std::optional<double> YamlMap::parse_in_range(const YamlNode& value, const RealRule& rule) const {
  const auto number = is_plain_scalar(value) ? parse_real(value.text) : std::nullopt;
  if (!number || *number < rule.least || *number > rule.greatest) return std::nullopt;
  if (!rule.zero_allowed && *number == 0) return std::nullopt;
  return number;
}

double YamlMap::real(const std::string& key, const RealRule& rule, std::optional<double> fallback) {
  const YamlNode* value = fallback ? find(key) : require(key, rule_text(rule));
  if (value == nullptr) return fallback.value_or(1);
  if (const auto number = parse_in_range(*value, rule)) return *number;
  refuse(*value, key, rule_text(rule));
  return fallback.value_or(1);
}

bool YamlMap::boolean(const std::string& key, std::optional<bool> fallback) {
  const YamlNode* value = fallback ? find(key) : require(key, "true or false");
  if (value == nullptr) return fallback.value_or(false);
  if (is_plain_scalar(*value) && (value->text == "true" || value->text == "false"))
    return value->text == "true";
  refuse(*value, key, "true or false");
  return fallback.value_or(false);
}

std::string YamlMap::text(const std::string& key, const std::string& must_be,
                          const std::optional<std::string>& fallback) {
  const YamlNode* value = fallback ? find(key) : require(key, must_be);
  if (value == nullptr) return fallback.value_or("");
  if (value->kind == YamlNode::Kind::scalar && !value->text.empty()) return value->text;
  refuse(*value, key, must_be);
  return fallback.value_or("");
}

std::size_t YamlMap::choice(const std::string& key, const std::vector<std::string>& choices,
                            std::optional<std::size_t> fallback, const std::string& must_be) {
  std::string expected = must_be.empty() ? list_choices(choices) : must_be;
  const YamlNode* value = fallback ? find(key) : require(key, expected);
  if (value == nullptr) return fallback.value_or(0);
  if (value->kind == YamlNode::Kind::scalar) {
    const auto found = std::find(choices.begin(), choices.end(), value->text);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    expected += base::did_you_mean(value->text, choices);
  }
  refuse(*value, key, expected);
  return fallback.value_or(0);
}

std::vector<double> YamlMap::reals(const std::string& key, std::size_t count,
                                   const RealRule& rule) {
  const std::string must_be = "a list of " + std::to_string(count) + " numbers";
  std::vector<double> numbers(count, 1);
  const YamlNode* value = require(key, must_be);
  if (value == nullptr) return numbers;
  if (value->kind != YamlNode::Kind::list) {
    refuse(*value, key, must_be);
    return numbers;
  }
  if (value->items.size() != count) {
    config::refuse(*value, path_of(key), "a list of " + std::to_string(value->items.size()),
                   must_be, errors_);
    return numbers;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = parse_in_range(value->items[i], rule);
    if (number) numbers[i] = *number;
    if (!number) refuse(value->items[i], key + '[' + std::to_string(i) + ']', rule_text(rule));
  }
  return numbers;
}

void YamlMap::refuse_unknown_keys() {
  if (node_ == nullptr) return;
  for (const YamlEntry& entry : node_->entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    YamlNode key;  // the error is at the key, not at its value
    key.place = entry.place;
    key.from_flag = entry.value.from_flag;
    config::refuse(key, path_of(entry.key), "an unknown key",
                   "one of " + list_choices(known_) + base::did_you_mean(entry.key, known_),
                   errors_);
  }
}

}  // namespace npusim::config
