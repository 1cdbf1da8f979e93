// SPDX-License-Identifier: Apache-2.0
// The parts of verify() that look at one instruction; internal to it.
#pragma once

#include <cstdint>

#include "sim/isa/findings.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// Shapes, strides and addresses of one instruction whose fields match its opcode.
void verify_fields(const Program& program, const Instruction& instruction, Findings& findings);

/// The parameter records that the instruction reads from the weight scratchpad, given its contents
/// at that moment. Its fields have been verified.
void verify_records(const config::HardwareConfig& hardware, const Instruction& instruction,
                    const std::uint8_t* weight_scratchpad, Findings& findings);

}  // namespace npusim::isa
