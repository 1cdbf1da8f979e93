// SPDX-License-Identifier: Apache-2.0
// A comparison and an analysis as pages of HTML that open without a network, beside the page of a
// run (report_page.h), whose look and channel ranges they share. A page holds the JSON form, but of
// the host figures only the versions, and takes every number from it: the same bytes for the same
// values.
#pragma once

#include <string>
#include <vector>

#include "sim/report/analysis.h"
#include "sim/report/comparison.h"
#include "sim/report/report_page.h"

namespace npusim::report {

/// Top-1 and the other measures of the quantizations, what they cost, and a table that sorts.
std::string comparison_page(const Comparison& comparison, const std::string& version);

/// The layers' measures side by side, the ranges of their channels, and a table that sorts.
/// `channels`: of the layers with weights.
std::string analysis_page(const Analysis& analysis,
                          const std::vector<ChannelRangesOfLayer>& channels,
                          const std::string& version);

}  // namespace npusim::report
