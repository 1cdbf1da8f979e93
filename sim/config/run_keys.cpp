// SPDX-License-Identifier: Apache-2.0
#include "sim/config/run_keys.h"

#include <algorithm>

#include "sim/base/nearest.h"
#include "sim/config/data_keys.h"
#include "sim/config/faults_reader.h"
#include "sim/config/hardware_fields.h"
#include "sim/config/quantization_reader.h"
#include "sim/config/simulation_reader.h"

namespace npusim::config {
namespace {

/// The last components of a dotted key, as many as asked for; all where there are fewer.
std::string last_components(const std::string& key, std::size_t count) {
  std::size_t begin = key.size();
  while (count > 0 && begin != std::string::npos && begin > 0) {
    begin = key.rfind('.', begin - 1);
    --count;
  }
  return begin == std::string::npos || count > 0 ? key : key.substr(begin + 1);
}

}  // namespace

const std::vector<RunSection>& run_sections() {
  static const std::vector<RunSection> sections = {
      {"", "Keys", run_file_keys()},
      {"dataset", "Dataset", dataset_keys()},
      {"calibration", "Calibration", calibration_keys()},
      {"input", "Input", input_keys()},
      {"quantization", "Quantization", quantization_keys()},
      {"simulation", "Simulation", simulation_keys()},
      {"faults", "Faults", faults_keys()},
  };
  return sections;
}

std::string settable_key(const RunSection& section, const RunKey& key) {
  return section.name[0] == '\0' ? key.key : section.name + std::string(".") + key.key;
}

const std::vector<std::string>& settable_keys() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> keys;
    for (const RunSection& section : run_sections()) {
      for (const RunKey& key : section.keys) {
        if (std::string(key.key).find('[') == std::string::npos)
          keys.push_back(settable_key(section, key));
      }
    }
    for (const HardwareField& field : hardware_fields())
      keys.push_back(std::string("hardware.") + field.key);
    return keys;
  }();
  return all;
}

std::string nearest_settable_key(const std::string& key) {
  const auto components = static_cast<std::size_t>(std::count(key.begin(), key.end(), '.')) + 1;
  std::vector<std::string> ends;
  for (const std::string& known : settable_keys())
    ends.push_back(last_components(known, components));
  const std::string nearest = base::nearest_choice(key, ends);
  if (nearest.empty()) return base::nearest_choice(key, settable_keys());
  const auto at = std::find(ends.begin(), ends.end(), nearest) - ends.begin();
  return settable_keys()[static_cast<std::size_t>(at)];
}

}  // namespace npusim::config
