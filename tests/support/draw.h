// SPDX-License-Identifier: Apache-2.0
// Numbers drawn from a seed, the same on every platform: the standard's distributions differ
// between libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace npusim::test {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  /// In [low, high]. Plain modulo.
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(std::int64_t percent) { return integer(0, 99) < percent; }
  std::int64_t one_of(std::initializer_list<std::int64_t> choices) {
    return *(choices.begin() + integer(0, static_cast<std::int64_t>(choices.size()) - 1));
  }
  template <typename Value>
  const Value& pick(const std::vector<Value>& values) {
    return values.at(static_cast<std::size_t>(integer(0, std::int64_t(values.size()) - 1)));
  }
  /// In [-1, 1), a multiple of 2^-20.
  float unit() {
    return static_cast<float>(integer(-(1 << 20), (1 << 20) - 1)) / static_cast<float>(1 << 20);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace npusim::test
