// SPDX-License-Identifier: Apache-2.0
// gates.yaml, which scripts/gate-counts writes: how many two-input NAND gates
// the parts of the machine have (docs/rtl.md). The file is compiled in.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::energy {

/// What the requantization lanes must be able to do for a Program.
struct LaneNeeds {
  std::int64_t field_bits = 0;  // of the widest channel shifts; 0: none
  bool per_channel = false;     // a scale for each channel
};
LaneNeeds lane_needs(const isa::Program& program);

/// One lane of the hardware's widths and placement: that of per_layer, and what the shifts and the
/// scales of channels add to it, each where it is needed. Between the accumulator widths that were
/// synthesized (8, 16, 24, 32) linear.
struct LaneGates {
  double nand2 = 0;             // with registers
  double multiplier_nand2 = 0;  // of it, without registers
};
LaneGates lane_gates(const config::RequantizationConfig& unit, std::int64_t accumulator_bits,
                     const LaneNeeds& needs);

/// One row and column of the array: an 8 x 8 multiplier, an adder of the accumulator's width, the
/// registers of input, weight, next weight and sum; output stationary, those that drain.
double array_cell_nand2(const config::MacArrayConfig& array);
/// One lane of the vector unit: multipliers 18 x 32, 9 x 32 and 9 x 9, an adder of 42 bits, a
/// shifter of 62, and 42 registers for every stage; its lookup table is a memory.
double vector_lane_nand2(const config::VectorUnitConfig& vector);

/// What encodes and decodes one protected word (docs/protection.md); 0 without protection.
struct CodeGates {
  double encoder_nand2 = 0;
  double decoder_nand2 = 0;                // without the register behind it
  std::int64_t decoder_register_bits = 0;  // what a SECDED word waits in
};
CodeGates code_gates(config::Protection protection, std::int64_t word_bits);

double adder_nand2(std::int64_t bits);
double flip_flop_nand2();

}  // namespace npusim::energy
