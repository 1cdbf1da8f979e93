// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/golden_paths.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/cli/data_folders.h"
#include "sim/config/find_file.h"
#include "sim/config/technology_file.h"
#include "sim/config/yaml_document.h"
#include "sim/config/yaml_writer.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

using config::YamlNode;

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

bool is_bare(const std::string& name) { return !fs::path(name).has_parent_path(); }

bool is_same_place(const fs::path& a, const fs::path& b) {
  std::error_code unreadable;
  return fs::equivalent(a, b, unreadable) && !unreadable;
}

YamlNode parse_file(const fs::path& file) {
  base::ErrorList errors;
  YamlNode root = config::parse_yaml(base::read_file_text(file), file.string(), errors);
  errors.throw_if_any();
  return root;
}

/// The value of a dotted key where it is a text.
std::optional<std::string> text_at(const YamlNode& root, const std::string& key) {
  const YamlNode* node = &root;
  for (std::size_t begin = 0; node != nullptr && begin < key.size();) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    node = node->find(key.substr(begin, end - begin));
    begin = end + 1;
  }
  if (node == nullptr || node->kind != YamlNode::Kind::scalar || node->text.empty())
    return std::nullopt;
  return node->text;
}

std::vector<fs::path> candidates_in(const fs::path& folder, const std::string& key,
                                    const std::string& name) {
  if (key == "technology") return config::technology_candidates(name, {folder}, {});
  return {folder / name};
}

/// Where files of a key are that come with npusim.
std::optional<fs::path> shipped(const std::string& key, const std::string& name) {
  if (!is_bare(name)) return std::nullopt;
  const config::SearchFolders folders = data_folders();
  if (key == "technology")
    return config::first_file(config::technology_candidates(name, {}, folders.configs));
  std::vector<fs::path> candidates;
  if (key == "model") {
    for (const fs::path& folder : folders.workloads) candidates.push_back(folder / name);
  }
  if (key == "hardware") {
    for (const fs::path& folder : folders.configs) candidates.push_back(folder / name);
  }
  return config::first_file(candidates);
}

/// What a case says of a path that is looked for in `folders`, in this order: where it leads from
/// the case's folder; the name alone where npusim brings the file; nothing where there is none.
class PathsFrom {
 public:
  // relative() takes a folder that is not there for one in the root.
  explicit PathsFrom(const fs::path& case_folder) : case_folder_(fs::absolute(case_folder)) {}

  std::optional<std::string> of(const std::string& key, const std::string& name,
                                const std::vector<fs::path>& folders) const {
    const std::optional<fs::path> brought = shipped(key, name);
    for (const fs::path& folder : folders) {
      for (const fs::path& candidate : candidates_in(folder, key, name)) {
        if (!is_there(candidate)) continue;
        if (brought && is_same_place(candidate, *brought)) return name;
        return fs::relative(candidate, case_folder_).string();
      }
    }
    return brought ? std::optional(name) : std::nullopt;
  }

 private:
  const fs::path case_folder_;
};

struct FlagPath {
  const char* flag;
  const char* key;  // that it takes the place of
  std::optional<std::string>* value;
};

std::vector<FlagPath> paths_of(config::RunFlags& flags) {
  return {{"model", "model", &flags.model},
          {"dataset", "dataset.path", &flags.dataset},
          {"calibration", "calibration.path", &flags.calibration},
          {"hardware", "hardware", &flags.hardware},
          {"technology", "technology", &flags.technology}};
}

/// The existing file or folder that a path of case.yaml names.
std::optional<fs::path> resolve(const fs::path& folder, const std::string& key,
                                const std::string& path) {
  for (const fs::path& candidate : candidates_in(folder, key, path)) {
    if (!path.empty() && is_there(candidate)) return candidate.lexically_normal();
  }
  return shipped(key, path);
}

/// Bare names of the run file, before the reader looks for them in the current folder.
void settle_bare_name(const fs::path& folder, const YamlNode& run, const std::string& key,
                      const char* usual, std::optional<std::string>& flag) {
  const YamlNode* node = run.find(key);
  if (node != nullptr && node->kind != YamlNode::Kind::scalar) return;
  const std::string name = node == nullptr ? usual : node->text;
  if (flag || name.empty() || !is_bare(name)) return;
  if (const auto found = resolve(folder, key, name)) flag = found->string();
}

