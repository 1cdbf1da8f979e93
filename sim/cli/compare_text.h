// SPDX-License-Identifier: Apache-2.0
// The comparison for people: one table of at most 80 columns and what its heads mean.
#pragma once

#include <string>

#include "sim/report/comparison.h"

namespace npusim::cli {

std::string to_text(const report::Comparison& comparison, bool colour);

}  // namespace npusim::cli
