// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/axis_reader.h"

#include <algorithm>
#include <set>

#include "sim/config/yaml_reader.h"
#include "sim/config/yaml_writer.h"

namespace npusim::sweep {
namespace {

using config::YamlNode;

constexpr std::size_t kMostValues = 4096;
constexpr std::size_t kMostDecimals = 9;
constexpr char kAxisRule[] = "a list of values, {from, to, step} or {from, to, times}";

/// A decimal number without exponent, as so many units of 10^-decimals.
struct Decimal {
  std::int64_t units = 0;
  std::size_t decimals = 0;
};

std::optional<Decimal> parse_decimal(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.quoted) return std::nullopt;
  if (const auto whole = config::parse_integer(node.text, true)) return Decimal{*whole, 0};
  const std::size_t point = node.text.find('.');
  if (point == std::string::npos || !config::parse_real(node.text)) return std::nullopt;
  const std::string digits = node.text.substr(point + 1);
  const bool plain =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || digits.size() > kMostDecimals) return std::nullopt;
  std::string whole = node.text.substr(0, point) + digits;  // "0.5" -> "05"
  const bool negative = whole.front() == '-';
  whole.erase(0, std::min(whole.find_first_not_of("-0"), whole.size() - 1));
  const auto units = config::parse_integer(whole);
  if (!units) return std::nullopt;
  return Decimal{negative ? -*units : *units, digits.size()};
}

/// The number in units of 10^-decimals; empty where it does not fit.
std::optional<std::int64_t> scaled(const Decimal& number, std::size_t decimals) {
  std::int64_t units = number.units;
  for (std::size_t i = number.decimals; i < decimals; ++i) {
    if (__builtin_mul_overflow(units, std::int64_t{10}, &units)) return std::nullopt;
  }
  return units;
}

std::string decimal_text(std::int64_t units, std::size_t decimals) {
  const bool negative = units < 0;
  std::string digits = std::to_string(units).substr(negative ? 1 : 0);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) {
    digits.insert(digits.size() - decimals, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return (negative && digits != "0" ? "-" : "") + digits;
}

class AxisReader {
 public:
  AxisReader(const YamlNode& node, std::string path, base::ErrorList& errors)
      : node_(node), path_(std::move(path)), errors_(errors) {}

  std::vector<std::string> values() {
    if (node_.kind == YamlNode::Kind::mapping) return range();
    if (node_.kind == YamlNode::Kind::list && !node_.items.empty()) return list();
    const bool empty = node_.kind == YamlNode::Kind::list;
    config::refuse(node_, path_, empty ? "an empty list" : config::describe(node_), kAxisRule,
                   errors_);
    return {};
  }

 private:
  std::vector<std::string> list() {
    std::vector<std::string> values;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < node_.items.size(); ++i) {
      const YamlNode& item = node_.items[i];
      values.push_back(value_text(item));
      if (seen.insert(values.back()).second) continue;
      config::refuse(item, path_ + '[' + std::to_string(i) + ']', values.back() + " a second time",
                     "a value that is not there yet", errors_);
    }
    return values;
  }

  /// The number of a key of the range.
  std::optional<Decimal> number(config::YamlMap& map, const std::string& key, bool whole) {
    const std::string must_be =
        whole ? "a whole number (sizes with KiB, MiB or GiB)"
              : "a number with at most nine decimals (sizes with KiB, MiB or GiB)";
    const YamlNode* node = map.require(key, must_be);
    if (node == nullptr) return std::nullopt;
    const auto found = parse_decimal(*node);
    if (found && (!whole || found->decimals == 0)) return found;
    map.refuse(*node, key, must_be);
    return std::nullopt;
  }

  std::vector<std::string> range() {
    config::YamlMap map(node_, path_, errors_);
    const bool has_step = map.find("step") != nullptr, has_times = map.find("times") != nullptr;
    if (has_step == has_times) {
      config::refuse(node_, path_, has_step ? "step and times" : "neither step nor times",
                     kAxisRule, errors_);
    }
    const auto from = number(map, "from", has_times);
    const auto to = number(map, "to", has_times);
    std::optional<Decimal> step;
    if (has_step || has_times) step = number(map, has_times ? "times" : "step", has_times);
    map.refuse_unknown_keys();
    if (!from || !to || !step || has_step == has_times) return {};
    return has_times ? times(*from, *to, *step) : steps(*from, *to, *step);
  }

  std::vector<std::string> refuse(const std::string& key, const std::string& must_be) {
    const YamlNode& node = *node_.find(key);
    config::refuse(node, path_ + '.' + key, config::describe(node), must_be, errors_);
    return {};
  }

  std::vector<std::string> steps(const Decimal& from, const Decimal& to, const Decimal& step) {
    const std::size_t decimals = std::max({from.decimals, to.decimals, step.decimals});
    const auto first = scaled(from, decimals), last = scaled(to, decimals),
               by = scaled(step, decimals);
    std::int64_t span = 0;
    const bool fits = first && last && by && !__builtin_sub_overflow(*last, *first, &span);
    if (!fits) return refuse("to", "a number that fits 64 bits, with the decimals of the others");
    if (*by <= 0) return refuse("step", "more than 0");
    if (span < 0) return refuse("to", "at least from");
    if (span / *by >= static_cast<std::int64_t>(kMostValues)) return too_many("step");
    std::vector<std::string> values;
    for (std::int64_t i = 0; i <= span / *by; ++i)
      values.push_back(decimal_text(*first + i * *by, decimals));
    return values;
  }

  std::vector<std::string> times(const Decimal& from, const Decimal& to, const Decimal& factor) {
    if (from.units < 1) return refuse("from", "at least 1");
    if (to.units < from.units) return refuse("to", "at least from");
    if (factor.units < 2) return refuse("times", "at least 2");
    std::vector<std::string> values;
    std::int64_t value = from.units;
    while (value <= to.units) {
      values.push_back(std::to_string(value));
      if (__builtin_mul_overflow(value, factor.units, &value)) break;
    }
    return values;
  }

  std::vector<std::string> too_many(const std::string& key) {
    return refuse(key, "a step of which at most " + std::to_string(kMostValues) + " values come");
  }

  const YamlNode& node_;
  std::string path_;
  base::ErrorList& errors_;
};

}  // namespace

std::string value_text(const YamlNode& node) {
  const bool plain = node.kind == YamlNode::Kind::scalar && !node.quoted;
  if (plain) {
    const auto bytes = config::parse_integer(node.text, true);
    return bytes ? std::to_string(*bytes) : node.text;
  }
  return config::yaml_line(node);
}

Axis read_axis(const YamlNode& node, const std::string& key, const std::string& path,
               base::ErrorList& errors) {
  return {key, AxisReader(node, path, errors).values(), node.place};
}

}  // namespace npusim::sweep