std::string content(const config::HardwareConfig& hardware) {
  return config::program_dependent_text(hardware) + config::timing_only_text(hardware);
}

bool same_file(const fs::path& a, const fs::path& b) {
  return a.empty() == b.empty() && (a.empty() || is_same_place(a, b));
}

fs::path dataset_path(const config::RunConfig& run) {
  return run.dataset ? run.dataset->path : fs::path();
}

}  // namespace

golden::CaseFile describe_case(const RunArguments& arguments, const config::RunConfig& run,
                               const fs::path& folder) {
  golden::CaseFile file;
  file.run_file = run.file.filename().string();
  file.flags = arguments.flags;
  const PathsFrom paths(folder);
  const std::vector<fs::path> here = {fs::path()};
  std::vector<std::string> settled;  // keys of the run file that no longer count
  for (const FlagPath& each : paths_of(file.flags)) {
    if (!*each.value) continue;
    *each.value = paths.of(each.key, **each.value, here).value_or(**each.value);
    settled.emplace_back(each.key);
  }

  file.flags.set.clear();
  for (const std::string& argument : arguments.flags.set) {
    base::ErrorList errors;
    const config::Override change = config::parse_set_argument(argument, errors);
    const auto& keys = golden::path_keys();
    const bool is_path = std::find(keys.begin(), keys.end(), change.key) != keys.end();
    const YamlNode value = is_path ? config::parse_yaml(change.value, "--set", errors) : YamlNode();
    if (value.kind != YamlNode::Kind::scalar) {
      file.flags.set.push_back(argument);
      continue;
    }
    file.files[change.key] = paths.of(change.key, value.text, here).value_or(value.text);
    settled.push_back(change.key);
  }

  const YamlNode root = parse_file(run.file);
  const fs::path beside = run.file.parent_path();
  for (const std::string& key : golden::path_keys()) {
    const std::optional<std::string> name = text_at(root, key);
    if (!name || std::find(settled.begin(), settled.end(), key) != settled.end()) continue;
    // As the reader of run files looks for them.
    std::vector<fs::path> folders = {beside};
    if (is_bare(*name) && (key == "hardware" || key == "technology"))
      folders = {fs::path(), beside};
    const std::optional<std::string> leads = paths.of(key, *name, folders);
    if (leads && *leads != *name) file.files[key] = *leads;
  }
  return file;
}

config::RunConfig read_case_run(const fs::path& folder, const golden::CaseFile& file) {
  config::RunFlags flags = file.flags;
  base::ErrorList errors;
  const std::string place = (folder / golden::kCaseFile).string();
  const auto resolved = [&](const std::string& section, const std::string& name,
                            const std::string& key, const std::string& path) {
    const std::optional<fs::path> found = resolve(folder, key, path);
    if (!found)
      errors.add(place, section + name, path,
                 "the path of something that exists, from the folder of the case: " +
                     (folder / path).lexically_normal().string());
    return found.value_or(fs::path()).string();
  };
  for (const FlagPath& each : paths_of(flags)) {
    if (*each.value) *each.value = resolved("flags.", each.flag, each.key, **each.value);
  }
  for (const auto& [key, path] : file.files)
    flags.set.push_back(key + '=' + config::yaml_scalar(resolved("files.", key, key, path)));
  errors.throw_if_any();

  const fs::path run_file = folder / golden::kRunFile;
  const YamlNode root = parse_file(run_file);
  settle_bare_name(folder, root, "hardware", "", flags.hardware);
  settle_bare_name(folder, root, "technology", config::kUsualTechnology, flags.technology);
  config::RunConfig run = config::read_run_config(run_file.string(), flags, {}, data_folders());
  run.name = fs::path(file.run_file).stem().string();
  return run;
}

void check_same_run(const config::RunConfig& given, const config::RunConfig& of_case) {
  base::ErrorList errors;
  const auto check = [&](const char* key, bool same) {
    if (!same)
      errors.add("", key, "something else from the folder of the case",
                 "the same as from the run file; give its path with a flag");
  };
  check("model", same_file(given.model, of_case.model));
  check("dataset", same_file(dataset_path(given), dataset_path(of_case)));
  check("calibration", same_file(given.calibration.data.path, of_case.calibration.data.path));
  check("technology", same_file(given.technology, of_case.technology));
  check("hardware", content(given.hardware) == content(of_case.hardware));
  errors.throw_if_any();
}

}  // namespace npusim::cli
