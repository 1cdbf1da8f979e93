// SPDX-License-Identifier: Apache-2.0
// The feeder: how many slots the input rows of a fold take. Section 6 of docs/timing-model.md; pure
// functions of the instruction.
#pragma once

#include <cstdint>

#include "sim/config/hardware_config.h"
#include "sim/isa/folds.h"

namespace npusim::model {

/// Slots of the fold, one of the instruction's; at least isa::busy_cycles.
///
/// Equals what section 6 says row by row; it is fast because the words that a row touches depend
/// only on where its first byte lies within a word, so rows are counted, not walked.
std::int64_t fold_slots(const config::HardwareConfig& hardware, const isa::Matmul& matmul,
                        const isa::Fold& fold);

}  // namespace npusim::model
