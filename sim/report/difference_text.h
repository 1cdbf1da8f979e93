// SPDX-License-Identifier: Apache-2.0
// A difference of two reports for people and for programs.
#pragma once

#include <cstddef>
#include <string>

#include "sim/report/difference.h"
#include "sim/report/text.h"

namespace npusim::report {

struct DifferenceStyle {
  TextStyle text;
  std::size_t most_rows = 12;  // of each section; the rest is counted. 0: all
};

/// What changed in the configuration; the totals before and after; the layers by their effect on
/// the cycles, each with what grew or shrank in it; everything else. At most 80 columns, every
/// number with its unit. "" where nothing changed.
std::string difference_text(const Difference& difference, const DifferenceStyle& style = {});

/// "cycles (3 layers), energy (3 layers)": which kinds of values changed.
std::string changed_kinds_text(const Difference& difference);

/// {"compared": "reports", "same", "changes": [{path, layer, kind, before, after, relative}],
/// "summary": [{path, before, after}]}: a value that a side lacks is null, `layer` and `relative`
/// are there where they mean something. Ends with a line break.
std::string to_json(const Difference& difference);

}  // namespace npusim::report
