// SPDX-License-Identifier: Apache-2.0
// Chains of registers that all shift in every cycle, such as the input skew: kept as a ring, so
// that a shift moves no value.
#pragma once

#include <cstddef>
#include <vector>

namespace npusim::registers {

template <typename T>
class DelayLine {
 public:
  /// Chains of up to `depth` registers.
  explicit DelayLine(std::size_t depth) : ring_(depth + 1) {}

  /// What enters in this cycle; the entry of `depth` + 1 cycles ago until it is written.
  T& entering() { return ring_[at_]; }
  /// What entered n cycles ago, n <= depth.
  const T& tap(std::size_t n) const { return ring_[at_ >= n ? at_ - n : at_ + ring_.size() - n]; }
  void shift() { at_ = at_ + 1 == ring_.size() ? 0 : at_ + 1; }

 private:
  std::vector<T> ring_;
  std::size_t at_ = 0;
};

}  // namespace npusim::registers
