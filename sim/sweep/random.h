// SPDX-License-Identifier: Apache-2.0
// Whole numbers by a seed, the same with every standard library.
#pragma once

#include <cstdint>
#include <random>

namespace npusim::sweep {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, count); count >= 1. std::uniform_int_distribution may differ between libraries.
  std::int64_t below(std::int64_t count) {
    const auto range = static_cast<std::uint64_t>(count);
    const std::uint64_t rest = (0 - range) % range;  // 2^64 mod range
    std::uint64_t drawn = engine_();
    while (drawn < rest) drawn = engine_();
    return static_cast<std::int64_t>(drawn % range);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace npusim::sweep
