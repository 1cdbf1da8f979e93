// SPDX-License-Identifier: Apache-2.0
// The DMA units: section 5 of docs/timing-model.md.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <systemc>
#include <vector>

#include "sim/model/burst_cutter.h"
#include "sim/model/dram.h"
#include "sim/model/dram_storage.h"
#include "sim/model/fifo.h"
#include "sim/model/memory_port.h"
#include "sim/model/scratchpad.h"
#include "sim/model/transfer.h"
#include "sim/model/unit.h"

namespace npusim::model {

/// One side of a DMA unit: the scratchpad it moves bytes to or from.
struct LocalMemory {
  Scratchpad* memory = nullptr;
  int level = 0;  // on its port
  RangeAccesses accesses = RangeAccesses::lines(1);
};

/// What the two directions share. A method process: it wakes when one of its bursts gets somewhere.
class Dma : public Unit {
 public:
  Dma(const sc_core::sc_module_name& name, isa::Unit unit, std::int64_t queue_depth,
      Machine& machine, const LocalMemory& local, DramStorage& storage);

  sc_core::sc_port<MemoryPort> dram_out;
  /// Once, before the run.
  virtual void bind(Dram& memory) { dram_out(memory); }

 protected:
  /// Everything that is due in this cycle. May be called several times in it.
  virtual void step() = 0;
  /// Wakes step() in `cycle` at the latest (now: once more in this cycle).
  void wake_at(std::int64_t cycle);

  void start(std::size_t instruction);
  bool transferring() const { return !cutter_.done(); }
  std::int64_t outstanding_limit() const;

  void apply_effects(std::size_t instruction) override;
  void after_completion() override { wake_at(now()); }

  LocalMemory local_;
  BurstCutter cutter_;              // of the instruction whose bursts are being issued
  std::size_t current_ = 0;         // that instruction
  Fifo<std::size_t> in_work_;       // between start and done
  std::int64_t next_sequence_ = 0;  // of the next burst requested

 private:
  void run();
  DramStorage& storage_;
  sc_core::sc_event timer_;
};

/// DRAM to scratchpad. Timing: one burst issued per cycle while fewer than outstanding_requests are
/// in flight; each is written by a stream of accesses from the cycle its data is complete; free
/// when all bursts are issued. First in the scratchpad's priority order, so what follows from a
/// burst's data, up to the issue of the next burst, is known when the DRAM has scheduled it and all
/// before it, and nothing has to wake for it.
class DmaRead : public Dma, public BurstListener {
 public:
  using Dma::Dma;
  void burst_scheduled(std::int64_t sequence, std::int64_t complete) override;

 private:
  struct Issued {
    std::size_t instruction;
    std::int64_t accesses;
    bool last;                   // of the instruction
    std::int64_t complete = -1;  // not scheduled
  };
  void step() override;
  void issue();
  void write(const Issued& burst);

  Fifo<Issued> issued_;              // not scheduled, or one before it is not
  std::int64_t first_sequence_ = 0;  // of the first of them
  Fifo<std::int64_t> ends_;  // of granted bursts' streams, as far as they may hold back an issue
  std::int64_t next_issue_ = 0;  // first cycle in which the unit may issue or start
  std::int64_t stream_end_ = 0;
};

/// Scratchpad to DRAM. Timing: a burst is read by a stream of accesses and requested in the last
/// cycle of it; the next one follows while fewer than outstanding_requests are not retired; free
/// when the last one is read.
class DmaWrite : public Dma, public BurstListener {
 public:
  using Dma::Dma;
  void burst_scheduled(std::int64_t sequence, std::int64_t complete) override;

 private:
  struct Requested {
    std::size_t instruction;
    bool last;                   // of the instruction
    std::int64_t complete = -1;  // not scheduled
  };
  void step() override;
  void end_stream();
  void begin_stream();
  // Too many bursts are not retired: the next done of a write makes room.
  bool held_back() const { return transferring() && !streaming_; }
  // What the cycles from now on are, without a stream.
  void set_state();

  bool streaming_ = false;           // its cycles are accounted when it ends
  Blocked state_;                    // else
  Burst burst_;                      // being read
  std::int64_t accesses_ = 0;        // of its stream
  Fifo<Requested> requested_;        // read, not scheduled, or one before it is not
  std::int64_t first_sequence_ = 0;  // of the first of them
  std::int64_t unscheduled_ = 0;
  // The cycles in which scheduled writes are done, those that are not yet, earliest first.
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> completes_;
  std::int64_t done_ = 0;  // largest done of the writes before requested_
};

}  // namespace npusim::model
