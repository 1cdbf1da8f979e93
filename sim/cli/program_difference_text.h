// SPDX-License-Identifier: Apache-2.0
// A difference of two Programs for people and for programs.
#pragma once

#include <string>

#include "sim/isa/program_difference.h"
#include "sim/report/difference_text.h"

namespace npusim::cli {

/// Hardware, settings and memory; the first instruction that differs; layer by layer what they
/// hold otherwise; tensors placed elsewhere. At most 80 columns; "" where nothing differs.
std::string program_difference_text(const isa::ProgramDifference& difference,
                                    const report::DifferenceStyle& style);

/// "hardware, layers (3)": in what they differ.
std::string changed_parts_text(const isa::ProgramDifference& difference);

/// {"compared": "programs", "same", "changes": [{part, item, what, before, after, instructions}],
/// "first_instruction": {index, before, after}}; what says nothing is left out.
std::string to_json(const isa::ProgramDifference& difference);

}  // namespace npusim::cli
