// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/value_hints.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "frontend/quantize/scheme.h"
#include "sim/cli/data_folders.h"
#include "sim/cli/listings.h"
#include "sim/config/data_keys.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/run_keys.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const Words kYaml = {"yaml", "yml"};
const Words kPictures = {"npy", "jpg", "jpeg", "png"};

/// The YAML files in a folder below each of the roots, by name; without their suffix where wanted.
Words files_in(const std::vector<fs::path>& roots, const char* below, bool stems) {
  Words names;
  for (const fs::path& root : roots) {
    std::error_code unreadable;
    for (fs::directory_iterator at(root / below, unreadable), end; !unreadable && at != end;
         at.increment(unreadable)) {
      const fs::path name = at->path().filename();
      if (name.extension() == ".yaml") names.push_back(stems ? name.stem() : name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Words workloads() { return files_in(data_folders().workloads, "", false); }
Words hardware() { return files_in(data_folders().configs, "", false); }
Words sweeps() { return files_in(data_folders().configs, "sweeps", false); }
Words technologies() { return files_in(data_folders().configs, "technology", true); }
Words scheme_words() { return quantize::scheme_names(); }

/// What a key of a run file may be, where these are few words.
Words choices_of(const config::RunSection& section, const config::RunKey& key) {
  const std::string name = config::settable_key(section, key);
  if (name == "dataset.kind") return config::labelled_kinds();
  if (name == "calibration.kind") return config::data_kinds();
  if (name == "calibration.method") return config::calibration_methods();
  if (name == "quantization.scheme") return config::scheme_choices();
  if (name == "quantization.rule") return quantize::shift_rule_names();
  if (key.must_be == "true or false") return {"true", "false"};
  return {};
}

Words keys() {
  Words names;
  const auto add = [&](const std::string& key, const Words& choices) {
    if (choices.empty()) names.push_back(key + '=');
    for (const std::string& choice : choices)
      names.push_back(std::string(key).append("=").append(choice));
  };
  for (const config::RunSection& section : config::run_sections()) {
    for (const config::RunKey& key : section.keys) {
      if (std::string(key.key).find('[') == std::string::npos)
        add(config::settable_key(section, key), choices_of(section, key));
    }
  }
  for (const config::HardwareField& field : config::hardware_fields())
    add(std::string("hardware.") + field.key, field.choices);
  return names;
}

ValueHints words(Words list) {
  ValueHints hints;
  hints.words = std::move(list);
  return hints;
}

ValueHints files(Words suffixes) {
  ValueHints hints;
  hints.suffixes = std::move(suffixes);
  return hints;
}

ValueHints named(Words lists, Words suffixes = {}) {
  ValueHints hints = files(std::move(suffixes));
  hints.names = std::move(lists);
  return hints;
}

Words names_of(const std::vector<Command>& commands) {
  Words names;
  for (const Command& command : commands) names.push_back(command.name);
  return names;
}

/// Flags that mean the same wherever they are.
const std::map<std::string, ValueHints>& by_flag() {
  static const std::map<std::string, ValueHints> hints = [] {
    std::map<std::string, ValueHints> all = {
        {"--hardware", named({"hardware"}, kYaml)},
        {"--technology", named({"technologies"}, kYaml)},
        {"--scheme", named({"schemes"})},
        {"--schemes", words({"float", "per_layer", "per_layer_asymmetric", "shift_scaler",
                             "per_channel", "equalization"})},
        {"--set", named({"keys"})},
        {"--model", files({"onnx", "csv"})},
        {"--input", files(kPictures)},
        {"--launcher", words({"local", "slurm"})},
        {"--json", files({"json"})},
        {"--csv", files({"csv"})},
        {"--html", files({"html"})},
        {"--svg", files({"svg"})},
        {"--trace", files({"gz", "json"})},
        {"--vcd", files({"vcd"})},
        {"--junit", files({"xml"})}};
    all.at("--set").ends_open = true;
    return all;
  }();
  return hints;
}

/// Positionals by command and name; where a command is not named, FILE is a run file.
ValueHints positional_hints(const Command& program, const Command& command,
                            const std::string& name) {
  const std::string& path = command.path;
  if (path == "list") {
    Words lists;
    for (const Listing& listing : listings()) lists.emplace_back(listing.name);
    return words(lists);
  }
  if (path == "cache") return words({"show", "prune", "clear"});
  if (path == "completion") {
    Words lists = {"bash", "zsh", "fish"};
    for (const NameList& list : name_lists()) lists.emplace_back(list.name);
    return words(lists);
  }
  if (path == "manual") return words(names_of(program.commands));
  if (path == "simulate" || path == "disasm" || path == "inspect") return files({"npu"});
  if (path == "diff") return files({"json", "npu"});
  if (path == "assemble") return files({"txt", "s", "asm"});
  if (path == "show") {
    ValueHints all = named({"workloads", "hardware"}, kYaml);
    all.suffixes.insert(all.suffixes.end(), {"npu", "onnx", "csv"});
    return all;
  }
  if (path == "vectors") {
    ValueHints both = named({"workloads"}, kYaml);
    both.suffixes.emplace_back("npu");
    return both;
  }
  if (name == "SWEEP") return named({"sweeps"}, kYaml);
  if (name == "FILE" || name == "RUN") return named({"workloads"}, kYaml);
  return {};
}

/// "DIR", "FILE.npu", "F": what is left by what the help calls the value.
ValueHints by_value_name(const std::string& value) {
  ValueHints hints;
  const std::size_t point = value.rfind('.');
  const bool is_file =
      value == "F" || value.compare(0, 2, "F.") == 0 || value.compare(0, 4, "FILE") == 0;
  hints.folders = value == "DIR" || value == "CASE";
  hints.any_file = is_file && point == std::string::npos;
  if (is_file && point != std::string::npos) hints.suffixes = {value.substr(point + 1)};
  return hints;
}

}  // namespace

ValueHints hints_of(const Command& program, const Command& command, const CommandOption& option) {
  if (option.value.empty()) return {};
  const std::string& name = option.names.back();
  if (name.front() != '-') {
    const ValueHints hints = positional_hints(program, command, name);
    return hints.any() ? hints : by_value_name(option.value);
  }
  const auto found = by_flag().find(name);
  return found == by_flag().end() ? by_value_name(option.value) : found->second;
}

const std::vector<NameList>& name_lists() {
  static const std::vector<NameList> lists = {
      {"workloads", workloads},       {"hardware", hardware},    {"sweeps", sweeps},
      {"technologies", technologies}, {"schemes", scheme_words}, {"keys", keys}};
  return lists;
}

}  // namespace npusim::cli
