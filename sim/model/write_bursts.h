// SPDX-License-Identifier: Apache-2.0
// The bursts that the writing DMA unit has in front of the flat DRAM, as a recurrence: sections 3
// and 5 of docs/timing-model.md without events.
//
// Burst j is read by a stream of a(j) accesses from b(j) to e(j), visible from e(j), granted in
// g(j) and done in d(j). With N outstanding requests and D cycles from the grant to the done,
//     b(j) = max(e(j-1), d(j-N), start of its instruction),   e(j) = b(j) + a(j),
//     g(j) = max(e(j), the cycle in which the bus is free),    d(j) = g(j) + D,
// where nobody can take an access of the scratchpad from the unit: two ports, since only one
// requester is before it. (With one port, DmaWrite does it event by event.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

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

  const std::int64_t limit_;
  const BurstTimes times_;
  TransferListener& listener_;
  Transfer transfer_;      // being read
  Fifo<Waiting> waiting_;  // read (or begun to), not granted
  Fifo<Unfinished> unfinished_;
  std::int64_t left_ = 0;            // of all of them
  std::int64_t stream_end_ = 0;      // e of the last stream
  std::vector<std::int64_t> dones_;  // d of the last N, burst j's at j % N
  std::size_t next_read_ = 0;
  std::size_t next_done_ = 0;
};

}  // namespace npusim::model
