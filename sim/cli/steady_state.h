// SPDX-License-Identifier: Apache-2.0
// What one more of consecutive images costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"

namespace npusim::cli {

/// T(4) - T(3), where T(n) are the cycles of one stream of n images from reset
/// (docs/timing-model.md, section 9). Values play no part. Empty, with a note, where so many images
/// do not fit the machine.
std::optional<std::int64_t> steady_state_cycles(compile::Pipeline& pipeline,
                                                const std::string& scheme,
                                                std::vector<std::string>& notes);

}  // namespace npusim::cli
