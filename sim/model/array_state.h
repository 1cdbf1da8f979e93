// SPDX-License-Identifier: Apache-2.0
// What lies between the weight loader, the array and the requantization lanes.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/zeroed_array.h"

namespace npusim::model {

/// One fold's weight tile and, where it is the first of an instruction that loads them, the biases.
/// The shadow registers hold one, written by the weight loader between a `shadow_free` and the
/// `shadow_full` that it posts, taken by the array after that.
struct FoldWeights {
  std::vector<std::int8_t> tile;  // [k of the fold][column], before the zero point is taken off
  std::int8_t zero_point = 0;
  std::vector<std::int32_t> bias;  // by column; empty: none loaded
};

/// The accumulators, [row][column]; empty where values are not simulated. Written by the array,
/// read by the requantization lanes; semaphores keep them apart.
struct Accumulators {
  Accumulators(std::int64_t rows, std::int64_t columns_)
      : columns(columns_), values(static_cast<std::size_t>(rows * columns_)) {}

  std::int64_t columns;
  isa::ZeroedArray<std::int32_t> values;

  std::int32_t* row(std::int64_t r) { return values.data() + r * columns; }
  const std::int32_t* row(std::int64_t r) const { return values.data() + r * columns; }
};

}  // namespace npusim::model
