// SPDX-License-Identifier: Apache-2.0
// The preset of a DRAM part: a YAML file with keys of dram.timing, and what `dram.part` does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// Where `dram.part: lpddr4_3200` is looked for: dram/lpddr4_3200.yaml in `base`, then in each of
/// `configs`. A name with a folder in it, such as ./mine.yaml, is relative to `base` alone.
struct PartFolders {
  std::filesystem::path base;  // of the file that names the part
  std::vector<std::filesystem::path> configs;
};

/// Puts the keys of the part that dram.part names into dram.timing of the tree where that has none
/// of its own, and `dram.model: banks` where no model is given but a part or a timing. Nothing is
/// read where the model is flat. `key` is that of the tree in messages. Adds to `errors` what is
/// wrong with name or file, and returns false then: what dram.timing lacks need not be told.
/// Whether the keys are the right ones is left to who reads the tree.
bool merge_dram_part(YamlNode& root, const std::string& key, const PartFolders& folders,
                     base::ErrorList& errors);

}  // namespace npusim::config
