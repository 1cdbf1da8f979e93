// SPDX-License-Identifier: Apache-2.0
// What the register-level machine is compared on: Programs of drawn networks, and Programs drawn
// instruction by instruction, in which all units work at once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::registers {

struct DrawnCase {
  isa::Program program;
  std::vector<std::vector<std::int8_t>> inputs;
};

/// A drawn network, compiled for a drawn machine; nothing where the quantizer refuses it.
std::optional<DrawnCase> draw_network_case(std::uint64_t seed);

/// Streams of instructions for every unit, each on memory of its own, so that only ports, DRAM,
/// queues and the drawn semaphores hold them up. Free of races by construction.
DrawnCase draw_program_case(std::uint64_t seed);

}  // namespace npusim::registers
