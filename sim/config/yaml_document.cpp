// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

namespace npusim::config {
namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxEntries = 4096;  // of one list or mapping
constexpr std::size_t kMaxKeyBytes = 256;  // of --set
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
constexpr std::size_t kShownCharacters = 60;

std::string place_of(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file;
  return file + ':' + std::to_string(mark.line + 1) + ':' + std::to_string(mark.column + 1);
}

/// Makes the tree from yaml-cpp's events, because its own nodes hide duplicate keys, aliases and
/// quotes.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& text, const std::string& file, base::ErrorList& errors)
      : text_(text), file_(file), errors_(errors) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_extras(mark, "?", anchor);
    add(make(YamlNode::Kind::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    errors_.add(place_of(file_, mark), "alias", "*",
                "a value written out (aliases are not supported)");
    add(make(YamlNode::Kind::null, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_extras(mark, tag, anchor);
    YamlNode node = make(YamlNode::Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    if (is_open_quote(mark)) {
      errors_.add(place_of(file_, mark), "syntax", "a quoted text without end", "valid YAML");
    }
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    YamlNode node;
    bool has_key = false;
    std::string key;
    std::string key_place;
  };

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark) const {
    YamlNode node;
    node.kind = kind;
    node.place = place_of(file_, mark);
    return node;
  }

  /// yaml-cpp lets the end of the file close a quoted text.
  bool is_open_quote(const YAML::Mark& mark) const {
    const auto begin = static_cast<std::size_t>(mark.pos);
    if (begin >= text_.size() || (text_[begin] != '"' && text_[begin] != '\'')) return false;
    const char quote = text_[begin];
    for (std::size_t at = begin + 1; at < text_.size(); ++at) {
      const bool doubled = quote == '\'' && text_.compare(at, 2, "''") == 0;
      if (doubled || (quote == '"' && text_[at] == '\\')) {
        ++at;  // an escaped character
      } else if (text_[at] == quote) {
        return false;
      }
    }
    return true;
  }

  void check_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      errors_.add(place_of(file_, mark), "anchor", "&", "a value without an anchor");
    }
    if (tag != "?" && tag != "!" && !tag.empty()) {
      errors_.add(place_of(file_, mark), "tag", tag, "a value without a tag");
    }
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check_extras(mark, tag, anchor);
    if (levels_.size() >= kMaxDepth) {
      throw base::InputError(base::refusal(place_of(file_, mark), "nesting",
                                           "more than " + std::to_string(kMaxDepth) + " levels",
                                           "at most " + std::to_string(kMaxDepth)));
    }
    levels_.emplace_back();
    levels_.back().node = make(kind, mark);
  }

  void close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    check_size(level.node, node);
    if (level.node.kind == YamlNode::Kind::list) {
      level.node.items.push_back(std::move(node));
    } else if (!level.has_key) {
      take_key(level, node);
    } else {
      level.has_key = false;
      // yaml-cpp puts an empty value behind the line end, on the next token.
      if (node.kind == YamlNode::Kind::null) node.place = level.key_place;
      level.node.entries.push_back(
          {std::move(level.key), std::move(level.key_place), std::move(node)});
    }
  }

  static void check_size(const YamlNode& parent, const YamlNode& next) {
    if (std::max(parent.items.size(), parent.entries.size()) < kMaxEntries) return;
    throw base::InputError(base::refusal(next.place, "size",
                                         "more than " + std::to_string(kMaxEntries) + " entries",
                                         "at most " + std::to_string(kMaxEntries)));
  }

  void take_key(Level& level, const YamlNode& node) {
    level.has_key = true;
    level.key = node.text;
    level.key_place = node.place;
    if (node.kind != YamlNode::Kind::scalar) {
      errors_.add(node.place, "key", describe(node), "a name");
    } else if (const YamlNode* first = level.node.find(node.text)) {
      errors_.add(node.place, node.text, "a second value",
                  "given once (the first is at " + first->place + ")");
    }
  }

  const std::string& text_;
  const std::string& file_;
  base::ErrorList& errors_;
  std::vector<Level> levels_;
  YamlNode root_;
};

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.size() > kShownCharacters) {
    std::size_t end = kShownCharacters;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
      --end;  // whole UTF-8 characters
    text = text.substr(0, end) + "...";
  }
  return text;
}

