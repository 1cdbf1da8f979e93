// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/case_file.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "sim/base/errors.h"
#include "sim/config/yaml_document.h"
#include "sim/config/yaml_reader.h"
#include "sim/config/yaml_writer.h"

namespace npusim::golden {
namespace {

using config::YamlMap;
using config::YamlNode;

constexpr char kText[] = "a text";

/// The flags of a run by the names that they have on the command line.
std::vector<std::pair<const char*, std::optional<std::string>*>> texts_of(config::RunFlags& flags) {
  return {{"model", &flags.model},
          {"dataset", &flags.dataset},
          {"calibration", &flags.calibration},
          {"images", &flags.images},
          {"scheme", &flags.scheme},
          {"hardware", &flags.hardware},
          {"technology", &flags.technology}};
}

const YamlNode* list_of(YamlMap& map, const std::string& key, bool required) {
  const YamlNode* node = required ? map.require(key, "a list") : map.find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::list) return node;
  map.refuse(*node, key, "a list");
  return nullptr;
}

void read_flags(YamlMap& map, config::RunFlags& flags) {
  const YamlNode* node = map.find("flags");
  if (node == nullptr) return;
  YamlMap section(*node, "flags", map.errors());
  for (const auto& [key, value] : texts_of(flags)) {
    if (section.find(key) != nullptr) *value = section.text(key, kText);
  }
  if (const YamlNode* set = list_of(section, "set", /*required=*/false)) {
    for (const YamlNode& item : set->items) {
      if (item.kind == YamlNode::Kind::scalar) {
        flags.set.push_back(item.text);
      } else {
        section.refuse(item, "set", "key.path=value");
      }
    }
  }
  flags.skip_bad_images = section.boolean("skip_bad_images", false);
  section.refuse_unknown_keys();
}

void read_files(YamlMap& map, std::map<std::string, std::string>& files) {
  const YamlNode* node = map.find("files");
  if (node == nullptr) return;
  YamlMap section(*node, "files", map.errors());
  for (const std::string& key : path_keys()) {
    if (section.find(key) != nullptr)
      files[key] = section.text(key, "a path from the folder of the case");
  }
  section.refuse_unknown_keys();
}

Tolerance read_tolerance(const YamlNode& node, const std::string& path, base::ErrorList& errors) {
  Tolerance tolerance;
  YamlMap map(node, path, errors);
  tolerance.path = map.text("path", "a key of report.json, such as cycles.total");
  constexpr double kMost = std::numeric_limits<double>::max();
  tolerance.absolute = map.real("absolute", {0, kMost}, 0);
  tolerance.relative = map.real("relative", {0, kMost}, 0);
  tolerance.any = map.boolean("any", false);
  map.refuse_unknown_keys();
  if (map.is_mapping() && tolerance.absolute == 0 && tolerance.relative == 0 && !tolerance.any)
    errors.add(node.place, path, "nothing that may differ",
               "given absolute or relative above 0, or any: true");
  return tolerance;
}

void read_lists(YamlMap& map, CaseFile& file) {
  if (const YamlNode* list = list_of(map, "tolerances", /*required=*/false)) {
    for (std::size_t i = 0; i < list->items.size(); ++i)
      file.tolerances.push_back(
          read_tolerance(list->items[i], "tolerances[" + std::to_string(i) + ']', map.errors()));
  }
  const YamlNode* list = list_of(map, "history", /*required=*/true);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    YamlMap entry(list->items[i], "history[" + std::to_string(i) + ']', map.errors());
    file.history.push_back({entry.text("npusim", "a version"), entry.text("reason", kText)});
    entry.refuse_unknown_keys();
  }
}

/// Of the name that a run file had nothing but the name.
std::string read_run_file(YamlMap& map) {
  constexpr char kName[] = "the name of a file, without a folder";
  std::string name = map.text("run_file", kName);
  if (name.find('/') != std::string::npos) map.refuse(*map.find("run_file"), "run_file", kName);
  return name;
}

std::string reason_line(const Reason& reason) {
  return "  - {npusim: " + config::yaml_scalar(reason.npusim) +
         ", reason: " + config::yaml_scalar(reason.reason) + "}\n";
}

std::string entry(const std::string& key, const std::string& value) {
  return key + ": " + config::yaml_scalar(value);
}

/// "key: {a: 1, b: 2}" where there is anything, else nothing.
std::string mapping_line(const std::string& key, const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& each : entries) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "" : key + ": {" + text + "}\n";
}

std::string tolerance_line(const Tolerance& tolerance) {
  std::string text = "  - {path: " + config::yaml_scalar(tolerance.path);
  if (tolerance.absolute != 0) text += ", absolute: " + config::yaml_number(tolerance.absolute);
  if (tolerance.relative != 0) text += ", relative: " + config::yaml_number(tolerance.relative);
  if (tolerance.any) text += ", any: true";
  return text + "}\n";
}

}  // namespace

const std::vector<std::string>& path_keys() {
  static const std::vector<std::string> keys = {"model", "dataset.path", "calibration.path",
                                                "hardware", "technology"};
  return keys;
}

CaseFile parse_case_file(const std::string& text, const std::string& name) {
  base::ErrorList errors;
  const YamlNode root = config::parse_yaml(text, name, errors);
  errors.throw_if_any();
  CaseFile file;
  YamlMap map(root, "", errors);
  map.integer("schema_version", {kCaseVersion, kCaseVersion});
  file.run_file = read_run_file(map);
  read_flags(map, file.flags);
  read_files(map, file.files);
  read_lists(map, file);
  map.refuse_unknown_keys();
  errors.throw_if_any();
  return file;
}

std::string case_file_text(const CaseFile& file) {
  config::RunFlags flags = file.flags;
  std::vector<std::string> given;
  for (const auto& [key, value] : texts_of(flags)) {
    if (*value) given.push_back(entry(key, **value));
  }
  std::string set;
  for (const std::string& each : flags.set)
    set += (set.empty() ? "" : ", ") + config::yaml_scalar(each);
  if (!set.empty()) given.push_back("set: [" + set + ']');
  if (flags.skip_bad_images) given.emplace_back("skip_bad_images: true");
  std::vector<std::string> files;
  for (const auto& [key, path] : file.files) files.push_back(entry(key, path));

  std::string text = "# What the run of run.yaml must come to (npusim golden check).\n";
  text += "schema_version: " + std::to_string(kCaseVersion) + '\n';
  text += entry("run_file", file.run_file) + '\n';
  text += mapping_line("flags", given) + mapping_line("files", files);
  if (!file.tolerances.empty()) text += "tolerances:\n";
  for (const Tolerance& tolerance : file.tolerances) text += tolerance_line(tolerance);
  text += "history:\n";
  for (const Reason& reason : file.history) text += reason_line(reason);
  return text;
}

std::string with_reason(const std::string& text, const std::string& name, const Reason& reason) {
  CaseFile wanted = parse_case_file(text, name);
  wanted.history.push_back(reason);
  std::string longer = text;
  if (!longer.empty() && longer.back() != '\n') longer += '\n';
  longer += reason_line(reason);
  try {  // where the history is the last key and in block style, as it was written
    if (case_file_text(parse_case_file(longer, name)) == case_file_text(wanted)) return longer;
  } catch (const base::InputError&) {
  }
  return case_file_text(wanted);
}

}  // namespace npusim::golden
