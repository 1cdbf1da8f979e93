// SPDX-License-Identifier: Apache-2.0
// The bursts that the writing DMA unit has in front of the flat DRAM, as a recurrence: sections 3
// and 5 of docs/timing-model.md without events.
//
// Burst j is read by a stream of a(j) accesses from b(j) to e(j), decoded in c cycles, visible from
// then on, granted in g(j) and done in d(j). With N outstanding requests and D cycles from the
// grant to the done,
//     b(j) = max(e(j-1), d(j-N), start of its instruction),    e(j) = b(j) + a(j),
//     g(j) = max(e(j) + c, the cycle in which the bus is free), d(j) = g(j) + D,
// where nobody can take an access of the scratchpad from the unit: two ports, since only one
// requester is before it. (With one port, DmaWrite does it event by event.)
//
// Why a run of equal bursts may be passed in one step: as long as there is something to read, the N
// bursts behind the last grant g(j) are read, and g(j), e(j+1), ..., e(j+N) decide all that
// follows. Let them each be P after g(j-1), e(j), ..., e(j+N-1), and have followed from those, for
// no rival delayed the grant and no start the stream. The recurrence knows maxima and sums only:
// where the next burst is like the last one read, it all comes P later once more, and so on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/model/burst_source.h"
#include "sim/model/fifo.h"
#include "sim/model/transfer.h"
#include "sim/model/transfer_listener.h"

namespace npusim::model {

class WriteBursts : public BurstSource {
 public:
  /// limit: of outstanding requests, N.
  WriteBursts(std::int64_t limit, const BurstTimes& times, TransferListener& listener);

  /// The unit must be free. The first stream may begin in transfer.start().
  void begin(const Transfer& transfer);

  std::int64_t visible() const override {
    return waiting_.empty() ? kNever : waiting_.front().visible;
  }
  GrantedBursts grant(std::int64_t cycle, const GrantWindow& window) override;
  std::int64_t deadline(std::int64_t earliest) const override;
  std::int64_t bus_cycles() const override { return times_.bus_cycles; }

 private:
  struct Waiting {
    std::int64_t visible;
    std::int64_t bytes;
  };
  struct Unfinished {
    std::size_t instruction;
    std::int64_t left;  // not granted
  };
  // All streams whose begin is known.
  void read();
  void grant_one(std::int64_t cycle);
  bool like_last_read(const BurstRun& run) const;
  // How many more bursts of the run the window allows to be granted, each period_ after the last.
  std::int64_t steady(const GrantWindow& window) const;
  void skip(std::int64_t bursts);

  const std::int64_t limit_;
  const BurstTimes times_;
  TransferListener& listener_;
  Transfer transfer_;      // being read
  Fifo<Waiting> waiting_;  // read (or begun to), not granted
  Fifo<Unfinished> unfinished_;
  Fifo<std::int64_t> dones_;     // d of those granted whose N-th successor is not read
  std::int64_t left_ = 0;        // of all of them
  std::int64_t grant_ = 0;       // g of the last burst
  std::int64_t stream_end_ = 0;  // e of the last stream
  // Of the last burst read and of the last one granted, for steady().
  BurstRun last_read_{};     // count: so many like it, each period_ after the one before
  std::int64_t period_ = 0;  // between the ends
  bool repeats_ = false;     // the grant will, with period_
};

}  // namespace npusim::model
