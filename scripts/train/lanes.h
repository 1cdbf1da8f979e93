// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace npusim::train {

/// `kLanes` neighbouring channels as one vector value (a compiler extension of g++ and clang). All
/// sums of the trainer run over pixels, in a fixed order, with one lane a channel: no sum is ever
/// split over lanes, so the width of the machine's registers decides no bit.
template <int kLanes>
struct Lanes {
  using Vector __attribute__((vector_size(kLanes * sizeof(float)))) = float;

  static void load(const float* from, Vector& to) { std::memcpy(&to, from, sizeof to); }
  static void store(const Vector& from, float* to) { std::memcpy(to, &from, sizeof from); }
};

/// Calls `body` with the lane count as a constant: eight floats fill a register of AVX2, the target
/// that the kernels are compiled for (sixteen are split by the compiler, eleven times slower).
/// Every channel count of the network is a multiple of 8.
template <typename Body>
void with_lanes(Body&& body) {
  body(std::integral_constant<int, 8>{});
}

}  // namespace npusim::train
