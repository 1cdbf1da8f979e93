// SPDX-License-Identifier: Apache-2.0
#include "sim/model/tile_weights.h"

#include <gtest/gtest.h>

#include "sim/arith/matmul.h"

namespace npusim::model {
namespace {

// A row of ones times the weights.
std::vector<std::int32_t> column_sums(const arith::PackedWeights& weights) {
  const std::vector<std::int8_t> ones(static_cast<std::size_t>(weights.k()), 1);
  const std::int8_t* row = ones.data();
  std::vector<std::int32_t> sums(static_cast<std::size_t>(weights.n()), 0);
  arith::RowScratch scratch;
  arith::multiply_rows(&row, 1, weights, nullptr, sums.data(), weights.n(), scratch);
  return sums;
}

using Sums = std::vector<std::int32_t>;

TEST(TileWeights, FoldsAreOneReduction) {
  TileWeights tile;
  tile.begin();
  tile.add({{1, 2, 3, 4, 5, 6}, 0, {}});  // 2 k x 3 columns
  tile.add({{10, 20, 30}, 0, {}});
  const arith::PackedWeights& weights = tile.packed(3);
  EXPECT_EQ(weights.k(), 3);
  EXPECT_EQ(column_sums(weights), (Sums{15, 27, 39}));
}

TEST(TileWeights, WhatDiffersFromTheTileBeforeCounts) {
  TileWeights tile;
  const auto sums = [&](const FoldWeights& fold, std::int64_t columns) {
    tile.begin();
    tile.add(fold);
    return column_sums(tile.packed(columns));
  };
  EXPECT_EQ(sums({{1, 2, 3, 4}, 0, {}}, 2), (Sums{4, 6}));
  EXPECT_EQ(sums({{1, 2, 3, 4}, 0, {}}, 2), (Sums{4, 6}));
  EXPECT_EQ(sums({{1, 2, 3, 5}, 0, {}}, 2), (Sums{4, 7}));
  EXPECT_EQ(sums({{1, 2, 3, 5}, 1, {}}, 2), (Sums{2, 5}));
  EXPECT_EQ(sums({{1, 2, 3, 5}, 1, {}}, 4), (Sums{0, 1, 2, 4}));
  EXPECT_EQ(sums({{1, 2}, 1, {}}, 2), (Sums{0, 1}));
}

}  // namespace
}  // namespace npusim::model
