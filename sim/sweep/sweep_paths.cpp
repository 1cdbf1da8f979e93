// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/sweep_paths.h"

#include <algorithm>
#include <vector>

namespace npusim::sweep {
namespace {

namespace fs = std::filesystem;

bool names_a_file(const std::string& key) {
  static const std::vector<std::string> kKeys = {"run", "model", "hardware", "technology"};
  const std::string suffix = ".path";
  const bool is_path = key.size() > suffix.size() &&
                       key.compare(key.size() - suffix.size(), suffix.size(), suffix) == 0;
  return is_path || std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

}  // namespace

std::string rooted(const std::string& key, const std::string& value, const fs::path& sweep_file) {
  if (!names_a_file(key) || value.empty() || fs::path(value).is_absolute()) return value;
  const fs::path beside = sweep_file.parent_path() / value;
  std::error_code unreadable;
  return fs::exists(beside, unreadable) ? beside.lexically_normal().string() : value;
}

}  // namespace npusim::sweep
