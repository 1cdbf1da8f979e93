// SPDX-License-Identifier: Apache-2.0
// Small networks and machines drawn from a seed: what the equivalence tests feed through the whole
// line.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/graph.h"
#include "sim/config/hardware_config.h"

namespace npusim::test {

/// A float network as graph::prepare leaves it: convolutions (any kernel, stride, dilation, groups,
/// asymmetric pads), depthwise convolutions, residual adds, multiplications by a 1x1 map, pooling,
/// concatenations, lookups and a fully connected end; odd sizes, channels that are multiples of
/// nothing. The same graph for the same seed.
graph::Graph random_network(std::uint64_t seed);

/// A machine with small odd-sized units and scratchpads of `scratchpad_scale` times a small size,
/// so that most networks spill; doubling the scale makes everything fit in the end.
config::HardwareConfig random_hardware(std::uint64_t seed, std::int64_t scratchpad_scale);

/// What NPUSIM_DRAWS says, for long runs by hand; else `usual`.
std::uint64_t draws(std::uint64_t usual);

/// `count` values in [-1, 1).
std::vector<float> random_input(std::uint64_t seed, std::int64_t count);

}  // namespace npusim::test
