// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_reader.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/dram_fields.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

constexpr std::uint64_t kMaxConfigBytes = 1 << 20;
constexpr std::size_t kMaxNameLength = 64;

bool is_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= kMaxNameLength &&
         std::all_of(name.begin(), name.end(), allowed);
}
constexpr char kNameRule[] = "a name of letters, digits, '_', '-' and '.', at most 64 characters";

/// "dram.timing" of "dram.timing.banks"; empty for a key of the file itself.
std::string parent_of(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}
std::string name_of(const std::string& key) { return key.substr(key.rfind('.') + 1); }

std::vector<CrossError> cross_errors(const HardwareConfig& hardware) {
  std::vector<CrossError> found;
  const auto& act = hardware.activation_scratchpad;
  if (act.bytes % act.bank_word_bytes != 0) {
    found.push_back({"activation_scratchpad.bytes", std::to_string(act.bytes),
                     "a multiple of activation_scratchpad.bank_word_bytes (" +
                         std::to_string(act.bank_word_bytes) + ")"});
  }
  if (act.protection != Protection::none && act.protected_word_bits > 8 * act.bank_word_bytes) {
    found.push_back({"activation_scratchpad.bank_word_bytes", std::to_string(act.bank_word_bytes),
                     "at least " + std::to_string(act.protected_word_bits / 8) +
                         ", the bytes of activation_scratchpad.protected_word_bits (" +
                         std::to_string(act.protected_word_bits) + ")"});
  }
  add_dram_cross_errors(hardware, found);
  return found;
}

/// The mappings of a hardware file by dotted key, opened when the first field in them is read.
class Mappings {
 public:
  Mappings(YamlMap& root, base::ErrorList& errors) : root_(root), errors_(errors) {}

  /// nullptr: the file has none; an error where it must have one.
  YamlMap* open(const std::string& key, bool required) {
    if (key.empty()) return &root_;
    YamlMap* parent = open(parent_of(key), required);
    const auto known = maps_.find(key);
    if (known != maps_.end() || parent == nullptr) {
      return known == maps_.end() ? nullptr : known->second.get();
    }
    const YamlNode* node = required ? parent->require(name_of(key), "a mapping (key: value)")
                                    : parent->find(name_of(key));
    if (node == nullptr && !required) return nullptr;  // a later field may require it
    auto& map = maps_[key];
    if (node != nullptr) {
      map = std::make_unique<YamlMap>(*node, parent->path_of(name_of(key)), errors_);
    }
    return map.get();
  }

  void refuse_unknown_keys() {
    for (auto& [key, map] : maps_) {
      if (map != nullptr) map->refuse_unknown_keys();
    }
  }

 private:
  YamlMap& root_;
  base::ErrorList& errors_;
  std::map<std::string, std::unique_ptr<YamlMap>> maps_;  // null: missing, and told
};

std::int64_t read_field(YamlMap& map, const HardwareField& field,
                        std::optional<std::int64_t> fallback) {
  const std::string key = name_of(field.key);
  if (field.choices.empty()) return map.integer(key, field.rule, fallback);
  std::optional<std::size_t> index;
  if (fallback) index = static_cast<std::size_t>(*fallback);
  return static_cast<std::int64_t>(map.choice(key, field.choices, index, must_be(field)));
}

/// Values that are not in force are read all the same, so that what is wrong with them is told.
/// `timing_complete`: what dram.timing lacks is an error.
void read_fields(YamlMap& root, HardwareConfig& hardware, bool timing_complete,
                 base::ErrorList& errors) {
  Mappings mappings(root, errors);
  for (const HardwareField& field : hardware_fields()) {
    const bool in_force =
        field.applies(hardware) && (timing_complete || parent_of(field.key) != "dram.timing");
    YamlMap* map = mappings.open(parent_of(field.key), in_force && !field.if_missing);
    if (map == nullptr) continue;
    const auto fallback = in_force ? field.if_missing : std::optional(field.rule.least);
    const std::int64_t value = read_field(*map, field, fallback);
    if (in_force) field.set(hardware, value);
  }
  if (YamlMap* dram = mappings.open("dram", false)) dram->find("part");  // merged already
  mappings.refuse_unknown_keys();
}

const YamlNode* find_dotted(const YamlNode& root, const std::string& key) {
  const YamlNode* parent = parent_of(key).empty() ? &root : find_dotted(root, parent_of(key));
  return parent == nullptr ? nullptr : parent->find(name_of(key));
}

std::string canonical_text(const HardwareConfig& hardware, bool program_dependent) {
  std::string text;
  for (const HardwareField& field : hardware_fields()) {
    if (field.program_dependent == program_dependent && field.applies(hardware) &&
        field.get(hardware) != field.if_missing) {
      text += field.key + (": " + field_text(field, hardware)) + '\n';
    }
  }
  return text;
}

void read_canonical_value(const HardwareField& field, const std::string& value,
                          HardwareConfig& hardware, base::ErrorList& errors) {
  for (std::size_t i = 0; i < field.choices.size(); ++i) {
    if (field.choices[i] == value) return field.set(hardware, static_cast<std::int64_t>(i));
  }
  IntegerRule rule = field.rule;
  rule.is_size_bytes = false;  // the one text of a value
  const auto number = field.choices.empty() ? parse_value(value, rule) : std::nullopt;
  const bool is_its_text = number && (!rule.is_nanoseconds || nanoseconds_text(*number) == value);
  if (is_its_text && rule.accepts(*number)) return field.set(hardware, *number);
  errors.add("hardware", field.key, value, must_be(field));
}

