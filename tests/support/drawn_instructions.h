// SPDX-License-Identifier: Apache-2.0
// Programs of drawn instructions: geometries, addresses and strides that no compiler emits, units
// that compete for every port. Only their timing is meant: records, memories and their bounds are
// not filled in, so they are not verified and run with timing only.
#pragma once

#include <cstdint>

#include "sim/isa/program.h"

namespace npusim::test {

/// A few instructions for every unit and drawn hardware (as draw_timing, and a drawn array).
isa::Program drawn_instructions(std::uint64_t seed);

}  // namespace npusim::test
