// SPDX-License-Identifier: Apache-2.0
// The counting semaphores (section 1). What is posted carries the cycle from which others see it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/isa/program.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {

class Semaphores {
 public:
  explicit Semaphores(const isa::Program& program);

  /// Adds what is due.
  void begin_cycle(Cycle now);
  /// One to each of the mask, seen from `visible`; a cycle that has begun sees it at once.
  void post(std::uint32_t mask, Cycle visible);
  /// Takes one from each of the mask where all have one; otherwise nothing.
  bool take(std::uint32_t mask);
  /// The unit that posts the lowest-numbered semaphore of the mask that is missing.
  isa::Unit missing_poster(std::uint32_t mask) const;

 private:
  struct Post {
    std::uint32_t mask = 0;
    Cycle visible = 0;
  };
  void add(std::uint32_t mask);

  const isa::Program* program_;
  std::array<std::int64_t, isa::kSemaphores> counts_{};
  std::uint32_t available_ = 0;  // bit s: count s is at least one
  Cycle now_ = -1;
  std::vector<Post> posts_;
};

}  // namespace npusim::oracle
