// SPDX-License-Identifier: Apache-2.0
// All sections of a run file, and every key that --set takes.
#pragma once

#include <string>
#include <vector>

#include "sim/config/run_key.h"

namespace npusim::config {

struct RunSection {
  const char* name;   // "dataset"; empty: the file itself
  const char* title;  // for people
  const std::vector<RunKey>& keys;
};

/// What a run file may say, section by section, but the hardware, whose keys are hardware_fields().
const std::vector<RunSection>& run_sections();

/// The key as --set takes it: "dataset.images".
std::string settable_key(const RunSection& section, const RunKey& key);

/// Every key that --set takes, dotted: those of all sections, and the hardware's behind
/// "hardware.". Not those within lists.
const std::vector<std::string>& settable_keys();

/// The settable key that one written without its section, or with another one, was probably meant
/// to be: "rows", "mac_aray.rows" -> "hardware.mac_array.rows". Empty where none is near.
std::string nearest_settable_key(const std::string& key);

}  // namespace npusim::config
