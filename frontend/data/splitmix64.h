// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace npusim::data {

/// The SplitMix64 generator (Steele, Lea, Flood 2014): 64 bits of state, one addition and one
/// mixing step a draw. Only unsigned arithmetic, so every compiler and machine draws the same
/// numbers.
///
/// Two draws in one expression have no defined order in C++: give every draw its own statement.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  /// The mixing step: a bijection on 64-bit words in which every input bit reaches every output
  /// bit.
  static constexpr std::uint64_t mix(std::uint64_t word) {
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31U);
  }

  /// The next 64 bits.
  std::uint64_t next() {
    state_ += kStep;
    return mix(state_);
  }

  /// The next number in [0, bound), bound in [1, 2^32]: the high half of a 32x32-bit product, whose
  /// bias (below bound / 2^32) does not matter for pictures.
  std::int64_t below(std::int64_t bound) {
    const std::uint64_t word = next() >> 32U;
    return static_cast<std::int64_t>((word * static_cast<std::uint64_t>(bound)) >> 32U);
  }

  /// The next number in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

  std::uint64_t state_;
};

}  // namespace npusim::data
