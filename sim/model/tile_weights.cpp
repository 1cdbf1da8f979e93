// SPDX-License-Identifier: Apache-2.0
#include "sim/model/tile_weights.h"

namespace npusim::model {

const arith::PackedWeights& TileWeights::packed(std::int64_t columns) {
  const bool is_known =
      columns == packed_.n() && zero_point_ == packed_zero_point_ && collected_ == packed_from_;
  if (is_known) return packed_;
  const auto k = static_cast<std::int64_t>(collected_.size()) / columns;
  packed_.pack(collected_.data(), columns, 1, k, columns, zero_point_);
  packed_zero_point_ = zero_point_;
  packed_from_.swap(collected_);
  return packed_;
}

}  // namespace npusim::model
