// SPDX-License-Identifier: Apache-2.0
// What a Program holds for each layer: its instructions, and the weights and parameters that these
// read, as hashes. Found by following LOAD_WEIGHTS into the weight scratchpad, so that it does not
// matter where the image has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::isa {

/// XXH3 of values in a fixed order; empty where there are none.
using ContentHash = std::optional<std::uint64_t>;

struct LayerContents {
  std::vector<std::size_t> instructions;  // indices, ascending
  std::size_t tiles = 0;                  // different tile numbers
  // Of the weights: each tile counts once, however often it is loaded.
  std::size_t weight_tiles = 0;
  ContentHash weight_shapes;  // of the tiles: rows of the reduction, columns, bits
  ContentHash weights;        // of shapes and bytes, in the order of the image
  /// The sum over all weights of a hash of (row of the reduction, channel, value, zero point): the
  /// same for the same weights in other tiles. A channel's number is that of its column among all
  /// that have the row, in the order of the image.
  std::uint64_t weight_values = 0;
  std::optional<std::uint64_t> weights_address;  // the lowest, in DRAM
  // Channel after channel, the same for other tiles.
  ContentHash biases, multipliers, channel_shifts, clamps;
  ContentHash records;  // of the vector unit: additions, pools, lookup tables
  std::optional<std::uint64_t> parameters_address;
};

/// One for each layer. `program` is verified.
std::vector<LayerContents> layer_contents(const Program& program);

}  // namespace npusim::isa
