// SPDX-License-Identifier: Apache-2.0
#include "sim/config/hardware_reader.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "sim/base/errors.h"
#include "sim/base/files.h"
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

std::string unit_of_key(const std::string& key) { return key.substr(0, key.find('.')); }
std::string name_in_unit(const std::string& key) { return key.substr(key.find('.') + 1); }

/// What must hold between values that are each in range: key of the one to change, got, must be.
struct CrossError {
  const char* key;
  std::string got, must_be;
};

std::vector<CrossError> cross_errors(const HardwareConfig& hardware) {
  std::vector<CrossError> found;
  const auto& act = hardware.activation_scratchpad;
  if (act.bytes % act.bank_word_bytes != 0) {
    found.push_back({"activation_scratchpad.bytes", std::to_string(act.bytes),
                     "a multiple of activation_scratchpad.bank_word_bytes (" +
                         std::to_string(act.bank_word_bytes) + ")"});
  }
  return found;
}

std::int64_t read_field(YamlMap& unit, const HardwareField& field) {
  const std::string key = name_in_unit(field.key);
  if (field.choices.empty()) return unit.integer(key, field.rule, field.if_missing);
  std::optional<std::size_t> fallback;
  if (field.if_missing) fallback = static_cast<std::size_t>(*field.if_missing);
  return static_cast<std::int64_t>(unit.choice(key, field.choices, fallback));
}

void read_fields(YamlMap& root, HardwareConfig& hardware, base::ErrorList& errors) {
  std::map<std::string, std::unique_ptr<YamlMap>> units;  // null: the file has no such unit
  for (const HardwareField& field : hardware_fields()) {
    const std::string unit = unit_of_key(field.key);
    if (unit == field.key) {
      field.set(hardware, read_field(root, field));
      continue;
    }
    if (units.count(unit) == 0) {
      const YamlNode* node = root.require(unit, "a mapping (key: value)");
      units[unit] =
          node == nullptr ? nullptr : std::make_unique<YamlMap>(*node, root.path_of(unit), errors);
    }
    if (units[unit] != nullptr) field.set(hardware, read_field(*units[unit], field));
  }
  for (auto& [name, unit] : units) {
    if (unit != nullptr) unit->refuse_unknown_keys();
  }
}

const YamlNode* find_dotted(const YamlNode& root, const std::string& key) {
  const YamlNode* unit = root.find(unit_of_key(key));
  return unit == nullptr || unit_of_key(key) == key ? unit : unit->find(name_in_unit(key));
}

std::string canonical_text(const HardwareConfig& hardware, bool program_dependent) {
  std::string text;
  for (const HardwareField& field : hardware_fields()) {
    if (field.program_dependent == program_dependent && field.get(hardware) != field.if_missing) {
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
  const auto number = field.choices.empty() ? parse_integer(value) : std::nullopt;
  if (number && field.rule.accepts(*number)) return field.set(hardware, *number);
  errors.add("hardware", field.key, value,
             field.choices.empty() ? field.rule.text() : list_choices(field.choices));
}

void read_canonical(const std::string& text, bool program_dependent, HardwareConfig& hardware,
                    base::ErrorList& errors) {
  std::size_t begin = 0;
  for (const HardwareField& field : hardware_fields()) {
    if (field.program_dependent != program_dependent) continue;
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
                                  const std::vector<Override>& overrides) {
  base::ErrorList errors;
  for (const Override& change : overrides) apply_override(root, change, errors);

  HardwareConfig hardware;
  YamlMap map(root, key, errors);
  hardware.name = map.text("name", kNameRule);
  if (const YamlNode* name = map.find("name");
      name != nullptr && !hardware.name.empty() && !is_name(hardware.name)) {
    map.refuse(*name, "name", kNameRule);
  }
  read_fields(map, hardware, errors);
  map.refuse_unknown_keys();
  errors.throw_if_any();

  for (const CrossError& error : cross_errors(hardware)) {
    refuse(*find_dotted(root, error.key), map.path_of(error.key), error.got, error.must_be, errors);
  }
  errors.throw_if_any();
  return hardware;
}

HardwareConfig hardware_from_yaml(const std::string& text, const std::string& file,
                                  const std::vector<Override>& overrides) {
  base::ErrorList errors;
  YamlNode root = parse_yaml(text, file, errors);
  errors.throw_if_any();
  return hardware_from_tree(std::move(root), "", overrides);
}

HardwareConfig read_hardware_config(const std::filesystem::path& path,
                                    const std::vector<Override>& overrides) {
  return hardware_from_yaml(base::read_file_text(path, kMaxConfigBytes), path.string(), overrides);
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
