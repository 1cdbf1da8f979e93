// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/weight_layout.h"

#include <algorithm>
#include <string>
#include <utility>

#include "frontend/compile/parameter_bytes.h"
#include "sim/arith/transpose_bytes.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"
#include "sim/isa/records.h"

namespace npusim::compile {
namespace {

constexpr std::int64_t kAlignBytes = 16;
constexpr std::int64_t kBlocksAhead = 8;  // parameters run no further ahead than weights do
constexpr std::int64_t kLeastTransferBytes = 4096;  // smaller tiles share a transfer

using graph::QuantizedConv;

struct ChannelTile {
  std::int64_t conv_group, begin, columns;
};

std::int64_t reduction_length(const QuantizedConv& conv) {
  const std::int64_t taps = conv.window.kernel_h * conv.window.kernel_w;
  return conv.kind == graph::ConvKind::depthwise_conv ? taps
                                                      : taps * (conv.in_channels / conv.groups);
}

// Depthwise: a column per channel, groups do not matter. Otherwise a tile never crosses a group.
std::vector<ChannelTile> channel_tiles(const QuantizedConv& conv, std::int64_t columns) {
  const std::int64_t groups = conv.kind == graph::ConvKind::depthwise_conv ? 1 : conv.groups;
  const std::int64_t per_group = conv.out_channels / groups;
  std::vector<ChannelTile> tiles;
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t c = 0; c < per_group; c += columns) {
      tiles.push_back({g, g * per_group + c, std::min(columns, per_group - c)});
    }
  }
  return tiles;
}

std::int64_t parameter_block_bytes(const graph::QuantizedNode& node, std::int64_t channels) {
  const auto& conv = std::get<QuantizedConv>(node.op);
  const std::int64_t records = conv.requantization.per_channel() ? channels : 1;
  return records * static_cast<std::int64_t>(isa::kScaleRecordBytes) +
         base::ceil_div<std::int64_t>(channels * conv.requantization.field_bits, 8) +
         clamp_bytes(node, channels) + 4 * channels;
}

std::int64_t row_bytes(const QuantizedConv& conv, std::int64_t columns) {
  return static_cast<std::int64_t>(isa::weight_row_bytes(
      static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(conv.weight_bits)));
}

class Builder {
 public:
  Builder(const graph::QuantizedGraph& graph, const WeightMachine& machine)
      : graph_(graph), machine_(machine) {
    layout_.layers.resize(graph.nodes.size());
  }

