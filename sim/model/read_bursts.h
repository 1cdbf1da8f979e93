// SPDX-License-Identifier: Apache-2.0
// The bursts that a reading DMA unit has in front of the flat DRAM, as a recurrence: sections 3 and
// 5 of docs/timing-model.md without events.
//
// Burst j is issued in i(j), visible from i(j) + 1, granted in g(j), and written by a stream of
// a(j) accesses that ends in e(j). With N outstanding requests, T cycles of the bus and D cycles
// from the grant to the data,
//     i(j) = max(i(j-1) + 1, e(j-N), start of its instruction),
//     g(j) = max(i(j) + 1, the cycle in which the bus is free),
//     e(j) = max(g(j) + D, e(j-1)) + a(j):
// all of it is known when the bursts before are granted, since the writing DMA is first in the
// scratchpad's priority order. So nothing has to happen for a burst but at its instruction's last
// issue (the unit is free) and last stream (done), and the grants in between are made whenever
// somebody wants to know.
//
// Why a run of equal bursts may be passed in one step: let P = e(j) - e(j-1) be the distance of the
// last N stream ends, and also of the last two grants of this run, with no other's grant between.
// If i(j) = e(j-N) (or P = 1) then i(j+1) = i(j) + P, for no start intervenes within a run. If g(j)
// = i(j) + 1 then P >= T makes g(j+1) = i(j+1) + 1 = g(j) + P; otherwise the bus was waited for,
// and if T = P it is again. And e(j+1) = e(j) + P, whether e(j) followed from the data (so does
// e(j+1)) or from the stream before (then P = a, and so it does again). With that the same holds
// for j + 1: every further burst is P cycles after the one before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/model/burst_source.h"
#include "sim/model/fifo.h"
#include "sim/model/transfer.h"
#include "sim/model/transfer_listener.h"

namespace npusim::model {

class ReadBursts : public BurstSource {
 public:
  /// limit: of outstanding requests, N.
  ReadBursts(std::int64_t limit, const BurstTimes& times, TransferListener& listener);

  /// The unit must be free. The first burst may be issued in transfer.start().
  void begin(const Transfer& transfer);

  std::int64_t visible() const override { return visible_; }
  GrantedBursts grant(std::int64_t cycle, const GrantWindow& window) override;
  std::int64_t deadline(std::int64_t earliest) const override;
  std::int64_t bus_cycles() const override { return times_.bus_cycles; }

 private:
  void grant_one(std::int64_t cycle);
  // How many more bursts of the run the window allows to be granted, each period_ after the last.
  std::int64_t steady(const GrantWindow& window) const;
  void skip(std::int64_t bursts);
  void taken(std::int64_t bursts);
  void issue_next();
  void tell_free();

  const std::int64_t limit_;
  const BurstTimes times_;
  TransferListener& listener_;
  Fifo<Transfer> transfers_;  // with bursts that are not granted
  std::int64_t left_ = 0;     // of all of them
  bool free_told_ = true;     // for the last of them
  std::int64_t issue_ = -1;   // i of the next burst, or of the last one
  std::int64_t visible_ = kNever;
  std::int64_t grant_ = -1;         // g of the last burst
  std::int64_t stream_end_ = 0;     // e of the last burst
  std::vector<std::int64_t> ends_;  // e of the last N, the oldest at oldest_
  std::size_t oldest_ = 0;
  // Of the last burst, for steady().
  std::int64_t period_ = 0;
  std::int64_t regular_ = 0;  // so many ends are period_ after the one before
  bool repeats_ = false;      // its issue and its grant will repeat with period_
};

}  // namespace npusim::model
