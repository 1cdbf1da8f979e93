// SPDX-License-Identifier: Apache-2.0
// The counting semaphores: what is taken and posted in a cycle is seen from the next one on.
#pragma once

#include <array>
#include <cstdint>
#include <systemc>

#include "sim/isa/program.h"

namespace npusim::registers {

class Semaphores : public sc_core::sc_prim_channel {
 public:
  explicit Semaphores(const isa::Program& program) : sc_prim_channel("semaphores") {
    for (std::size_t s = 0; s < program.semaphores.size(); ++s) {
      counts_.at(s) = program.semaphores[s].initial;
      posters_.at(s) = program.semaphores[s].poster;
    }
  }

  std::int64_t count(int semaphore) const {
    return counts_.at(static_cast<std::size_t>(semaphore));
  }
  /// The lowest-numbered one of the mask that is 0; -1: none.
  int first_missing(std::uint32_t mask) const {
    for (int s = 0; s < isa::kSemaphores; ++s) {
      if ((mask >> s & 1) != 0 && count(s) == 0) return s;
    }
    return -1;
  }
  isa::Unit poster(int semaphore) const { return posters_.at(static_cast<std::size_t>(semaphore)); }

  void take(std::uint32_t mask) { change(mask, -1); }
  void post(std::uint32_t mask) { change(mask, 1); }

 private:
  void change(std::uint32_t mask, std::int64_t by) {
    for (std::size_t s = 0; s < changes_.size(); ++s) {
      if ((mask >> s & 1) != 0) changes_[s] += by;
    }
    request_update();
  }
  void update() override {
    for (std::size_t s = 0; s < changes_.size(); ++s) counts_[s] += changes_[s];
    changes_.fill(0);
  }

  std::array<std::int64_t, isa::kSemaphores> counts_{};
  std::array<std::int64_t, isa::kSemaphores> changes_{};
  std::array<isa::Unit, isa::kSemaphores> posters_{};
};

}  // namespace npusim::registers
