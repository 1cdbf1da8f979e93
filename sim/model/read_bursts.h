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
// Why a run of bursts of a accesses may be passed in one step, after burst j and while nobody else
// is granted:
// - The bus decides: if no stream of the last N had to wait for the one before it, a <= T for all
//   of them and D < (N-1) T, then g(j+k) = g(j) + k T and e(j+k) = e(j) + k T. For e(m) = g(m) + D
//   + a <= g(j) - (j-m) T + D + T < g(j) - (j-m) T + N T; so with m = j+k-N the burst j+k is issued
//   before g(j) + k T, i(j+k-1) + 1 being no later than g(j+k-1); and its data come T after those
//   of the burst before, whose stream is over by then.
// - Anything else: let P = e(j) - e(j-1) be the distance of the last N stream ends, and also of the
//   last two grants of this run, with no other's grant between. If i(j) = e(j-N) then i(j+1) = i(j)
//   + P, for no start intervenes within a run. If g(j) = i(j) + 1 then P >= T makes g(j+1) = i(j+1)
//   + 1 = g(j) + P; otherwise the bus was waited for, and if T = P it is again. And e(j+1) = e(j) +
//   P, whether e(j) followed from the data (so does e(j+1)) or from the stream before (then P = a,
//   and so it does again). With that the same holds for j + 1, and so on.
// In both, ends are at least a cycle apart; so i(j+k+1) = max(i(j) + k + 1, e(j+k+1-N)).
//
// regular_ may count too many behind a run that the bus decided, if ends come P != T apart again as
// they did before it. No step follows from that: repeats_ would take a burst j, fewer than N behind
// the run, with g(j) = e(j-N) + 1 and g(j) - g(j-1) = P > T. Stream j-N did not wait, so g(j) -
// g(j-N) = D + a + 1 <= N T; but it is N distances of T or more, the last of them above T.
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
  // How far apart the next bursts of the run come if nobody else is granted; 0: not known.
  std::int64_t next_period() const;
  void skip(std::int64_t bursts, std::int64_t period);
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
  // Of the last bursts, for next_period().
  std::int64_t prompt_;  // so many streams were not late, nor longer than the bus time
  std::int64_t period_ = 0;
  std::int64_t regular_ = 0;  // so many ends are period_ after the one before
  bool repeats_ = false;      // the last one's issue and its grant will repeat with period_
};

}  // namespace npusim::model
