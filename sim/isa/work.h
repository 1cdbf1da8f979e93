// SPDX-License-Identifier: Apache-2.0
// How much an instruction makes whoever executes it do and hold, and the limits of that. A Program
// is untrusted, and strides of 0 let 64 bytes ask for anything; what a compiler emits stays far
// below.
#pragma once

#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::isa {

/// Steps of one instruction, and of all together: no counter of any executor overflows below.
inline constexpr std::uint64_t kMostInstructionSteps = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kMostProgramSteps = std::uint64_t{1} << 50;
/// Runs of a transfer: of weights, which lie in tile order, and of activations (a run per pixel).
inline constexpr std::uint64_t kMostWeightRuns = std::uint64_t{1} << 12;
inline constexpr std::uint64_t kMostActivationRuns = std::uint64_t{1} << 22;
/// Of the reduction of one PRELOAD, and its weights: they are unpacked, 16 columns side by side.
inline constexpr std::int64_t kMostReduction = std::int64_t{1} << 24;
inline constexpr std::int64_t kMostWeights = std::int64_t{1} << 29;
/// Folds that one PRELOAD hands over.
inline constexpr std::int64_t kMostFolds = std::int64_t{1} << 26;
/// Bytes of all tensors together: whoever observes them holds them in memory.
inline constexpr std::uint64_t kMostTensorsBytes = std::uint64_t{1} << 30;
/// Cells of a window of which the largest is taken.
inline constexpr std::int64_t kMostMaxCells = std::int64_t{1} << 22;

/// Products of a MATMUL, cells times channels of a pool, values of the others, bytes of a transfer;
/// the largest number where there are more than 64 bits hold. The fields may hold anything.
std::uint64_t steps_of(const Instruction& instruction);

/// Folds of a PRELOAD, whose fields may hold anything.
std::int64_t folds_of(const Preload& f, std::int64_t array_rows);

}  // namespace npusim::isa
