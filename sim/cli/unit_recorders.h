// SPDX-License-Identifier: Apache-2.0
// What collect_vectors (unit_vectors.h) does for one instruction: executes it on the state and
// appends what went into the unit and what came out.
#pragma once

#include <vector>

#include "sim/cli/unit_vectors.h"
#include "sim/functional/machine_state.h"
#include "sim/isa/program.h"

namespace npusim::cli {

/// The instruction's place: what it runs on and which of its rows are recorded.
struct Recording {
  const isa::Instruction& instruction;
  const config::HardwareConfig& hardware;
  functional::MachineState& state;
  std::vector<std::int64_t> rows;  // of its pixels
};

/// Fold by fold: input rows, weights, sums before and after.
void record_matmul(const Recording& recording, UnitVectors& array);

/// Accumulators, parameters and codes; of the same values what the shifters do. `channel_shifter`
/// is used where the shift is in front of the multiplier.
void record_requantize(const Recording& recording, UnitVectors& lanes, UnitVectors& shifter,
                       UnitVectors& channel_shifter);

/// Operands, parameters and codes.
void record_elementwise(const Recording& recording, UnitVectors& unit);

/// The real cells of each window, parameters and codes.
void record_pool(const Recording& recording, UnitVectors& unit);

}  // namespace npusim::cli
