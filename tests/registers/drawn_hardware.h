// SPDX-License-Identifier: Apache-2.0
// Machines drawn from a seed over everything that a hardware file says.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

#include "sim/config/hardware_config.h"

namespace npusim::registers {

/// The same numbers for the same seed, with every library.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15ULL + 11) {}
  /// In [low, high].
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int64_t percent) { return integer(0, 99) < percent; }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return *(choices.begin() + integer(0, static_cast<std::int64_t>(choices.size()) - 1));
  }

 private:
  std::mt19937_64 engine_;
};

/// Scratchpads of `scale` times a small size; arrays of 4 to 32 rows and columns.
config::HardwareConfig draw_hardware(std::uint64_t seed, std::int64_t scale);

}  // namespace npusim::registers
