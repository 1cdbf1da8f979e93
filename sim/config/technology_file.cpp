// SPDX-License-Identifier: Apache-2.0
#include "sim/config/technology_file.h"

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/config/find_file.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;

constexpr char kTechnologyFolder[] = "technology";
constexpr char kTechnologySuffix[] = ".yaml";

}  // namespace

std::vector<fs::path> technology_candidates(const std::string& name,
                                            const std::vector<fs::path>& folders,
                                            const std::vector<fs::path>& configs) {
  const std::string file =
      fs::path(name).extension() == kTechnologySuffix ? name : name + kTechnologySuffix;
  if (fs::path(file).has_parent_path()) return {folders.front() / file};
  std::vector<fs::path> candidates;
  const auto add = [&](const fs::path& candidate) {
    if (std::find(candidates.begin(), candidates.end(), candidate) == candidates.end())
      candidates.push_back(candidate);
  };
  for (const fs::path& folder : folders) add(folder / file);
  for (const fs::path& folder : configs) add(folder / kTechnologyFolder / file);
  return candidates;
}

fs::path find_technology_file(const std::string& name, const std::string& flag,
                              const std::vector<fs::path>& configs) {
  const std::vector<fs::path> candidates = technology_candidates(name, {fs::path()}, configs);
  if (const auto found = first_file(candidates)) return *found;
  throw base::InputError(base::refusal("", flag, name, existing_file(candidates)));
}

}  // namespace npusim::config
