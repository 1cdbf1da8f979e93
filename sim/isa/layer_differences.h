// SPDX-License-Identifier: Apache-2.0
// The layers of two Programs and their instructions compared. Internal to program_difference.
#pragma once

#include <string>
#include <vector>

#include "sim/isa/program_difference.h"

namespace npusim::isa {

/// What a side that lacks something shows.
inline constexpr char kNothing[] = "nothing";

struct NamedLayers {
  const Program& program;
  std::vector<std::string> names;  // one per layer, each once
};

std::vector<ProgramChange> layer_differences(const NamedLayers& before, const NamedLayers& after);

}  // namespace npusim::isa
