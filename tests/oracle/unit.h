// SPDX-License-Identifier: Apache-2.0
// What all units have: a queue, a head that may start, an instruction that is done (section 1).
#pragma once

#include <cstdint>
#include <deque>

#include "tests/oracle/machine.h"

namespace npusim::oracle {

class Unit {
 public:
  Unit(Machine& machine, isa::Unit name) : machine_(machine), name_(name) {}
  virtual ~Unit() = default;
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  /// From the command processor; visible from the next cycle.
  void enqueue(std::size_t instruction) { queue_.push_back({instruction, machine_.now + 1}); }
  /// At the end of the previous cycle, as long as this unit has not ticked.
  std::int64_t occupancy() const { return static_cast<std::int64_t>(queue_.size()); }

  /// What became complete at the end of the previous cycle, before any unit looks.
  virtual void begin_cycle() {}
  virtual void tick() = 0;

 protected:
  /// Starts the head of the queue if it may start in this cycle; `current_` is then its index.
  bool start_next();
  /// Accounts a cycle in which the unit is free and starts nothing.
  void wait_or_idle();
  void spend(stats::Activity activity) { machine_.ledger.spend(name_, current_, activity); }
  void freed(Cycle free) { machine_.ledger.freed(name_, current_, free); }
  void done(std::size_t instruction, Cycle done);

  template <typename Fields>
  const Fields& fields() const {
    return std::get<Fields>(machine_.program.instructions[current_].fields);
  }
  const config::HardwareConfig& hardware() const { return machine_.program.hardware; }

  Machine& machine_;
  const isa::Unit name_;
  std::size_t current_ = 0;

 private:
  struct Entry {
    std::size_t instruction = 0;
    Cycle visible = 0;
  };
  std::deque<Entry> queue_;
};

}  // namespace npusim::oracle
