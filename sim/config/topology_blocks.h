// SPDX-License-Identifier: Apache-2.0
// The `blocks` of a topology: named lists of layers with parameters, written $name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

struct Block {
  const YamlNode* body = nullptr;       // a list that is not empty
  std::vector<std::string> parameters;  // in the order in which the body mentions them
  std::string place;                    // of the key
};

/// The blocks of a file; their nodes are the file's.
class BlockTable {
 public:
  const Block* find(const std::string& name) const;
  std::vector<std::string> names() const;
  void add(const std::string& name, Block block) { blocks_[name] = std::move(block); }
  const std::map<std::string, Block>& blocks() const { return blocks_; }

  /// False where some block is none, holds itself or nests too deep: then nothing may be expanded.
  bool is_sound() const { return is_sound_; }
  void set_unsound() { is_sound_ = false; }

 private:
  std::map<std::string, Block> blocks_;
  bool is_sound_ = true;
};

/// Reads the section (nullptr: there is none). `section` must outlive the table.
BlockTable read_blocks(const YamlNode* section, base::ErrorList& errors);

/// Refuses blocks that the layers use nowhere, not even through other blocks.
void check_used_blocks(const BlockTable& blocks, const YamlNode& layers, base::ErrorList& errors);

/// The name behind the $ of a scalar that is a parameter.
std::optional<std::string> parameter_name(const YamlNode& node);

/// Letters, digits and _ . -, beginning with a letter; at most 64.
bool is_topology_name(const std::string& text);
bool is_layer_kind(const std::string& name);

}  // namespace npusim::config
