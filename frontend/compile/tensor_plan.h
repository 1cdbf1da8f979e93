// SPDX-License-Identifier: Apache-2.0
// Where every tensor lives: on chip from its producer to its last consumer wherever it fits, in
// DRAM otherwise; and how much of the activation scratchpad each layer has for the tiles of tensors
// that live in DRAM.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/compile/geometry.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/config/hardware_config.h"

namespace npusim::compile {

struct TensorPlacement {
  bool on_chip = false;
  bool in_dram = false;  // it has a DRAM address: inputs, network outputs, everything not on chip
  std::int64_t address = 0;        // activation scratchpad, if on_chip
  std::uint64_t dram_address = 0;  // of the first image; set by the DRAM layout, as what follows
  std::uint64_t dram_image_bytes = 0;  // from one image's address to the next one's; 0: one place
  std::uint64_t dram_address_of(std::int64_t image) const {
    return dram_address + static_cast<std::uint64_t>(image) * dram_image_bytes;
  }
};

struct LayerPlan {
  std::int64_t workspace_address = 0;
  Tiling tiling;  // of the output; one tile without buffers where all operands and the result are
                  // on chip
};

struct TensorPlan {
  std::vector<TensorPlacement> tensors;  // by node
  std::vector<LayerPlan> layers;         // by node; unused for inputs
  std::int64_t peak_bytes = 0;           // largest sum of what is held at one time
};

// Greedy by size: tensors (lifetime: producer to last consumer) and workspaces (lifetime: one
// layer) are placed largest first at the lowest free address. Where something does not fit, the
// largest tensor alive there moves to DRAM and everything is placed anew. Throws base::InputError
// naming every layer of which not even the least tile fits (one pixel, or the fewest channels of
// one), and the bytes it needs; with the largest of these there is a plan.
// `weight_region_bytes`: what the weight scratchpad holds of weights (weight_layout.h); a
// convolution with more is tiled as one whose weights pass once per tile. Of several `images`, the
// inputs keep their places to themselves where everything stays on chip nevertheless: the next
// image's arrive while the last layers run.
TensorPlan plan_tensors(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware,
                        std::int64_t weight_region_bytes, std::int64_t images = 1);

// Bytes of the buffers of one tile: operands and result that do not stay on chip, each rounded up
// to `align_bytes`.
std::int64_t tile_buffer_bytes(const graph::QuantizedGraph& graph, graph::NodeId id,
                               const std::vector<TensorPlacement>& tensors, const TileSize& size,
                               std::int64_t align_bytes);

}  // namespace npusim::compile
