// SPDX-License-Identifier: Apache-2.0
// The small language of `where`, `derived` and `constraints`:
//
//     hardware.mac_array.rows * hardware.mac_array.columns <= 4096 and not quantization.symmetric
//     quantization.scheme != per_channel or hardware.weight_scratchpad.bytes >= 128KiB
//
// Weakest first: or; and; not; == != < <= > >= (one of them, no chains); + -; * / %; unary minus;
// min(a, b), max(a, b), floor(a), ceil(a), parentheses. A word is a name: a key or a metric, parts
// separated by dots. Only behind == or != a word without a dot is a text; so is what stands in
// quotes anywhere. Numbers are decimal, whole ones with KiB, MiB or GiB. All numbers are doubles:
// whole ones are exact up to 2^53; a % b has the sign of a.
//
// Why not a library's: the variables of muParser are doubles, so that no scheme can be compared
// with a name, and neither it nor muParserX knows values that are not there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::sweep {

/// What a name stands for, and what an expression gives.
struct Value {
  enum class Kind { none, number, truth, text };
  Kind kind = Kind::none;  // none: the record has no such metric
  double number = 0;       // of number; 0 or 1 of truth
  std::string text;

  static Value of_number(double value) { return {Kind::number, value, {}}; }
  static Value of_truth(bool value) { return {Kind::truth, value ? 1.0 : 0.0, {}}; }
  static Value of_text(std::string value) { return {Kind::text, 0, std::move(value)}; }
  /// A value as an axis has it: a number (sizes with their unit), true or false, else a text.
  static Value of_yaml(const std::string& text);
};

/// A value as YAML: whole numbers without fraction, others in the shortest form that reads back as
/// the same.
std::string to_text(const Value& value);

class Expression {
 public:
  /// Says what is wrong in `errors`, with place and key; what comes back then must not be
  /// evaluated.
  static Expression parse(const std::string& text, const std::string& place, const std::string& key,
                          base::ErrorList& errors);

  /// Every name once, in the order of the text.
  const std::vector<std::string>& names() const { return names_; }
  const std::string& text() const { return text_; }
  const std::string& place() const { return place_; }
  const std::string& key() const { return key_; }

  /// `value_of` is asked for names by their index in names(), and only for those that matter: the
  /// right side of `and` and `or` only where the left one does not decide. With a name that has no
  /// value (Kind::none) the result is none, unless the rest decides. Throws base::InputError where
  /// texts are counted with, a divisor is 0, or a result is no finite number.
  Value evaluate(const std::function<Value(std::size_t name)>& value_of) const;

  /// Whether it is true; none is not. Throws base::InputError where it is no truth value.
  bool holds(const std::function<Value(std::size_t name)>& value_of) const;

  /// How far from holding it is, for a search that needs to know the direction: 0 where it holds;
  /// of a comparison the relative distance of its sides, of `and` the sum, of `or` the least; 1
  /// where that says nothing. Never infinite.
  double violation(const std::function<Value(std::size_t name)>& value_of) const;

  struct Node;

 private:
  std::string text_, place_, key_;
  std::vector<std::string> names_;
  std::shared_ptr<const Node> root_;
};

}  // namespace npusim::sweep
