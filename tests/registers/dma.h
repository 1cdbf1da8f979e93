// SPDX-License-Identifier: Apache-2.0
// The DMA units (docs/timing-model.md, section 5).
#pragma once

#include <deque>
#include <optional>

#include "tests/registers/bursts.h"
#include "tests/registers/dram.h"
#include "tests/registers/port.h"
#include "tests/registers/unit.h"

namespace npusim::registers {

/// Activations in, or weights: requests, then writes what comes back, in order.
class DmaReader : public Unit {
 public:
  DmaReader(const sc_core::sc_module_name& name, isa::Unit unit, Context& context, Clock& clock,
            Semaphores& semaphores, DramPort& dram, Port& port, std::size_t place);

 private:
  struct InFlight {
    Burst burst;
    std::size_t instruction = 0;
    std::uint64_t tag = 0;
    bool arrived = false;
    std::int64_t accesses_left = 0;
  };
  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  bool is_free() const override { return !issuing_; }
  void start(std::size_t instruction) override;
  void issue();
  void write_access();

  bool to_weights_;
  DramPort& dram_;
  Port& port_;
  std::size_t place_;
  bool issuing_ = false;
  std::size_t instruction_ = 0;
  BurstCounter bursts_;
  std::uint64_t next_tag_ = 0;
  std::deque<InFlight> in_flight_;  // issued and not retired
};

/// Activations out: reads bursts from the scratchpad, then asks for their writes.
class DmaWriter : public Unit {
 public:
  DmaWriter(const sc_core::sc_module_name& name, Context& context, Clock& clock,
            Semaphores& semaphores, DramPort& dram, Port& port);

 private:
  struct Transfer {
    std::size_t instruction = 0;
    std::int64_t unretired = 0;
    bool read = false;  // all of it
  };
  void on_request() override;
  std::optional<stats::Activity> on_control() override;
  bool is_free() const override { return !reading_; }
  void start(std::size_t instruction) override;
  void read_access();
  void retire(std::uint64_t instruction);

  DramPort& dram_;
  Port& port_;
  bool reading_ = false;  // an instruction has bursts to read
  bool wants_ = false;    // the port in this cycle
  BurstCounter bursts_;
  Burst burst_;
  std::int64_t accesses_left_ = 0;  // of burst_; 0: it has not begun
  std::int64_t unretired_ = 0;
  std::optional<DramRequest> decoding_;  // read in the cycle before
  std::deque<Transfer> transfers_;       // that are not done
};

}  // namespace npusim::registers
