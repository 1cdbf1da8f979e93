// SPDX-License-Identifier: Apache-2.0
// How weights and parameters lie in DRAM and pass through the weight scratchpad.
//
// The scratchpad is split into a region for parameter blocks and one for weight groups, each filled
// round and round. A block or group takes at most half its region, so that one can be filled while
// another is used. A weight tile is what the array's columns hold: up to C output channels (of one
// group of a grouped convolution) and all their k, fold after fold, each fold [k][columns], a row
// [columns] packed to weight_bits and beginning with a byte of its own. Tiles are gathered into
// groups up to that limit; a tile above it is cut at fold boundaries into parts of their own group.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "frontend/compile/records.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"
#include "sim/isa/dram_image.h"

namespace npusim::compile {

/// Where blocks, groups and tensors may begin in DRAM.
inline constexpr std::int64_t kDramAlignBytes = 64;

// Parameters of some channels (conv: [records][shifts][clamps of channels][bias]) or of a vector
// operation (its records, one after another).
struct ParameterBlock {
  std::uint64_t dram_address = 0;
  std::int64_t bytes = 0;
  std::int64_t channel_begin = 0;
  std::int64_t shifts_offset = 0, clamps_offset = 0, bias_offset = 0;
  std::vector<std::int64_t> record_offsets;  // vector operations: of each record
};

// One DMA transfer and its place in the group.
struct WeightPiece {
  std::uint64_t dram_address = 0;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};
struct WeightGroup {
  std::vector<WeightPiece> pieces;
  std::int64_t bytes = 0;
};

struct WeightPart {
  std::int64_t k_begin = 0, k_end = 0;
  std::size_t group = 0;
  std::int64_t offset = 0;  // in the group
};
struct WeightTile {
  std::int64_t conv_group = 0;
  std::int64_t channel_begin = 0, columns = 0;  // output channels
  std::size_t parameter_block = 0;
  std::vector<WeightPart> parts;
};

struct LayerWeights {
  std::vector<ParameterBlock> parameters;
  std::vector<WeightGroup> groups;
  std::vector<WeightTile> tiles;
};

// All that a layout takes of the machine.
struct WeightMachine {
  explicit WeightMachine(const config::HardwareConfig& hardware)
      : array_rows(hardware.mac_array.rows),
        array_columns(hardware.mac_array.columns),
        scratchpad_bytes(hardware.weight_scratchpad.bytes) {}
  std::int64_t array_rows, array_columns, scratchpad_bytes;
};
inline bool operator==(const WeightMachine& a, const WeightMachine& b) {
  return a.array_rows == b.array_rows && a.array_columns == b.array_columns &&
         a.scratchpad_bytes == b.scratchpad_bytes;
}

struct WeightLayout {
  std::int64_t block_limit_bytes = 0;       // largest parameter block
  std::int64_t group_limit_bytes = 0;       // largest weight group
  std::int64_t parameter_region_bytes = 0;  // from address 0, at least two blocks
  std::int64_t weight_region_bytes = 0;     // behind it, two groups
  std::vector<LayerWeights> layers;         // by node
  isa::DramImage dram_image;                // from DRAM address 0
};

// Bytes of a layer's weights as they lie in DRAM and in the scratchpad.
std::int64_t packed_weights_bytes(const graph::QuantizedConv& conv, std::int64_t array_columns);
// Those of the widest column tile.
std::int64_t packed_tile_bytes(const graph::QuantizedConv& conv, std::int64_t array_columns);

// Throws base::InputError naming the layer with the largest fold and the least scratchpad, where
// two folds and two parameter blocks of a column tile do not fit.
WeightLayout lay_out_weights(const graph::QuantizedGraph& graph, const WeightMachine& machine);

// The latest layout of one network: Programs for machines that do not differ in WeightMachine, or
// of several images, share it and the bytes of its image.
class KeptWeightLayout {
 public:
  // Of the same network at every call; valid until the next one.
  const WeightLayout& of(const graph::QuantizedGraph& graph, const WeightMachine& machine);

 private:
  std::optional<WeightMachine> machine_;
  WeightLayout layout_;
};

}  // namespace npusim::compile
