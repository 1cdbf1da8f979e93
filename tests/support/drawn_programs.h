// SPDX-License-Identifier: Apache-2.0
// Compiled small networks and machine timing, both drawn from seeds: what the timing tests run.
#pragma once

#include <cstdint>
#include <random>

#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// random_network(seed) quantized and compiled for random_hardware(seed) with the smallest
/// scratchpads that hold it.
isa::Program drawn_program(std::uint64_t seed);

/// Draws everything that only timing depends on: a Program stays valid for it.
void draw_timing(config::HardwareConfig& hardware, std::mt19937& random);

}  // namespace npusim::test
