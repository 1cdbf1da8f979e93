// SPDX-License-Identifier: Apache-2.0
// Sections that the JSON documents have in common. Internal to sim/report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "sim/report/report.h"

namespace npusim::report {

struct ChannelRangesOfLayer;

nlohmann::json hardware_json(const Hardware& hardware);
nlohmann::json quantization_json(const Quantization& quantization);
nlohmann::json configuration_json(const Configuration& configuration);
nlohmann::json faults_json(const Faults& faults);
nlohmann::json faults_choice_json(const config::FaultsConfig& faults);
/// All layers, in order, with the energy of each where the report has it.
nlohmann::json layers_json(const Report& report);
nlohmann::json host_json(const Host& host);
/// As page/channels.js reads it, ranges in hundredths of an octave.
nlohmann::json channel_ranges_json(const std::vector<ChannelRangesOfLayer>& layers);

}  // namespace npusim::report
