// SPDX-License-Identifier: Apache-2.0
// The layers of a report as a table for spreadsheets and scripts.
#pragma once

#include <string>

#include "sim/report/report.h"

namespace npusim::report {

/// A header and one line per layer and image, in the order of `layers` in the JSON and with the
/// same numbers: every digit of a fraction. Units stand at the end of the names; stalls and energy
/// have a column for each cause and unit that the report has. What a layer has not is left empty,
/// but stalls, which are 0. CSV as sim/base/csv.h writes it.
std::string layers_csv(const Report& report);

}  // namespace npusim::report
