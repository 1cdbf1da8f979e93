// SPDX-License-Identifier: Apache-2.0
// Typed, strict access to a mapping of a YAML tree. Reading goes on after an error, so that the
// user sees all of them.
//
//     YamlMap map(root, "", errors);
//     const std::int64_t rows = map.integer("rows", {1, 4096});
//     const bool overlap = map.boolean("overlap", true);   // optional, with its default
//     map.refuse_unknown_keys();                           // after all keys have been asked for
//     errors.throw_if_any();
//
// Without a default a missing key is an error. After an error a value in range comes back, which
// the caller drops.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// What an integer must be. A size in bytes may be written with KiB, MiB or GiB.
struct IntegerRule {
  enum class Form {
    any,
    power_of_two,
    multiple_of,
    one_of_two
  };  // one_of_two: least or greatest, nothing between
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  Form form = Form::any;
  std::int64_t step = 1;  // of multiple_of
  bool is_size_bytes = false;
  // Written in ns with up to three decimals, held in ps: "13.75" is 13750.
  bool is_nanoseconds = false;

  bool accepts(std::int64_t value) const;
  /// "an integer from 1 to 4096", "a power of two from 16 to 4096", ...
  std::string text() const;
};

struct RealRule {
  double least = -std::numeric_limits<double>::max();
  double greatest = std::numeric_limits<double>::max();
  bool zero_allowed = true;
};

/// A whole decimal number: no leading zero, no plus, no fraction, no exponent; KiB, MiB, GiB where
/// sizes are meant.
std::optional<std::int64_t> parse_integer(std::string_view text, bool is_size_bytes = false);
/// The value as a rule has it written: parse_integer, or parse_nanoseconds.
std::optional<std::int64_t> parse_value(std::string_view text, const IntegerRule& rule);
/// "13.75" -> 13750: ns with at most three decimals, at most 10^12 ns, as ps.
std::optional<std::int64_t> parse_nanoseconds(std::string_view text);
/// 13750 -> "13.75": reads back as the same.
std::string nanoseconds_text(std::int64_t picoseconds);
/// A finite decimal number.
std::optional<double> parse_real(std::string_view text);
/// "a, b or c".
std::string list_choices(const std::vector<std::string>& choices);

class YamlMap {
 public:
  /// `path` is the dotted key of the mapping itself ("" for the root). A node that is no mapping is
  /// refused, and every further read is silent. Node and errors must outlive the map.
  YamlMap(const YamlNode& node, std::string path, base::ErrorList& errors);

  std::int64_t integer(const std::string& key, const IntegerRule& rule,
                       std::optional<std::int64_t> fallback = std::nullopt);
  double real(const std::string& key, const RealRule& rule,
              std::optional<double> fallback = std::nullopt);
  bool boolean(const std::string& key, std::optional<bool> fallback = std::nullopt);
  std::string text(const std::string& key, const std::string& must_be,
                   const std::optional<std::string>& fallback = std::nullopt);
  /// Index of the value in `choices`; `must_be` replaces their list in messages.
  std::size_t choice(const std::string& key, const std::vector<std::string>& choices,
                     std::optional<std::size_t> fallback = std::nullopt,
                     const std::string& must_be = "");
  /// Exactly `count` numbers.
  std::vector<double> reals(const std::string& key, std::size_t count, const RealRule& rule);

  /// The node of a key, which then counts as known; nullptr where it is missing.
  const YamlNode* find(const std::string& key);
  /// The same, and a missing key is an error.
  const YamlNode* require(const std::string& key, const std::string& must_be);
  /// The dotted path of a key of this mapping.
  std::string path_of(const std::string& key) const {
    return path_.empty() ? key : path_ + '.' + key;
  }

  void refuse(const YamlNode& value, const std::string& key, const std::string& must_be);
  /// Every key of the mapping that was never asked for is an error; names the nearest known key.
  void refuse_unknown_keys();

  bool is_mapping() const { return node_ != nullptr; }
  base::ErrorList& errors() { return errors_; }

 private:
  std::optional<double> parse_in_range(const YamlNode& value, const RealRule& rule) const;

  const YamlNode* node_;  // nullptr where the node is no mapping
  std::string path_;
  base::ErrorList& errors_;
  std::vector<std::string> known_;
};

}  // namespace npusim::config
