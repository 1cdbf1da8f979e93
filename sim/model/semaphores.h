// SPDX-License-Identifier: Apache-2.0
// The counting semaphores that order the units: rule 3 of docs/timing-model.md.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::model {

class Semaphores {
 public:
  explicit Semaphores(const std::vector<isa::Semaphore>& semaphores);

  /// The lowest-numbered semaphore of the set that is 0; -1 when an instruction with that set may
  /// start.
  int lowest_missing(std::uint32_t mask) const;
  /// Takes one from each of the set; none may be 0.
  void take(std::uint32_t mask);
  /// The unit waits for these, and is to be woken when one of them is posted; 0: for none.
  void want(isa::Unit waiter, std::uint32_t mask) {
    wanted_[static_cast<std::size_t>(waiter)] = mask;
  }
  /// Adds one to each of the set and wakes who wants one of them, in this cycle. Posts of cycle e-1
  /// are made here in cycle e, in which they become visible.
  void post(std::uint32_t mask);

  isa::Unit poster(int semaphore) const { return (*semaphores_)[index(semaphore)].poster; }
  const std::string& name(int semaphore) const { return (*semaphores_)[index(semaphore)].name; }
  /// Notified whenever a semaphore is posted that this unit wants.
  sc_core::sc_event& posted(isa::Unit waiter) { return posted_[static_cast<std::size_t>(waiter)]; }

 private:
  static std::size_t index(int semaphore) { return static_cast<std::size_t>(semaphore); }

  const std::vector<isa::Semaphore>* semaphores_;
  std::array<std::uint64_t, isa::kSemaphores> counts_{};
  std::array<std::uint32_t, isa::kUnits> wanted_{};
  std::array<sc_core::sc_event, isa::kUnits> posted_;
};

}  // namespace npusim::model
