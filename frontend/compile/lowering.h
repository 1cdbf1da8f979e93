// SPDX-License-Identifier: Apache-2.0
// From layers to draft instructions: what all kinds of layers share. lower_conv.cpp and
// lower_vector.cpp hold the kinds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "frontend/compile/draft.h"
#include "frontend/compile/scratchpad_ring.h"
#include "frontend/compile/tensor_plan.h"
#include "frontend/compile/weight_layout.h"

namespace npusim::compile {

// An operand of one tile, as the instructions address it.
struct OperandView {
  std::int64_t address = 0;
  std::int64_t height = 1, width = 1, channels = 1;
  std::int64_t pixel_stride_bytes = 0, row_stride_bytes = 0;
  std::int64_t pad_top = 0, pad_left = 0;
  std::int64_t stride_h = 1, stride_w = 1;  // of the window over it
};

// One tile of a layer: pixels are counted from the tile's first. Its channels are those of the
// result from `first_channel` on.
struct TileView {
  std::int64_t rows = 1, columns = 1;
  std::int64_t first_channel = 0, channels = 1;
  std::vector<OperandView> operands;
  std::int64_t out_address = 0;
  std::int64_t out_pixel_stride_bytes = 0;
  std::int64_t pixels() const { return rows * columns; }
};

// Pixels [begin, end) of a tile.
struct PixelRange {
  std::int64_t begin = 0, end = 0;
  std::int64_t pixels() const { return end - begin; }
};

class Lowering {
 public:
  Lowering(const graph::QuantizedGraph& graph, const config::HardwareConfig& hardware,
           const TensorPlan& plan, const WeightLayout& weights);

  // Writes the instructions of every node, in order, for one image after the other. What the weight
  // scratchpad still holds of an image is not loaded again for the next one.
  void run(std::int64_t images = 1);

  const Draft& draft() const { return draft_; }
  // Last instruction that writes the image's tensor of the node to the place where it is observed
  // (DRAM if it has a DRAM address, the activation scratchpad otherwise); -1 for network inputs.
  DraftIndex completed_by(std::int64_t image, graph::NodeId id) const {
    return completed_by_.at(static_cast<std::size_t>(image) * graph_.nodes.size() +
                            static_cast<std::size_t>(id));
  }

 private:
  void run_image();
  void lower_input(graph::NodeId id);
  void hold_observable(graph::NodeId id);
  void lower_conv(graph::NodeId id, const graph::QuantizedConv& conv);
  void lower_pool(graph::NodeId id, const graph::QuantizedPool& pool);
  void lower_elementwise(graph::NodeId id);  // add, mul, lookup
  void lower_concat(graph::NodeId id);

  // Calls `body` for every tile, its operands loaded. The body writes the tile and calls
  // finish_pixels.
  void for_each_tile(graph::NodeId id, const std::function<void(const TileView&)>& body);
  // The open tile in the parts in which its result leaves; each is open in turn.
  void for_each_part(const TileView& tile, const std::function<void(const TileView&)>& body);
  TileView open_tile(graph::NodeId id, const Tile& tile, std::int64_t buffer);
  OperandView on_chip_operand(graph::NodeId id, std::size_t input, const Tile& tile) const;
  // Loads the operand's part into the buffer at `address`.
  OperandView buffered_operand(graph::NodeId id, std::size_t input, const Tile& tile,
                               std::int64_t address);
  void load_rows(const isa::Dma& rows, std::int64_t row_count);
  void load_pixels(const OperandView& view, std::uint64_t dram_address, std::int64_t address);
  // Pixels [begin, end) of the open tile are written: stores them where the tensor has a DRAM
  // address.
  void finish_pixels(std::int64_t begin, std::int64_t end, DraftIndex written_by);

  // Scratchpad address of the block or group, loaded unless it still lies there.
  std::int64_t parameters_at(graph::NodeId id, std::size_t index);
  std::int64_t weights_at(graph::NodeId id, std::size_t index);

  // One weight tile over chunks that fit the accumulators together.
  void conv_chunks(const TileView& tile, const WeightTile& weights,
                   const std::vector<PixelRange>& chunks);
  isa::Preload preload_of(const WeightTile& weights, const WeightPart& part);
  // Without the range of k, which the PRELOAD before it decides.
  isa::Matmul matmul_of(const TileView& tile, const WeightTile& weights, const PixelRange& chunk,
                        std::int64_t acc_row) const;
  DraftIndex requantize_pixels(const TileView& tile, const WeightTile& weights,
                               const PixelRange& chunk, std::int64_t acc_row);

  // The fields that add, mul, lookup and rescale share, for pixels [begin, end) of the tile.
  isa::Elementwise elementwise_of(const TileView& tile, const OperandView& in, std::size_t input,
                                  std::int64_t begin, std::int64_t end, std::size_t record);

  const graph::QuantizedNode& current() const { return graph_.node(current_); }
  DraftIndex& completed(graph::NodeId id) {
    return completed_by_.at(static_cast<std::size_t>(image_) * graph_.nodes.size() +
                            static_cast<std::size_t>(id));
  }

  const graph::QuantizedGraph& graph_;
  const config::HardwareConfig& hardware_;
  const TensorPlan& plan_;
  const WeightLayout& weights_;
  ScratchpadRing parameters_;
  ScratchpadRing groups_;  // of weights
  Draft draft_;
  std::vector<DraftIndex> completed_by_;  // by image and node

  std::int64_t image_ = 0;
  std::uint32_t layer_ = 0;  // of all images
  graph::NodeId current_ = 0;
  Tile tile_;  // the open tile, or part of it
  std::int64_t open_out_address_ = 0;
  std::int64_t acc_next_ = 0;  // next accumulator buffer of the ring
};

}  // namespace npusim::compile
