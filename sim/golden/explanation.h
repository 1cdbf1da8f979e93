// SPDX-License-Identifier: Apache-2.0
// A comparison in the user's terms, for the terminal and for JUnit.
#pragma once

#include <string>

#include "sim/golden/comparison.h"

namespace npusim::golden {

/// A paragraph for each thing that moved, in the order of Comparison::moved(): keys with their
/// values before and after; of layers how many, which is the first in the order of the network, and
/// which moved most. Lines of at most 80 columns, indented by two. "" where nothing differs.
std::string explanation(const Comparison& comparison);

/// "configuration, cycles, energy"; "" where nothing differs.
std::string moved_text(const Comparison& comparison);

}  // namespace npusim::golden
