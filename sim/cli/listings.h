// SPDX-License-Identifier: Apache-2.0
// What `npusim list` can list, each as text of at most 80 columns and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/config/run_config.h"

namespace npusim::cli {

/// Grows whenever a key of the JSON changes its meaning or goes; new keys do not count.
inline constexpr int kListSchemaVersion = 1;

struct Listing {
  const char* name;  // "workloads"
  bool in_overview;  // whether plain `npusim list` shows it
  std::string (*text)(const config::SearchFolders& folders, bool colour);
  /// Sets its keys of the document: the listing's name, and what schemes add.
  void (*json)(nlohmann::json& document, const config::SearchFolders& folders);
};

/// workloads, configs, schemes, keys.
const std::vector<Listing>& listings();

// Run files: network, input, hardware; or what is wrong with the file.
std::string workloads_text(const config::SearchFolders& folders, bool colour);
void workloads_json(nlohmann::json& document, const config::SearchFolders& folders);
// Hardware files: array, clock, peaks, scratchpads, DRAM bandwidth; or what is wrong.
std::string configs_text(const config::SearchFolders& folders, bool colour);
void configs_json(nlohmann::json& document, const config::SearchFolders& folders);
// Quantization schemes and their parameters, with ranges and defaults.
std::string schemes_text(const config::SearchFolders& folders, bool colour);
void schemes_json(nlohmann::json& document, const config::SearchFolders& folders);
// Every key of a hardware file: range, whether a Program depends on it, meaning; and of a run
// file.
std::string keys_text(const config::SearchFolders& folders, bool colour);
void keys_json(nlohmann::json& document, const config::SearchFolders& folders);

}  // namespace npusim::cli
