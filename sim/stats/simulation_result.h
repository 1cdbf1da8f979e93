// SPDX-License-Identifier: Apache-2.0
// What one simulated inference comes to: the hand-over from sim/model to sim/report. All cycles are
// cycles of the NPU clock, numbered from 0; an end is the cycle after the last one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/stats/activity.h"
#include "sim/stats/statistics.h"

namespace npusim::stats {

/// One unit's cycles: busy + stalls + idle = SimulationResult::total_cycles, checked in every run.
struct UnitResult {
  std::string name;  // isa::unit_name, or "command_processor"
  ActivityCycles cycles;
};

struct LayerResult {
  std::int64_t start_cycle = 0;  // the first start of any of its instructions
  std::int64_t end_cycle = 0;    // the largest done of its instructions
  /// Increase of the running maximum of end_cycle in program order: never negative, sums to the
  /// total.
  std::int64_t cycles = 0;
  /// From the start of the first to the end (unit free) of the last instruction of its compute
  /// unit; 0 for a layer without one.
  std::int64_t span_cycles = 0;
  /// The compute unit's cycles within that span, as far as this layer's instructions ran or waited:
  /// busy, and stalls by cause; idle is what is left of the span.
  ActivityCycles compute_cycles;
  std::int64_t dram_read_bytes = 0;  // by its DMA instructions; instruction fetch not included
  std::int64_t dram_write_bytes = 0;
  /// Additions whose sum a saturating or wrapping accumulator did not hold; 0 with timing only.
  std::int64_t accumulator_overflows = 0;
  std::int64_t stall_cycles() const { return compute_cycles.stalls(); }
};

struct DramResult {
  std::int64_t read_bytes = 0;  // all reads, instruction fetch included
  std::int64_t write_bytes = 0;
  std::int64_t instruction_bytes = 0;  // the instruction fetch alone
  std::int64_t bursts = 0;
  /// By the NPU's requests. flat: of NPU cycles; banks: of DRAM cycles, of all channels together;
  /// behind a TLM-2.0 socket: NPU cycles from the begin to the end of a request.
  std::int64_t bus_busy_cycles = 0;
  /// Everybody's, where the DRAM has banks; hits, misses and conflicts are all requests granted
  /// within the run.
  std::int64_t row_hits = 0, row_misses = 0, row_conflicts = 0;
  std::int64_t refreshes = 0;
  std::int64_t read_write_turnarounds = 0;
  /// Granted within the run; not among `bursts` and the bytes.
  std::int64_t other_masters_requests = 0;
};

struct SimulationResult {
  std::int64_t total_cycles = 0;
  std::vector<UnitResult> units;    // in the order of isa::Unit, then the command processor
  std::vector<LayerResult> layers;  // as Program::layers
  DramResult dram;
  /// As Program::outputs, the elements' bytes (little-endian); empty when only timing was asked
  /// for.
  std::vector<std::vector<std::int8_t>> outputs;
  /// Every counter of the machine by module: "npu.mac_array.busy_cycles".
  Group statistics{"npu"};
};

}  // namespace npusim::stats
