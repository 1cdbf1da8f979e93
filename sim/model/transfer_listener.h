// SPDX-License-Identifier: Apache-2.0
// What the bursts of a DMA unit in front of the flat DRAM cost, and what they tell the unit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/model/port_schedule.h"

namespace npusim::model {

/// Of one burst.
struct BurstTimes {
  std::int64_t bus_cycles;         // the bus is taken
  std::int64_t data_cycles;        // from the grant to the data, or to the write's done
  std::int64_t decode_cycles = 0;  // from the end of a write's stream until it can be asked for
};

/// Bursts granted one behind the other, all of the same length.
struct GrantRun {
  std::int64_t first_cycle = 0;
  std::int64_t period = 0;  // from one grant to the next; any where count is 1
  std::int64_t count = 1;
  std::int64_t burst_bytes = 0;
};

/// Told as soon as something is known: its cycle may lie ahead.
class TransferListener {
 public:
  virtual ~TransferListener() = default;
  virtual void granted(const GrantRun& run) = 0;
  /// Streams of the scratchpad; the last of them ends in `end`.
  virtual void streams(const Reservation& reservation, std::int64_t end) = 0;
  /// The instruction's last burst is written, or done, in `end`.
  virtual void finished(std::size_t instruction, std::int64_t end) = 0;
  /// The unit is free for its next instruction from `cycle` on.
  virtual void free_from(std::int64_t cycle) = 0;
};

}  // namespace npusim::model