void read_canonical(const std::string& text, bool program_dependent, HardwareConfig& hardware,
                    base::ErrorList& errors) {
  std::size_t begin = 0;
  for (const HardwareField& field : hardware_fields()) {
    if (field.program_dependent != program_dependent || !field.applies(hardware)) continue;
    const std::size_t end = text.find('\n', begin);
    const std::string line = end == std::string::npos ? "" : text.substr(begin, end - begin);
    const std::string start = field.key + std::string(": ");
    if (line.compare(0, start.size(), start) != 0) {
      if (field.if_missing) {
        field.set(hardware, *field.if_missing);
        continue;
      }
      errors.add("hardware", field.key, line.empty() ? "nothing" : line.substr(0, 60),
                 "a line '" + start + "...'");
      return;
    }
    const std::string value = line.substr(start.size());
    read_canonical_value(field, value, hardware, errors);
    if (field.if_missing && field.get(hardware) == field.if_missing) {
      errors.add("hardware", field.key, value, "left out where it is that");
    }
    begin = end + 1;
  }
  if (begin != text.size()) errors.add("hardware", "text", "more lines", "only the known keys");
}

}  // namespace

HardwareConfig hardware_from_tree(YamlNode root, const std::string& key,
                                  const std::vector<Override>& overrides,
                                  const PartFolders& part_folders) {
  base::ErrorList errors;
  for (const Override& change : overrides) apply_override(root, change, errors);
  const bool part_found = merge_dram_part(root, key, part_folders, errors);

  HardwareConfig hardware;
  YamlMap map(root, key, errors);
  hardware.name = map.text("name", kNameRule);
  if (const YamlNode* name = map.find("name");
      name != nullptr && !hardware.name.empty() && !is_name(hardware.name)) {
    map.refuse(*name, "name", kNameRule);
  }
  read_fields(map, hardware, part_found, errors);
  map.refuse_unknown_keys();
  errors.throw_if_any();

  for (const CrossError& error : cross_errors(hardware)) {
    refuse(*find_dotted(root, error.key), map.path_of(error.key), error.got, error.must_be, errors);
  }
  errors.throw_if_any();
  return hardware;
}

namespace {

YamlNode parse_tree(const std::string& text, const std::filesystem::path& file) {
  base::ErrorList errors;
  YamlNode root = parse_yaml(text, file.string(), errors);
  errors.throw_if_any();
  return root;
}

}  // namespace

HardwareConfig hardware_from_yaml(const std::string& text, const std::string& file,
                                  const std::vector<Override>& overrides) {
  return hardware_from_tree(parse_tree(text, file), "", overrides,
                            {std::filesystem::path(file).parent_path(), {}});
}

YamlNode read_hardware_tree(const std::filesystem::path& path) {
  return parse_tree(base::read_file_text(path, kMaxConfigBytes), path);
}

HardwareConfig read_hardware_config(const std::filesystem::path& path,
                                    const std::vector<Override>& overrides,
                                    const std::vector<std::filesystem::path>& config_folders) {
  return hardware_from_tree(read_hardware_tree(path), "", overrides,
                            {path.parent_path(), config_folders});
}

HardwareConfig hardware_from_text(const std::string& name, const std::string& program_dependent,
                                  const std::string& timing_only) {
  base::ErrorList errors;
  HardwareConfig hardware;
  hardware.name = name;
  if (!is_name(name)) errors.add("hardware", "name", name.substr(0, kMaxNameLength), kNameRule);
  read_canonical(program_dependent, true, hardware, errors);
  read_canonical(timing_only, false, hardware, errors);
  errors.throw_if_any();
  check_hardware(hardware);
  return hardware;
}

void check_hardware(const HardwareConfig& hardware) {
  base::ErrorList errors;
  for (const HardwareField& field : hardware_fields()) {
    if (!field.applies(hardware)) continue;
    const std::int64_t value = field.get(hardware);
    if (!field.rule.accepts(value))
      errors.add("hardware", field.key, std::to_string(value), field.rule.text());
  }
  errors.throw_if_any();
  for (const CrossError& error : cross_errors(hardware))
    errors.add("hardware", error.key, error.got, error.must_be);
  errors.throw_if_any();
}

std::vector<std::string> program_dependent_differences(const HardwareConfig& program_hardware,
                                                       const HardwareConfig& hardware) {
  std::vector<std::string> differences;
  for (const HardwareField& field : hardware_fields()) {
    if (field.program_dependent && field.get(program_hardware) != field.get(hardware)) {
      differences.push_back(base::refusal(
          "", field.key, field_text(field, hardware),
          field_text(field, program_hardware) + ", which the Program was compiled for"));
    }
  }
  return differences;
}

std::string program_dependent_text(const HardwareConfig& hardware) {
  return canonical_text(hardware, true);
}

std::string timing_only_text(const HardwareConfig& hardware) {
  return canonical_text(hardware, false);
}

std::string config_hash(const HardwareConfig& hardware) {
  const std::string text = program_dependent_text(hardware) + timing_only_text(hardware);
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(XXH64(text.data(), text.size(), 0)));
  return digits;
}

}  // namespace npusim::config
