// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace npusim::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Nothing in it that YAML reads in another way, wherever it stands.
bool is_plain(const std::string& text) {
  static constexpr std::array<const char*, 3> kNulls = {"null", "Null", "NULL"};
  if (text.empty()) return false;
  const char first = text.front();
  if (!is_letter(first) && first != '/' && first != '_' && first != '$') return false;
  if (std::find(kNulls.begin(), kNulls.end(), text) != kNulls.end()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '/' ||
           c == '+' || c == '$';
  });
}

/// An unquoted scalar of the original: nothing to be told from its text is changed by quotes, but
/// for numbers, which must stay without.
std::string scalar_of(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) return "null";
  const bool number_like =
      !node.text.empty() && std::all_of(node.text.begin(), node.text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
      });
  return !node.quoted && number_like ? node.text : yaml_scalar(node.text);
}

bool is_leaf(const YamlNode& node) {
  return node.kind == YamlNode::Kind::null || node.kind == YamlNode::Kind::scalar ||
         (node.items.empty() && node.entries.empty());
}

std::string flow(const YamlNode& node) {
  std::string text;
  if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + flow(item);
    return '[' + text + ']';
  }
  if (node.kind == YamlNode::Kind::mapping) {
    for (const YamlEntry& entry : node.entries) {
      text += (text.empty() ? "" : ", ") + yaml_scalar(entry.key) + ": " + flow(entry.value);
    }
    return '{' + text + '}';
  }
  return scalar_of(node);
}

/// Lists and mappings of leaves, and of lists of leaves, stand in one line where they fit.
bool fits_one_line(const YamlNode& node, std::size_t columns) {
  const auto is_flat = [](const YamlNode& child) {
    return is_leaf(child) || (child.kind == YamlNode::Kind::list &&
                              std::all_of(child.items.begin(), child.items.end(), is_leaf));
  };
  const bool flat = std::all_of(node.items.begin(), node.items.end(), is_flat) &&
                    std::all_of(node.entries.begin(), node.entries.end(),
                                [&](const YamlEntry& entry) { return is_flat(entry.value); });
  return flat && flow(node).size() <= columns;
}

class BlockWriter {
 public:
  explicit BlockWriter(std::size_t columns) : columns_(columns) {}

  /// The lines of a node; the first continues what is written already ("key:" or "-").
  void write(const YamlNode& node, std::size_t indent) {
    const std::size_t left =
        columns_ > out_.size() - line_begin_ + 1 ? columns_ - (out_.size() - line_begin_) - 1 : 0;
    if (is_leaf(node) || fits_one_line(node, left)) {
      out_ += out_.size() == line_begin_ ? std::string(indent, ' ') : " ";
      out_ += flow(node);
      end_line();
      return;
    }
    if (out_.size() != line_begin_ && out_.back() != '-') end_line();
    for (const YamlNode& item : node.items) {
      start(indent);
      out_ += '-';
      write(item, indent + 2);
    }
    for (const YamlEntry& entry : node.entries) {
      start(indent);
      out_ += yaml_scalar(entry.key) + ':';
      write(entry.value, indent + 2);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void start(std::size_t indent) {
    // Behind "-" the first key or item stands in the same line.
    out_ += out_.size() == line_begin_ ? std::string(indent, ' ') : " ";
  }
  void end_line() {
    out_ += '\n';
    line_begin_ = out_.size();
  }

  std::size_t columns_;
  std::string out_;
  std::size_t line_begin_ = 0;
};

}  // namespace

std::string yaml_line(const YamlNode& node) { return flow(node); }

std::string yaml_scalar(const std::string& text) {
  if (is_plain(text)) return text;
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\x";
      quoted += kHex[byte >> 4U];
      quoted += kHex[byte & 0xFU];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string yaml_number(double value) {
  std::array<char, 32> buffer = {};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

std::string yaml_text(const YamlNode& node, std::size_t indent, std::size_t columns) {
  BlockWriter writer(columns);
  writer.write(node, indent);
  return writer.take();
}

}  // namespace npusim::config
