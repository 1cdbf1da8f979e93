// SPDX-License-Identifier: Apache-2.0
// The report for programs: JSON with sorted keys. Two runs of the same thing differ in `host` only.
#pragma once

#include <string>

#include "sim/report/report.h"

namespace npusim::report {

/// The whole document, indented by two, with a newline at its end.
std::string to_json(const Report& report);

}  // namespace npusim::report
