// SPDX-License-Identifier: Apache-2.0
#include "sim/config/simulation_reader.h"

#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

const IntegerRule kImages{1, 10'000};

}  // namespace

const std::vector<RunKey>& simulation_keys() {
  static const std::vector<RunKey> keys = {
      {"images", "how many images the machine's values are compared on", kImages.text(), "4"},
      {"timing_only", "cycles of one image alone: no values, no accuracy, no dataset needed",
       "true or false", "false"},
      {"steady_state", "whether a stream of images is measured too", "true or false",
       "true; false with timing_only"},
  };
  return keys;
}

SimulationConfig read_simulation_section(const YamlNode& node, base::ErrorList& errors) {
  SimulationConfig simulation;
  YamlMap section(node, "simulation", errors);
  if (!section.is_mapping()) return simulation;
  simulation.images = section.integer("images", kImages, simulation.images);
  simulation.timing_only = section.boolean("timing_only", simulation.timing_only);
  simulation.steady_state = section.boolean("steady_state", !simulation.timing_only);
  section.refuse_unknown_keys();
  return simulation;
}

}  // namespace npusim::config
