// SPDX-License-Identifier: Apache-2.0
// What --skip-bad-images tells of the pictures that were left out.
#pragma once

#include <string>
#include <vector>

#include "frontend/data/image_reader.h"
#include "sim/report/report.h"

namespace npusim::cli {

report::SkippedImages skipped_images(const data::SkippedImages& skipped);

/// "dataset: 3 pictures skipped", then why, for the first few; nothing where none was.
void append_skipped_notes(const std::string& section, const data::SkippedImages& skipped,
                          std::vector<std::string>& notes);

}  // namespace npusim::cli
