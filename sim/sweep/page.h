// SPDX-License-Identifier: Apache-2.0
// The results of a sweep as one page of HTML that opens without a network: scatter chart with
// chosen axes, front, influence of each axis, and the command of every point.
#pragma once

#include <cstddef>
#include <string>

#include "sim/sweep/results.h"

namespace npusim::sweep {

/// What the metrics of all points may take in the page. Objectives come first, then those with
/// fewer parts in their name; the page says how many were left out.
inline constexpr std::size_t kMostPageBytes = 4'000'000;

/// `version`: of npusim, for the footer. At least one point must be there, finished or failed.
std::string results_page(const Results& results, const std::string& version);

}  // namespace npusim::sweep
