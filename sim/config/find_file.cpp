// SPDX-License-Identifier: Apache-2.0
#include "sim/config/find_file.h"

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNames = 10'000;  // of one folder; looking for a hint must not take long

/// The files of a folder that could be meant: with the suffix of the wanted name, where it has one.
std::vector<std::string> names_in(const fs::path& folder, const std::string& suffix) {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, unreadable), end;
       !unreadable && at != end && names.size() < kMaxNames; at.increment(unreadable)) {
    const fs::path name = at->path().filename();
    const bool fits = suffix.empty() ? name.extension() == ".yaml" : name.extension() == suffix;
    if (fits && is_file(at->path())) names.push_back(name.string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Names are compared without their suffix, which would make any two of them alike.
std::string nearest_file(const std::vector<fs::path>& candidates) {
  const fs::path& wanted = candidates.front();
  std::vector<fs::path> found;
  std::vector<std::string> stems;
  for (const fs::path& candidate : candidates) {
    for (const std::string& name : names_in(candidate.parent_path(), wanted.extension().string())) {
      found.push_back(wanted.has_parent_path() ? candidate.parent_path() / name : fs::path(name));
      stems.push_back(fs::path(name).stem().string());
    }
  }
  const std::string stem = wanted.stem().string();
  const std::string nearest = base::nearest_choice(stem, stems);
  if (nearest.empty()) return "";
  const auto at = std::find(stems.begin(), stems.end(), nearest) - stems.begin();
  return found[static_cast<std::size_t>(at)].string();
}

}  // namespace

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable) && !fs::is_directory(path, unreadable);
}

std::optional<fs::path> first_file(const std::vector<fs::path>& candidates) {
  const auto found = std::find_if(candidates.begin(), candidates.end(), is_file);
  if (found == candidates.end()) return std::nullopt;
  return *found;
}

std::string existing_file(const std::vector<fs::path>& candidates) {
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const fs::path& candidate : candidates) names.push_back(candidate.string());
  const std::string nearest = nearest_file(candidates);
  return "an existing file: " + list_choices(names) +
         (nearest.empty() ? "" : "; did you mean " + nearest + '?');
}

fs::path find_file(const std::string& name, const std::string& what,
                   const std::vector<fs::path>& folders) {
  std::vector<fs::path> candidates = {name};
  if (!fs::path(name).has_parent_path()) {
    for (const fs::path& folder : folders) candidates.push_back(folder / name);
  }
  if (const auto found = first_file(candidates)) return *found;
  std::error_code unreadable;
  const bool folder = fs::is_directory(name, unreadable);
  throw base::InputError(
      base::refusal("", what, name + (folder ? ", a folder" : ""), existing_file(candidates)));
}

}  // namespace npusim::config