/// Marks a node and all below it as set by the flag.
void mark_as_flag(YamlNode& node, const std::string& flag) {
  node.place = flag;
  node.from_flag = true;
  for (YamlNode& item : node.items) mark_as_flag(item, flag);
  for (YamlEntry& entry : node.entries) {
    entry.place = flag;
    mark_as_flag(entry.value, flag);
  }
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(static_cast<const YamlNode&>(*this).find(key));
}

YamlNode parse_yaml(const std::string& text, const std::string& file, base::ErrorList& errors) {
  if (text.rfind(kByteOrderMark, 0) == 0)
    return parse_yaml(text.substr(sizeof kByteOrderMark - 1), file, errors);
  YamlNode nothing;
  nothing.place = file;
  if (text.find('\0') != std::string::npos) {
    errors.add(file, "text", "a zero byte", "YAML text");
    return nothing;
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    TreeBuilder builder(text, file, errors);
    if (!parser.HandleNextDocument(builder)) return nothing;
    YamlNode root = builder.take_root();
    TreeBuilder second(text, file, errors);
    if (parser.HandleNextDocument(second)) {
      errors.add(second.take_root().place, "document", "a second document",
                 "one document in a file");
    }
    return root;
  } catch (const YAML::Exception& error) {
    errors.add(place_of(file, error.mark), "syntax", one_line(error.msg), "valid YAML");
  } catch (const base::InputError& error) {
    errors.add(error);
  }
  return nothing;
}

Override parse_set_argument(const std::string& argument, base::ErrorList& errors) {
  const std::size_t equals = argument.find('=');
  const std::string key = argument.substr(0, equals);
  const bool bad_key = key.empty() || key.size() > kMaxKeyBytes || key.front() == '.' ||
                       key.back() == '.' || key.find("..") != std::string::npos ||
                       key.find_first_of(" \t\n\r") != std::string::npos;
  if (equals == std::string::npos || bad_key) {
    errors.add("", "--set", one_line(argument), "key.path=value");
    return {};
  }
  return {"--set " + key, key, argument.substr(equals + 1)};
}

void apply_override(YamlNode& root, const Override& change, base::ErrorList& errors) {
  base::ErrorList value_errors;
  YamlNode value = parse_yaml(change.value, change.flag, value_errors);
  if (!value_errors.empty()) {
    errors.add("", change.flag, one_line(change.value), "a YAML value");
    return;
  }
  mark_as_flag(value, change.flag);

  YamlNode* parent = &root;
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = change.key.find('.', begin);
    const std::string name = change.key.substr(begin, dot == std::string::npos ? dot : dot - begin);
    if (parent->kind == YamlNode::Kind::null) parent->kind = YamlNode::Kind::mapping;
    if (parent->kind != YamlNode::Kind::mapping) {
      errors.add("", change.flag, "a key below " + change.key.substr(0, begin - 1),
                 "a key of the file (" + change.key.substr(0, begin - 1) + " is no section)");
      return;
    }
    YamlNode* child = parent->find(name);
    if (child == nullptr) {
      YamlNode fresh;
      mark_as_flag(fresh, change.flag);
      parent->entries.push_back({name, change.flag, std::move(fresh)});
      child = &parent->entries.back().value;
    }
    if (dot == std::string::npos) {
      *child = std::move(value);
      return;
    }
    parent = child;
    begin = dot + 1;
  }
}

void refuse(const YamlNode& node, const std::string& key, const std::string& got,
            const std::string& must_be, base::ErrorList& errors) {
  if (node.from_flag) {
    // What lies inside the value of a --set is named as far as the file's key would name it.
    const std::string set = "--set ";
    const bool inside =
        node.place.rfind(set, 0) == 0 && key.rfind(node.place.substr(set.size()) + '[', 0) == 0;
    errors.add("", inside ? set + key : node.place, got, must_be);
  } else {
    errors.add(node.place, key, got, must_be);
  }
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "null";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  return node.quoted ? '"' + one_line(node.text) + '"' : one_line(node.text);
}

}  // namespace npusim::config
