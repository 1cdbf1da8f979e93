// SPDX-License-Identifier: Apache-2.0
// The parameter records that an instruction meets when it executes. verify() has seen those of
// program order; where semaphores leave a load of weights unordered, a machine may read others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/isa/program.h"

namespace npusim::isa {

/// What is wrong with the records that instruction `index` of a verified Program reads from this
/// weight scratchpad, in the words of verify(); empty: nothing.
std::string wrong_records(const Program& program, std::size_t index,
                          const std::uint8_t* weight_scratchpad);

}  // namespace npusim::isa
