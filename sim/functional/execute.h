// SPDX-License-Identifier: Apache-2.0
// What one instruction does to the memories: plain loops over instruction.h's words, no time.
#pragma once

#include "sim/functional/machine_state.h"
#include "sim/isa/program.h"

namespace npusim::functional {

/// Executes one instruction of a verified Program, whole. A PRELOAD puts its folds behind those
/// that wait in state.shadows, a MATMUL takes the first. A sum that leaves the accumulator's bits
/// is counted in state.overflows; where mac_array.accumulator is `guaranteed`,
/// base::SimulationError naming row, column and k.
void execute(const isa::Instruction& instruction, const config::HardwareConfig& hardware,
             MachineState& state);

}  // namespace npusim::functional
