// SPDX-License-Identifier: Apache-2.0
// The report for people: at most 80 columns, every number with its unit.
#pragma once

#include <string>

#include "sim/report/report.h"

namespace npusim::report {

struct TextStyle {
  bool colour = false;  // ANSI escapes; they take no columns
};

inline constexpr std::size_t kTextColumns = 80;

/// Header, accuracy, cycles with the stalls by cause, the table of layers and the memory footprint.
std::string to_text(const Report& report, const TextStyle& style = {});

}  // namespace npusim::report
