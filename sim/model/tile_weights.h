// SPDX-License-Identifier: Apache-2.0
// The weights of a whole reduction, as the array takes them out of the shadow registers.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/arith/packed_weights.h"
#include "sim/model/array_state.h"

namespace npusim::model {

/// Folds are collected and packed together, so that sums are formed once over all k instead of once
/// per fold. Most tiles have the weights of the one before (tiles of pixels, output stationary
/// ones): comparing bytes is cheaper than packing them.
class TileWeights {
 public:
  /// Forgets the folds of the tile before.
  void begin() { collected_.clear(); }
  /// One more fold, its k behind those of the one before.
  void add(const FoldWeights& fold) {
    collected_.insert(collected_.end(), fold.tile.begin(), fold.tile.end());
    zero_point_ = fold.zero_point;
  }
  /// All folds since begin() as one matrix, `columns` wide; valid until the next call.
  const arith::PackedWeights& packed(std::int64_t columns);

 private:
  std::vector<std::int8_t> collected_;  // [k][column]
  std::int8_t zero_point_ = 0;
  std::vector<std::int8_t> packed_from_;
  std::int8_t packed_zero_point_ = 0;
  arith::PackedWeights packed_;
};

}  // namespace npusim::model