  WeightLayout build() {
    split_scratchpad();
    image_.reserve(expected_image_bytes());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const graph::QuantizedNode& node = graph_.nodes[i];
      if (const auto* conv = std::get_if<QuantizedConv>(&node.op)) {
        lay_out_conv(node, *conv, layout_.layers[i]);
      } else if (record_count(node) > 0) {
        lay_out_records(node, layout_.layers[i]);
      }
    }
    align();
    layout_.dram_image = std::move(image_);
    return std::move(layout_);
  }

 private:
  // A parameter block is a whole layer's, but where that is more than an eighth of the scratchpad,
  // only as large as one tile needs. The parameter region holds two of the largest, and more where
  // an eighth of the scratchpad has room; weights get the rest. Two folds of every layer fit.
  void split_scratchpad() {
    const std::int64_t total = machine_.scratchpad_bytes;
    std::int64_t wanted = 0;
    std::int64_t least = 0;
    std::int64_t fold = 0;
    std::string neediest;
    for (const graph::QuantizedNode& node : graph_.nodes) {
      const Need need = need_of(node);
      wanted = std::max(wanted, need.whole_block_bytes);
      if (need.fold_bytes > fold || (fold == 0 && need.tile_block_bytes > least)) {
        neediest = node.name;
      }
      least = std::max(least, need.tile_block_bytes);
      fold = std::max(fold, need.fold_bytes);
    }
    least = base::round_up(least, kAlignBytes);
    fold = base::round_up(fold, kAlignBytes);
    if (total < 2 * (least + fold)) {
      throw base::InputError(base::refusal("layer '" + neediest + "'", "weight_scratchpad.bytes",
                                           std::to_string(total),
                                           "at least " + std::to_string(2 * (least + fold)) +
                                               " (two folds of weights and two parameter blocks)"));
    }
    const std::int64_t most = (total / 2 - fold) / kAlignBytes * kAlignBytes;
    const std::int64_t share = base::round_up(std::min(wanted, total / 8), kAlignBytes);
    layout_.block_limit_bytes = std::min(most, std::max(least, share));
    const std::int64_t eighth =
        std::min(kBlocksAhead * layout_.block_limit_bytes, total / 8) / kAlignBytes * kAlignBytes;
    layout_.parameter_region_bytes =
        std::max(2 * layout_.block_limit_bytes, std::min(eighth, 2 * most));
    layout_.group_limit_bytes =
        (total - layout_.parameter_region_bytes) / 2 / kAlignBytes * kAlignBytes;
    layout_.weight_region_bytes = 2 * layout_.group_limit_bytes;
  }

  // What a layer asks of the regions.
  struct Need {
    std::int64_t whole_block_bytes = 0;  // parameters of all channels
    std::int64_t tile_block_bytes = 0;   // of the widest column tile
    std::int64_t fold_bytes = 0;         // its weights
  };

  Need need_of(const graph::QuantizedNode& node) const {
    if (const auto* conv = std::get_if<QuantizedConv>(&node.op)) {
      const std::int64_t columns = channel_tiles(*conv, machine_.array_columns).front().columns;
      return {parameter_block_bytes(node, conv->out_channels), parameter_block_bytes(node, columns),
              std::min(machine_.array_rows, reduction_length(*conv)) * row_bytes(*conv, columns)};
    }
    const std::int64_t bytes = parameter_bytes(node).requant_bytes;
    return {bytes, bytes, 0};
  }

  // What the image will take, so that it need not be moved as it grows; a little more, for what is
  // aligned.
  std::size_t expected_image_bytes() const {
    std::int64_t bytes = 0;
    for (const graph::QuantizedNode& node : graph_.nodes) {
      bytes += need_of(node).whole_block_bytes + 2 * kDramAlignBytes;
      const auto* conv = std::get_if<QuantizedConv>(&node.op);
      if (conv == nullptr) continue;
      const std::int64_t weights_bytes = packed_weights_bytes(*conv, machine_.array_columns);
      bytes += weights_bytes + weights_bytes / layout_.group_limit_bytes * 2 * kDramAlignBytes;
    }
    return static_cast<std::size_t>(bytes);
  }

  void lay_out_records(const graph::QuantizedNode& node, LayerWeights& layer) {
    Bytes bytes;
    ParameterBlock block;
    for (std::size_t i = 0; i < record_count(node); ++i) {
      block.record_offsets.push_back(static_cast<std::int64_t>(bytes.size()));
      const Bytes record = vector_record(node, i);
      bytes.insert(bytes.end(), record.begin(), record.end());
    }
    append_block(block, bytes);
    layer.parameters.push_back(block);
  }

  void lay_out_conv(const graph::QuantizedNode& node, const QuantizedConv& conv,
                    LayerWeights& layer) {
    const std::int64_t rows = machine_.array_rows;
    const std::vector<ChannelTile> tiles = channel_tiles(conv, machine_.array_columns);
    const std::int64_t reduction = reduction_length(conv);
    for (const ChannelTile& tile : tiles) {
      WeightTile weights;
      weights.conv_group = tile.conv_group;
      weights.channel_begin = tile.begin;
      weights.columns = tile.columns;
      const std::int64_t k_bytes = row_bytes(conv, tile.columns);
      const std::int64_t folds = base::ceil_div(reduction, rows);
      const std::int64_t most_folds =
          std::max<std::int64_t>(1, layout_.group_limit_bytes / (rows * k_bytes));
      const bool whole = reduction * k_bytes <= layout_.group_limit_bytes;
      // Of equal size: a small rest would leave no room for the part that follows it.
      const std::int64_t parts = whole ? 1 : base::ceil_div(folds, most_folds);
      const std::int64_t part_length = base::ceil_div(folds, parts) * rows;
      for (std::int64_t k = 0; k < reduction; k += part_length) {
        weights.parts.push_back(
            add_part(conv, tile, k, std::min(reduction, k + part_length), layer));
      }
      layer.tiles.push_back(std::move(weights));
    }
    lay_out_parameters(node, layer);
  }

  WeightPart add_part(const QuantizedConv& conv, const ChannelTile& tile, std::int64_t k_begin,
                      std::int64_t k_end, LayerWeights& layer) {
    const std::int64_t bytes = (k_end - k_begin) * row_bytes(conv, tile.columns);
    if (layer.groups.empty() || layer.groups.back().bytes + bytes > layout_.group_limit_bytes) {
      layer.groups.emplace_back();
      align();
    }
    WeightGroup& group = layer.groups.back();
    WeightPart part{k_begin, k_end, layer.groups.size() - 1, group.bytes};
    if (group.pieces.empty() || group.pieces.back().bytes >= kLeastTransferBytes) {
      group.pieces.push_back({image_.size(), group.bytes, 0});
    }
    group.pieces.back().bytes += bytes;
    group.bytes += bytes;
    append_weights(conv, tile, k_begin, k_end);
    return part;
  }

  // The network has them [channel][k], the tile [k][column].
  void append_weights(const QuantizedConv& conv, const ChannelTile& tile, std::int64_t k_begin,
                      std::int64_t k_end) {
    const std::int64_t reduction = reduction_length(conv);
    const std::int8_t* from = conv.weights_ohwi.data() + tile.begin * reduction + k_begin;
    const std::int64_t rows = k_end - k_begin;
    const auto k_bytes = static_cast<std::size_t>(row_bytes(conv, tile.columns));
    const std::size_t begin = image_.size();
    image_.resize(begin + static_cast<std::size_t>(rows) * k_bytes);
    std::uint8_t* to = image_.data() + begin;
    if (conv.weight_bits == 8) {
      arith::transpose_bytes(from, reduction, tile.columns, rows,
                             reinterpret_cast<std::int8_t*>(to), tile.columns);
      return;
    }
    const auto columns = static_cast<std::size_t>(tile.columns);
    std::vector<std::int8_t> unpacked(static_cast<std::size_t>(rows) * columns);
    arith::transpose_bytes(from, reduction, tile.columns, rows, unpacked.data(), tile.columns);
    for (std::size_t k = 0; k < static_cast<std::size_t>(rows); ++k) {
      isa::pack_weight_row(unpacked.data() + k * columns, columns,
                           static_cast<unsigned>(conv.weight_bits), to + k * k_bytes);
    }
  }

  // Blocks of as many whole tiles as the limit allows.
  void lay_out_parameters(const graph::QuantizedNode& node, LayerWeights& layer) {
    std::size_t first = 0;
    while (first < layer.tiles.size()) {
      const std::int64_t begin = layer.tiles[first].channel_begin;
      std::size_t last = first;
      while (last + 1 < layer.tiles.size() &&
             parameter_block_bytes(node, end_channel(layer.tiles[last + 1]) - begin) <=
                 layout_.block_limit_bytes) {
        ++last;
      }
      for (std::size_t t = first; t <= last; ++t)
        layer.tiles[t].parameter_block = layer.parameters.size();
      layer.parameters.push_back(conv_block(node, begin, end_channel(layer.tiles[last])));
      first = last + 1;
    }
  }

  static std::int64_t end_channel(const WeightTile& tile) {
    return tile.channel_begin + tile.columns;
  }

  ParameterBlock conv_block(const graph::QuantizedNode& node, std::int64_t begin,
                            std::int64_t end) {
    const auto& conv = std::get<QuantizedConv>(node.op);
    ParameterBlock block;
    block.channel_begin = begin;
    Bytes bytes;
    const auto& scales = conv.requantization.scales;
    if (conv.requantization.per_channel()) {
      for (std::int64_t c = begin; c < end; ++c)
        append_scale(bytes, scales[static_cast<std::size_t>(c)]);
    } else {
      append_scale(bytes, scales.at(0));
    }
    block.shifts_offset = static_cast<std::int64_t>(bytes.size());
    const Bytes shifts = pack_channel_shifts(conv.requantization, begin, end);
    bytes.insert(bytes.end(), shifts.begin(), shifts.end());
    block.clamps_offset = static_cast<std::int64_t>(bytes.size());
    append_clamps(bytes, node, begin, end);
    block.bias_offset = static_cast<std::int64_t>(bytes.size());
    for (std::int64_t c = begin; c < end; ++c)
      isa::append_int32(bytes, conv.bias[static_cast<std::size_t>(c)]);
    append_block(block, bytes);
    return block;
  }

  void append_block(ParameterBlock& block, const Bytes& bytes) {
    align();
    block.dram_address = image_.size();
    block.bytes = static_cast<std::int64_t>(bytes.size());
    image_.insert(image_.end(), bytes.begin(), bytes.end());
  }

  void align() {
    const auto size = static_cast<std::int64_t>(image_.size());
    image_.resize(static_cast<std::size_t>(base::round_up(size, kDramAlignBytes)), 0);
  }

  const graph::QuantizedGraph& graph_;
  const WeightMachine& machine_;
  WeightLayout layout_;
  Bytes image_;
};

}  // namespace

std::int64_t packed_weights_bytes(const QuantizedConv& conv, std::int64_t array_columns) {
  std::int64_t bytes = 0;
  for (const ChannelTile& tile : channel_tiles(conv, array_columns)) {
    bytes += reduction_length(conv) * row_bytes(conv, tile.columns);
  }
  return bytes;
}

std::int64_t packed_tile_bytes(const QuantizedConv& conv, std::int64_t array_columns) {
  return reduction_length(conv) *
         row_bytes(conv, channel_tiles(conv, array_columns).front().columns);
}

WeightLayout lay_out_weights(const graph::QuantizedGraph& graph, const WeightMachine& machine) {
  return Builder(graph, machine).build();
}

const WeightLayout& KeptWeightLayout::of(const graph::QuantizedGraph& graph,
                                         const WeightMachine& machine) {
  if (!machine_ || !(*machine_ == machine)) {
    machine_.reset();  // where the layout is refused, none is kept
    layout_ = {};
    layout_ = lay_out_weights(graph, machine);
    machine_ = machine;
  }
  return layout_;
}

}  // namespace npusim::compile
