// SPDX-License-Identifier: Apache-2.0
#include "sim/config/topology_blocks.h"

#include <algorithm>
#include <set>

#include "sim/config/topology_layer.h"

namespace npusim::config {
namespace {

constexpr std::size_t kMaxBlockDepth = 16;
constexpr std::size_t kMaxBlockNameBytes = 64;

/// What any entry of a list of layers may have beside its parameters.
const std::vector<std::string> kCommonKeys = {"name", "from", "repeat"};

void collect_parameters(const YamlNode& node, std::vector<std::string>& names) {
  if (const auto name = parameter_name(node)) {
    if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  }
  for (const YamlNode& item : node.items) collect_parameters(item, names);
  for (const YamlEntry& entry : node.entries) collect_parameters(entry.value, names);
}

/// The kinds that a list of layers mentions, blocks among them.
std::set<std::string> kinds_in(const YamlNode& list) {
  std::set<std::string> kinds;
  for (const YamlNode& item : list.items) {
    if (item.kind == YamlNode::Kind::scalar) kinds.insert(item.text);
    for (const YamlEntry& entry : item.entries) kinds.insert(entry.key);
  }
  return kinds;
}

/// Looks for a block that holds itself, and for the depth of nesting.
class NestingCheck {
 public:
  NestingCheck(BlockTable& blocks, base::ErrorList& errors) : blocks_(blocks), errors_(errors) {}

  void run() {
    for (const auto& [name, block] : blocks_.blocks()) {
      const std::size_t depth = depth_of(name);
      if (depth <= kMaxBlockDepth || !blocks_.is_sound()) continue;
      errors_.add(block.place, "model.blocks." + name,
                  "blocks nested " + std::to_string(depth) + " deep",
                  "at most " + std::to_string(kMaxBlockDepth));
      blocks_.set_unsound();
    }
  }

 private:
  std::size_t depth_of(const std::string& name) {
    const auto known = depths_.find(name);
    if (known != depths_.end()) return known->second;
    if (std::find(path_.begin(), path_.end(), name) != path_.end()) {
      refuse_circle(name);
      return 0;
    }
    path_.push_back(name);
    std::size_t deepest = 0;
    for (const std::string& kind : kinds_in(*blocks_.find(name)->body)) {
      if (blocks_.find(kind) != nullptr) deepest = std::max(deepest, depth_of(kind));
    }
    path_.pop_back();
    return depths_[name] = deepest + 1;
  }

  void refuse_circle(const std::string& name) {
    std::string circle;
    for (auto at = std::find(path_.begin(), path_.end(), name); at != path_.end(); ++at)
      circle += *at + " > ";
    errors_.add(blocks_.find(name)->place, "model.blocks." + name,
                "a block that holds itself (" + circle + name + ")", "free of itself");
    blocks_.set_unsound();
  }

  BlockTable& blocks_;
  base::ErrorList& errors_;
  std::vector<std::string> path_;
  std::map<std::string, std::size_t> depths_;
};

bool check_block(const YamlEntry& entry, const Block& block, base::ErrorList& errors) {
  const std::string key = "model.blocks." + entry.key;
  const std::size_t errors_before = errors.messages().size();
  if (!is_topology_name(entry.key))
    errors.add(entry.place, "model.blocks", entry.key,
               "a name of letters, digits and _ . -, beginning with a letter");
  if (is_layer_kind(entry.key))
    errors.add(entry.place, key, "the name of a kind of layer", "another name");
  const bool is_list = entry.value.kind == YamlNode::Kind::list;
  if (!is_list || entry.value.items.empty())
    refuse(entry.value, key, is_list ? "an empty list" : describe(entry.value), "a list of layers",
           errors);
  for (const std::string& parameter : block.parameters) {
    const bool is_common =
        std::find(kCommonKeys.begin(), kCommonKeys.end(), parameter) != kCommonKeys.end();
    if (!is_topology_name(parameter) || is_common)
      errors.add(entry.place, key, "the parameter $" + parameter,
                 "$ and a name of letters, digits and _ . -, not " + kCommonKeys[0] + ", " +
                     kCommonKeys[1] + " or " + kCommonKeys[2]);
  }
  return errors.messages().size() == errors_before;
}

}  // namespace

const Block* BlockTable::find(const std::string& name) const {
  const auto found = blocks_.find(name);
  return found == blocks_.end() ? nullptr : &found->second;
}

std::vector<std::string> BlockTable::names() const {
  std::vector<std::string> names;
  names.reserve(blocks_.size());
  for (const auto& entry : blocks_) names.push_back(entry.first);
  return names;
}

BlockTable read_blocks(const YamlNode* section, base::ErrorList& errors) {
  BlockTable table;
  if (section == nullptr) return table;
  if (section->kind != YamlNode::Kind::mapping) {
    refuse(*section, "model.blocks", describe(*section), "a mapping (name: list of layers)",
           errors);
    table.set_unsound();
    return table;
  }
  for (const YamlEntry& entry : section->entries) {
    Block block;
    block.body = &entry.value;
    block.place = entry.place;
    collect_parameters(entry.value, block.parameters);
    if (!check_block(entry, block, errors)) table.set_unsound();
    table.add(entry.key, std::move(block));
  }
  NestingCheck(table, errors).run();
  return table;
}

void check_used_blocks(const BlockTable& blocks, const YamlNode& layers, base::ErrorList& errors) {
  std::set<std::string> used;
  std::vector<const YamlNode*> open = {&layers};
  while (!open.empty()) {
    const YamlNode* list = open.back();
    open.pop_back();
    for (const std::string& kind : kinds_in(*list)) {
      const Block* block = blocks.find(kind);
      if (block != nullptr && used.insert(kind).second) open.push_back(block->body);
    }
  }
  for (const auto& [name, block] : blocks.blocks()) {
    if (used.count(name) == 0)
      errors.add(block.place, "model.blocks." + name, "a block that no layer uses", "left out");
  }
}

std::optional<std::string> parameter_name(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.text.empty() || node.text.front() != '$')
    return std::nullopt;
  return node.text.substr(1);
}

bool is_topology_name(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxBlockNameBytes && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

bool is_layer_kind(const std::string& name) {
  const std::vector<std::string>& kinds = layer_kind_names();
  return std::find(kinds.begin(), kinds.end(), name) != kinds.end();
}

}  // namespace npusim::config
