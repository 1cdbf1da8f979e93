// SPDX-License-Identifier: Apache-2.0
// A YAML text as a plain tree in which every node knows its place, and flags that change single
// values of it.
//
// Only what configuration needs is accepted: one document of mappings, lists and scalars. Anchors,
// aliases, tags, merge keys and duplicate keys are refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::config {

struct YamlEntry;

struct YamlNode {
  enum class Kind { null, scalar, list, mapping };
  Kind kind = Kind::null;
  std::string text;     // of a scalar, quotes removed
  bool quoted = false;  // a quoted scalar is text, never a number
  std::string
      place;  // "file:line:col", counted from 1; the flag where from_flag: "--set a.b", "--images"
  bool from_flag = false;
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a mapping, in the order of the text

  /// The value of a key of a mapping; nullptr where there is none.
  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key);
};

struct YamlEntry {
  std::string key;
  std::string place;  // of the key
  YamlNode value;
};

/// The tree of a text; `file` names it in messages. Adds what it refuses to `errors`; after a
/// syntax error the rest of the text is not looked at and a null node comes back.
YamlNode parse_yaml(const std::string& text, const std::string& file, base::ErrorList& errors);

/// One value given by a flag. `flag` is how messages name it ("--set quantization.scheme",
/// "--images").
struct Override {
  std::string flag;
  std::string key;    // dotted path from the root: "quantization.scheme"
  std::string value;  // YAML: a scalar or a flow list
};

/// Reads the argument of `--set`: "key.path=value".
Override parse_set_argument(const std::string& argument, base::ErrorList& errors);

/// Puts the value into the tree, replacing what is there; a later override wins over an earlier
/// one.
void apply_override(YamlNode& root, const Override& change, base::ErrorList& errors);

/// `place: key: got X, must be Y` for a node of a file, `flag: got X, must be Y` for one that a
/// flag has set.
void refuse(const YamlNode& node, const std::string& key, const std::string& got,
            const std::string& must_be, base::ErrorList& errors);

/// What a message says was got: the text of a scalar ("quoted" if it was), "a list", "a mapping",
/// "null".
std::string describe(const YamlNode& node);

}  // namespace npusim::config
