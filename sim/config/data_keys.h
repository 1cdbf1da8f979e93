// SPDX-License-Identifier: Apache-2.0
// The keys of a run file outside of its sections `quantization` and `simulation`, for people, and
// the choices and limits that run_reader.cpp reads them by.
#pragma once

#include <string>
#include <vector>

#include "sim/config/run_key.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {

/// In the order of DatasetKind; the last one is for calibration only.
const std::vector<std::string>& data_kinds();
/// Those of a data set, which have labels.
const std::vector<std::string>& labelled_kinds();
const std::vector<std::string>& calibration_methods();

extern const IntegerRule kImageCount;
extern const IntegerRule kSeed;
extern const IntegerRule kSide;  // pixels
extern const RealRule kPercentile;
extern const RealRule kOutputHeadroom;
extern const RealRule kMean;
extern const RealRule kScale;

/// The keys of the file itself: its sections, and what is no section.
const std::vector<RunKey>& run_file_keys();
/// Every key of a section.
const std::vector<RunKey>& dataset_keys();
const std::vector<RunKey>& calibration_keys();
const std::vector<RunKey>& input_keys();

}  // namespace npusim::config
