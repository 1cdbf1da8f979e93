// SPDX-License-Identifier: Apache-2.0
// Compiled small networks and machine timing, both drawn from seeds: what the timing tests run.
#pragma once

#include <cstdint>
#include <functional>
#include <random>

#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::test {

/// random_network(seed) quantized and compiled for random_hardware(seed) with the smallest
/// scratchpads that hold it; `change` has the last word on that hardware.
isa::Program drawn_program(std::uint64_t seed,
                           const std::function<void(config::HardwareConfig&)>& change = {});

/// Draws everything that only timing depends on but the DRAM's model: a Program stays valid for it.
void draw_timing(config::HardwareConfig& hardware, std::mt19937& random);

/// Draws the DRAM's model with all its keys, and fetch and burst sizes that go with them.
void draw_dram(config::HardwareConfig& hardware, std::mt19937& random);

/// The share of the bus that other masters may take and leave the NPU some of it, though every
/// request of theirs lies in another row and the channel begins one when the one before has ended;
/// 0 to 90.
std::int64_t most_share_percent(const config::HardwareConfig& hardware);

/// Draws how the array keeps its operands: the dataflow and depthwise_pixels, for drawn_program.
void draw_dataflow(config::HardwareConfig& hardware, std::mt19937& random);

}  // namespace npusim::test
