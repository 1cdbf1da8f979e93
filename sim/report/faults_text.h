// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/report/faults.h"

namespace npusim::report {

/// The section's lines below its heading, at most 80 columns each.
std::vector<std::string> faults_lines(const Faults& faults);

}  // namespace npusim::report
