// SPDX-License-Identifier: Apache-2.0
// "did you mean ...?": the choice that a mistyped name was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace npusim::base {

/// The choice that the text was probably meant to be; empty where none is near. The one with the
/// fewest letters inserted, left out, replaced or swapped with their neighbour, of 3 letters two at
/// most, of long texts a third; else, for texts of at least 3 letters, the shortest that begins
/// with the text, or that has it as one of its words (parted by . _ - :). The first of several.
std::string nearest_choice(std::string_view text, const std::vector<std::string>& choices);

/// "; did you mean rows?" to be put behind a refusal; empty where none is near.
std::string did_you_mean(std::string_view text, const std::vector<std::string>& choices);

}  // namespace npusim::base
