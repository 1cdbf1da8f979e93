// SPDX-License-Identifier: Apache-2.0
// A calibration as the cache keeps it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontend/data/image_reader.h"
#include "frontend/quantize/calibration.h"

namespace npusim::compile {

struct Calibrated {
  quantize::Calibration result;
  data::SkippedImages skipped;  // of its images
};

std::string to_bytes(const Calibrated& calibrated);
/// `bytes`: of to_bytes(). Empty where they are not.
std::optional<Calibrated> calibrated_from_bytes(std::string_view bytes);

}  // namespace npusim::compile
