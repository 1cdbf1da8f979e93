// SPDX-License-Identifier: Apache-2.0
// What a simulation tells while it runs: the hook from which traces, waveforms and comparisons
// grow. No cost when there is none; observing changes no cycle and no value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/stats/activity.h"

namespace npusim::model {

/// The units of isa::Unit, and the command processor behind them.
enum class UnitId : std::uint8_t {
  dma_in,
  dma_weights,
  dma_out,
  weight_loader,
  mac_array,
  requantization,
  vector,
  command_processor,
};
inline constexpr std::size_t kUnitIds = 8;

constexpr UnitId unit_id(isa::Unit unit) { return static_cast<UnitId>(unit); }
/// isa::unit_name, or "command_processor".
const char* unit_id_name(UnitId unit);

/// One DRAM transfer as the arbiter granted it.
struct DramBurst {
  UnitId requester = UnitId::dma_in;  // dma_in, dma_weights, dma_out, or command_processor (fetch)
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t grant_cycle = 0;     // the bus is taken from this cycle on
  std::int64_t complete_cycle = 0;  // read: data usable; write: done
};

/// Bursts of one requester that were granted one behind the other, all of the same length.
struct DramBursts {
  UnitId requester = UnitId::dma_in;
  std::int64_t first_grant_cycle = 0;
  std::int64_t period_cycles = 0;  // from one grant to the next; any where count is 1
  std::int64_t count = 1;
  std::int64_t burst_bytes = 0;
};

/// Cycles come in the order in which the machine learns them, which is not sorted across units.
/// Implementations may throw: the simulation then ends with that exception.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Whether on_dram_burst() is to hear of every burst. Where nobody wants that, the machine passes
  /// runs of bursts in one step, which is much faster and as exact.
  virtual bool wants_single_bursts() const { return false; }

  /// The command processor posts the instruction to its unit's queue in `cycle`. In the order of
  /// the Program, and, like the starts, of time.
  virtual void on_instruction_queued(UnitId /*unit*/, std::size_t /*instruction*/,
                                     std::int64_t /*cycle*/) {}
  virtual void on_instruction_start(UnitId /*unit*/, std::size_t /*instruction*/,
                                    std::int64_t /*cycle*/) {}
  virtual void on_instruction_done(UnitId /*unit*/, std::size_t /*instruction*/,
                                   std::int64_t /*cycle*/) {}
  /// [begin, end) of one activity, for instruction `instruction` (-1: none, the unit is idle). Per
  /// unit the intervals follow one another without gap from 0 to the total. Within one stream of
  /// accesses only the numbers of granted and refused cycles are known: the busy ones are told
  /// first. Of a DMA instruction whose bursts pass as runs, in the same way, only how many of its
  /// cycles its streams took: the others, `dram`, are told first.
  virtual void on_activity(UnitId /*unit*/, stats::Activity /*activity*/,
                           std::int64_t /*instruction*/, std::int64_t /*begin*/,
                           std::int64_t /*end*/) {}
  /// Only where wants_single_bursts().
  virtual void on_dram_burst(const DramBurst& /*burst*/) {}
  /// Every burst of the NPU, be it alone or in a run.
  virtual void on_dram_bursts(const DramBursts& /*bursts*/) {}
  /// Tensor `tensor` of the Program is complete: its elements, dense NHWC, little-endian. The bytes
  /// are valid during the call only. Not called where only timing is simulated.
  virtual void on_tensor(std::size_t /*tensor*/, const std::uint8_t* /*data*/,
                         std::size_t /*bytes*/, std::int64_t /*cycle*/) {}
};

}  // namespace npusim::model
