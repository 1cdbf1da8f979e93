// SPDX-License-Identifier: Apache-2.0
#include "sim/config/dram_part.h"

#include <optional>

#include "sim/base/files.h"
#include "sim/config/find_file.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPartBytes = 1 << 20;
constexpr char kPartFolder[] = "dram";
constexpr char kSuffix[] = ".yaml";

std::vector<fs::path> candidates_of(const std::string& name, const PartFolders& folders) {
  const std::string file = fs::path(name).extension() == kSuffix ? name : name + kSuffix;
  if (fs::path(file).has_parent_path()) return {(folders.base / file).lexically_normal()};
  std::vector<fs::path> candidates = {folders.base / kPartFolder / file};
  for (const fs::path& folder : folders.configs) {
    const fs::path candidate = folder / kPartFolder / file;
    if (candidate != candidates.front()) candidates.push_back(candidate);
  }
  return candidates;
}

/// The part's mapping; a null node where there is none, and that is told.
YamlNode read_part(const YamlNode& part, const std::string& key, const PartFolders& folders,
                   base::ErrorList& errors) {
  const bool named = part.kind == YamlNode::Kind::scalar && !part.text.empty();
  if (!named) {
    refuse(part, key, describe(part), "the name of a part, such as lpddr4_3200", errors);
    return {};
  }
  const std::vector<fs::path> candidates = candidates_of(part.text, folders);
  const auto found = first_file(candidates);
  if (!found) {
    refuse(part, key, part.text, existing_file(candidates), errors);
    return {};
  }
  YamlNode tree = parse_yaml(base::read_file_text(*found, kMaxPartBytes), found->string(), errors);
  if (tree.kind != YamlNode::Kind::mapping && errors.empty()) {
    errors.add(found->string(), "file", describe(tree), "a mapping of keys of dram.timing");
  }
  return tree;
}

void add_entry(YamlNode& mapping, const std::string& key, YamlNode value) {
  std::string place = value.place;
  mapping.entries.push_back({key, std::move(place), std::move(value)});
}

}  // namespace

bool merge_dram_part(YamlNode& root, const std::string& key, const PartFolders& folders,
                     base::ErrorList& errors) {
  YamlNode* dram = root.find("dram");
  if (dram == nullptr || dram->kind != YamlNode::Kind::mapping) return true;
  const YamlNode* part = dram->find("part");
  if (part == nullptr && dram->find("timing") == nullptr) return true;
  if (dram->find("model") == nullptr) {
    YamlNode model;
    model.kind = YamlNode::Kind::scalar;
    model.text = "banks";
    model.place = dram->place;
    add_entry(*dram, "model", std::move(model));
    part = dram->find("part");  // the entries may have moved
  }
  if (part == nullptr || dram->find("model")->text != "banks") return true;

  const std::string part_key = (key.empty() ? "" : key + '.') + "dram.part";
  YamlNode preset = read_part(*part, part_key, folders, errors);
  if (preset.kind != YamlNode::Kind::mapping) return false;
  if (dram->find("timing") == nullptr) {
    add_entry(*dram, "timing", std::move(preset));
    return true;
  }
  YamlNode& timing = *dram->find("timing");
  if (timing.kind != YamlNode::Kind::mapping) return true;
  for (YamlEntry& entry : preset.entries) {
    if (timing.find(entry.key) == nullptr) timing.entries.push_back(std::move(entry));
  }
  return true;
}

}  // namespace npusim::config
