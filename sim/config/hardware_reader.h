// SPDX-License-Identifier: Apache-2.0
// Hardware files: strict YAML -> HardwareConfig.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/dram_part.h"
#include "sim/config/hardware_config.h"
#include "sim/config/yaml_document.h"

namespace npusim::config {

/// Reads a hardware file. Every key must be there; keys of overrides are relative to the file
/// ("mac_array.rows"). A part that `dram.part` names is looked for beside the file and in
/// `config_folders` (dram_part.h). Throws base::InputError with every error of the file and the
/// overrides.
HardwareConfig read_hardware_config(const std::filesystem::path& path,
                                    const std::vector<Override>& overrides = {},
                                    const std::vector<std::filesystem::path>& config_folders = {});

/// The same from a text; `file` names it in messages, and parts are looked for beside it.
HardwareConfig hardware_from_yaml(const std::string& text, const std::string& file,
                                  const std::vector<Override>& overrides = {});

/// The parsed tree of a hardware file, for hardware_from_tree with an empty key. Throws
/// base::InputError where the file cannot be read or is no YAML.
YamlNode read_hardware_tree(const std::filesystem::path& path);

/// The same from a tree: a mapping inside another file, whose `key` stands before its keys in
/// messages ("hardware"), or a whole file.
HardwareConfig hardware_from_tree(YamlNode root, const std::string& key,
                                  const std::vector<Override>& overrides,
                                  const PartFolders& part_folders);

/// Reads back what program_dependent_text and timing_only_text wrote. Throws base::InputError where
/// a text is not exactly what they write for values in range.
HardwareConfig hardware_from_text(const std::string& name, const std::string& program_dependent,
                                  const std::string& timing_only);

/// The keys that a Program depends on and that differ, each as `key: got X, must be Y` with Y the
/// Program's own value; empty where a Program for `program_hardware` may run on `hardware`.
std::vector<std::string> program_dependent_differences(const HardwareConfig& program_hardware,
                                                       const HardwareConfig& hardware);

/// Refuses values out of range and values that do not fit each other; for descriptions made in
/// code.
void check_hardware(const HardwareConfig& hardware);

}  // namespace npusim::config
