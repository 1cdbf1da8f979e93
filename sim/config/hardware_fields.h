// SPDX-License-Identifier: Apache-2.0
// Every parameter of a hardware description, once: key, meaning, range, and whether a Program
// depends on it. The reader, the canonical texts and the range checks all run over this list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {

struct HardwareField {
  const char* key;         // dotted path in the YAML file: "mac_array.rows", "dram.timing.banks"
  const char* meaning;     // what is counted, for people: "inputs per cycle"
  bool program_dependent;  // [P] in hardware_config.h
  IntegerRule rule;        // of the value as an integer
  std::vector<std::string>
      choices;  // names of the values 0, 1, ... of a boolean or enumeration; empty for numbers
  std::int64_t (*get)(const HardwareConfig&);
  void (*set)(HardwareConfig&, std::int64_t);
  // What a file without the key means, for keys that are newer than files; empty: it must be there.
  std::optional<std::int64_t> if_missing = std::nullopt;
  // Whether it means anything beside the values of the fields before it; nullptr: always. Where it
  // does not, a file may have it or not, and no canonical text has it.
  bool (*in_force)(const HardwareConfig&) = nullptr;
  const char* choices_text = nullptr;  // for people, where the list of choices is long
  // Reports have it only where it is not what a missing key means, so that those of machines from
  // before the key stay as they were.
  bool reported_if_set = false;

  bool is_reported(const HardwareConfig& hardware) const {
    return applies(hardware) && !(reported_if_set && get(hardware) == if_missing);
  }
  bool applies(const HardwareConfig& hardware) const {
    return in_force == nullptr || in_force(hardware);
  }
};

/// All fields but the name, in the order of the canonical texts.
const std::vector<HardwareField>& hardware_fields();

/// "an integer from 1 to 4096", "a, b or c".
std::string must_be(const HardwareField& field);

/// The value as it is written in YAML: a decimal number or the name of a choice.
std::string field_text(const HardwareField& field, const HardwareConfig& hardware);

}  // namespace npusim::config
