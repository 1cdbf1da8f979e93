// SPDX-License-Identifier: Apache-2.0
// The SystemC machine as one function: a Program and its inputs in, cycles and outputs out. What
// each instruction costs: docs/timing-model.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/faults/passing_flips.h"
#include "sim/isa/program.h"
#include "sim/model/observer.h"
#include "sim/stats/simulation_result.h"

namespace npusim::model {

using stats::SimulationResult;

class ExternalMemory;  // external_memory.h
/// Makes the memory of one simulation; called once its kernel is there.
using ExternalMemoryFactory = std::function<std::unique_ptr<ExternalMemory>()>;

/// No run goes on longer: what is counted in cycles fits 64 bits with room for one instruction.
inline constexpr std::int64_t kMostCycles = std::int64_t{1} << 61;

struct SimulationOptions {
  /// Cycles, stalls and traffic only: the same to the last one, but no value is computed or moved.
  bool timing_only = false;
  /// The run fails in this cycle if it is not over; 0: kMostCycles, as for anything above.
  std::int64_t cycle_limit = 0;
  Observer* observer = nullptr;
  /// isa::verify has accepted this Program before: it is not checked again (milliseconds for a
  /// large network, since its weight DMA is replayed).
  bool verified = false;
  /// Bits that flip during the run (docs/faults.md); outlives it. No cycle depends on them.
  const faults::PassingFlips* flips = nullptr;
  /// Permutes the order in which units are made and so in which the kernel runs them within a
  /// cycle. No result depends on it; tests show that.
  std::uint32_t construction_seed = 0;
  /// Another memory in place of the DRAM, behind a TLM-2.0 socket: external_memory.h.
  ExternalMemoryFactory memory = nullptr;
};

/// Simulates one inference from reset. `inputs` are as Program::inputs, each the tensor's bytes
/// (may be empty altogether with timing_only). One call after another in a process is fine, two at
/// a time (threads) are not: the SystemC kernel is global.
///
/// Throws base::InputError where an input has the wrong size or the Program is invalid
/// (isa::verify), base::SimulationError on deadlock (naming every unit that waits, its instruction
/// and the semaphore), at the cycle limit and where an external memory answers with an error,
/// base::InternalError when cycles or bytes are not conserved.
SimulationResult simulate(const isa::Program& program,
                          const std::vector<std::vector<std::int8_t>>& inputs,
                          const SimulationOptions& options = {});

}  // namespace npusim::model
