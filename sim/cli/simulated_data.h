// SPDX-License-Identifier: Apache-2.0
// The images that the simulated machine runs on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/data/dataset.h"
#include "frontend/data/image_reader.h"
#include "sim/config/run_config.h"

namespace npusim::cli {

/// Where there is no data set: what the network was calibrated on; of random tensors others than
/// those.
config::DatasetConfig simulated_data(const config::RunConfig& run);
/// What the report says of it.
std::string simulated_data_note(const config::DatasetConfig& data);

/// The first `count` images that were not left out.
std::vector<std::int64_t> first_good(const data::Dataset& dataset,
                                     const data::SkippedImages& skipped, std::int64_t count);

}  // namespace npusim::cli
