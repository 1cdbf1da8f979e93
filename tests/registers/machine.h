// SPDX-License-Identifier: Apache-2.0
// The register-level machine: docs/timing-model.md and docs/arithmetic.md built once more, from the
// text, in registers that step with a clock. Nothing in it adds cycles up: what an instruction
// costs is when its last register has arrived.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/program.h"
#include "tests/registers/context.h"

namespace npusim::registers {

/// Runs a verified Program from reset to its end. inputs: as Program::inputs, each the tensor's
/// bytes. Throws std::exception (a HardwareFault's text in it) where a register meets what it must
/// not, and where the machine is not done in `cycle_limit` cycles.
Result run(const isa::Program& program, const std::vector<std::vector<std::int8_t>>& inputs,
           std::int64_t cycle_limit);

}  // namespace npusim::registers
