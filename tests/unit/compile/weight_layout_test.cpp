// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/weight_layout.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::QuantizedConv;
using graph::QuantizedGraph;
using test::QuantizedGraphBuilder;
using test::square_window;

constexpr std::int64_t kActivationBytes = 1 << 20;

std::uint8_t byte_at(const isa::DramImage& image, std::uint64_t at) {
  if (at >= image.size()) throw std::out_of_range("a byte behind the image");
  return image[at];
}

// A slot as it is once all pieces of the group have been transferred; -1 where none wrote.
std::vector<int> slot_of(const WeightLayout& layout, const WeightGroup& group) {
  std::vector<int> slot(static_cast<std::size_t>(layout.group_limit_bytes), -1);
  for (const WeightPiece& piece : group.pieces) {
    for (std::int64_t i = 0; i < piece.bytes; ++i) {
      slot.at(static_cast<std::size_t>(piece.offset + i)) =
          byte_at(layout.dram_image, piece.dram_address + static_cast<std::uint64_t>(i));
    }
  }
  return slot;
}

std::int64_t reduction_of(const QuantizedConv& conv) {
  return static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels;
}

// Every weight is read exactly once, at the place where the preloads will look for it.
void expect_weights(const QuantizedConv& conv, const WeightLayout& layout,
                    const LayerWeights& layer, const config::MacArrayConfig& array) {
  const std::int64_t reduction = reduction_of(conv);
  const bool depthwise = conv.kind == graph::ConvKind::depthwise_conv;
  const std::int64_t per_group = depthwise ? conv.out_channels : conv.out_channels / conv.groups;
  std::vector<int> reads(conv.weights_ohwi.size(), 0);
  for (const WeightTile& tile : layer.tiles) {
    ASSERT_LE(tile.columns, array.columns);
    ASSERT_EQ(tile.channel_begin / per_group, tile.conv_group);
    ASSERT_EQ((tile.channel_begin + tile.columns - 1) / per_group, tile.conv_group);
    std::int64_t next_k = 0;
    for (const WeightPart& part : tile.parts) {
      ASSERT_EQ(part.k_begin, next_k);
      ASSERT_EQ(part.k_begin % array.rows, 0);  // cut at a fold
      next_k = part.k_end;
      const std::vector<int> slot = slot_of(layout, layer.groups.at(part.group));
      // A row of columns begins with a byte of its own.
      const std::int64_t row_bits = (tile.columns * conv.weight_bits + 7) / 8 * 8;
      for (std::int64_t k = part.k_begin; k < part.k_end; ++k)
        for (std::int64_t c = 0; c < tile.columns; ++c) {
          const auto index = static_cast<std::size_t>((tile.channel_begin + c) * reduction + k);
          ++reads.at(index);
          for (std::int64_t b = 0; b < conv.weight_bits; ++b) {
            const std::int64_t bit =
                8 * part.offset + (k - part.k_begin) * row_bits + c * conv.weight_bits + b;
            ASSERT_EQ(slot.at(static_cast<std::size_t>(bit / 8)) >> bit % 8 & 1,
                      conv.weights_ohwi[index] >> b & 1);
          }
        }
    }
    ASSERT_EQ(next_k, reduction);
  }
  ASSERT_THAT(reads, testing::Each(1));
}

std::int32_t int32_at(const isa::DramImage& image, std::uint64_t at) {
  std::uint32_t value = 0;
  for (unsigned b = 0; b < 4; ++b) value |= std::uint32_t{byte_at(image, at + b)} << (8 * b);
  return static_cast<std::int32_t>(value);
}

// Bias, record and channel shift of every channel, from the block of its tile.
void expect_parameters(const QuantizedConv& conv, const WeightLayout& layout,
                       const LayerWeights& layer) {
  const graph::Requantization& r = conv.requantization;
  for (const WeightTile& tile : layer.tiles) {
    const ParameterBlock& block = layer.parameters.at(tile.parameter_block);
    ASSERT_LE(block.bytes, layout.block_limit_bytes);
    ASSERT_GE(tile.channel_begin, block.channel_begin);
    for (std::int64_t c = tile.channel_begin; c < tile.channel_begin + tile.columns; ++c) {
      const auto channel = static_cast<std::size_t>(c);
      const auto entry = static_cast<std::uint64_t>(c - block.channel_begin);
      const auto bias = static_cast<std::uint64_t>(block.bias_offset) + 4 * entry;
      ASSERT_LE(bias + 4, static_cast<std::uint64_t>(block.bytes));
      ASSERT_EQ(int32_at(layout.dram_image, block.dram_address + bias), conv.bias[channel]);
      const std::uint64_t record = block.dram_address + (r.per_channel() ? 5 * entry : 0);
      const graph::FixedPoint& scale = r.per_channel() ? r.scales[channel] : r.scales[0];
      ASSERT_EQ(int32_at(layout.dram_image, record), scale.multiplier);
      ASSERT_EQ(byte_at(layout.dram_image, record + 4), scale.shift);
      const auto field = static_cast<std::uint64_t>(r.field_bits);
      for (std::uint64_t b = 0; b < field; ++b) {
        const std::uint64_t bit = entry * field + b;
        const std::uint64_t at =
            block.dram_address + static_cast<std::uint64_t>(block.shifts_offset) + bit / 8;
        ASSERT_EQ((byte_at(layout.dram_image, at) >> (bit % 8)) & 1,
                  (r.channel_shifts[channel] >> b) & 1);
      }
    }
  }
}

void expect_slots(const WeightLayout& layout, std::int64_t scratchpad_bytes) {
  ASSERT_LE(layout.parameter_region_bytes + layout.weight_region_bytes, scratchpad_bytes);
  ASSERT_GE(layout.parameter_region_bytes, 2 * layout.block_limit_bytes);
  ASSERT_GE(layout.weight_region_bytes, 2 * layout.group_limit_bytes);
  for (const LayerWeights& layer : layout.layers) {
    for (const WeightGroup& group : layer.groups) {
      ASSERT_LE(group.bytes, layout.group_limit_bytes);
      std::int64_t next = 0;
      for (const WeightPiece& piece : group.pieces) {
        ASSERT_EQ(piece.offset, next);
        ASSERT_GT(piece.bytes, 0);
        next += piece.bytes;
      }
      ASSERT_EQ(next, group.bytes);
    }
    for (const ParameterBlock& block : layer.parameters) {
      ASSERT_LE(block.bytes, layout.block_limit_bytes);
    }
  }
}

void expect_sound(const QuantizedGraph& graph, const config::HardwareConfig& hardware) {
  const WeightLayout layout = lay_out_weights(graph, WeightMachine(hardware));
  expect_slots(layout, hardware.weight_scratchpad.bytes);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    SCOPED_TRACE(graph.nodes[i].name);
    const auto* conv = std::get_if<QuantizedConv>(&graph.nodes[i].op);
    if (!conv) {
      ASSERT_TRUE(layout.layers[i].tiles.empty());
      continue;
    }
    expect_weights(*conv, layout, layout.layers[i], hardware.mac_array);
    expect_parameters(*conv, layout, layout.layers[i]);
  }
}

TEST(WeightLayout, EveryWeightAndParameterOnceInRandomGraphsAndMachines) {
  const std::pair<std::int64_t, std::int64_t> arrays[] = {
      {1, 1}, {4, 4}, {5, 3}, {32, 32}, {3, 64}};
  const char* schemes[] = {"per_layer", "shift_scaler", "per_channel"};
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    test::QuantizedGraphOptions options;
    options.scheme = schemes[seed % 3];
    options.field_bits = static_cast<std::int32_t>(1 + seed % 4);
    options.draws_widths = seed % 2 == 1;
    const QuantizedGraph graph = test::random_quantized_graph(seed, options);
    for (const auto& [rows, columns] : arrays) {
      const auto with = [&, rows = rows, columns = columns](std::int64_t bytes) {
        return small_machine(rows, columns, kActivationBytes, bytes);
      };
      std::int64_t least = 0;
      try {
        lay_out_weights(graph, WeightMachine(with(1)));
      } catch (const base::InputError& error) {
        least = least_named(error.what());
      }
      for (const std::int64_t extra : {0, 1, 15, 16, 100, 1000, 100'000}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(rows) + " x " +
                     std::to_string(columns) + ", " + std::to_string(least + extra) + " bytes");
        expect_sound(graph, with(least + extra));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(WeightLayout, TheNamedMinimumIsExact) {
  for (const char* scheme : {"per_layer", "shift_scaler", "per_channel"}) {
    test::QuantizedGraphOptions options;
    options.scheme = scheme;
    QuantizedGraphBuilder b(1, options);
    const NodeId in = b.input({8, 8, 30});
    const NodeId wide = b.conv(in, 200, square_window(3, 1, 1));
    b.conv(wide, 10);
    const QuantizedGraph graph = b.build();
    for (const std::int64_t got : {1, 100, 300, 800}) {
      const auto layout = [&](std::int64_t bytes) {
        return lay_out_weights(graph,
                               WeightMachine(small_machine(16, 24, kActivationBytes, bytes)));
      };
      const std::string message = input_error_of([&] { layout(got); });
      EXPECT_THAT(message, testing::StartsWith("layer 'conv_1': weight_scratchpad.bytes: got " +
                                               std::to_string(got) + ", must be at least "));
      const std::int64_t least = least_named(message);
      EXPECT_EQ(layout(least).layers[1].tiles.size(), 9U);
      EXPECT_EQ(least_named(input_error_of([&] { layout(least - 1); })), least);
    }
  }
}

TEST(WeightLayout, MoreScratchpadNeverRefuses) {
  QuantizedGraphBuilder b(2);
  b.conv(b.input({2, 2, 40}), 1000);
  const QuantizedGraph graph = b.build();
  const auto layout = [&](std::int64_t bytes) {
    return lay_out_weights(graph, WeightMachine(small_machine(32, 32, kActivationBytes, bytes)));
  };
  const std::int64_t least = least_named(input_error_of([&] { layout(1); }));
  for (std::int64_t bytes = least; bytes < 8 * least; bytes += 7) {
    expect_slots(layout(bytes), bytes);
    if (HasFatalFailure()) return;
  }
}

TEST(WeightLayout, ALookupAloneNeedsTwoTables) {
  QuantizedGraphBuilder b(3);
  b.lookup(b.input({2, 2, 2}));
  const QuantizedGraph graph = b.build();
  const auto layout = [&](std::int64_t bytes) {
    return lay_out_weights(graph, WeightMachine(small_machine(4, 4, kActivationBytes, bytes)));
  };
  EXPECT_EQ(least_named(input_error_of([&] { layout(511); })), 512);
  EXPECT_EQ(layout(512).block_limit_bytes, 256);
}

TEST(WeightLayout, ATileLargerThanASlotIsCutAtFoldsIntoEqualParts) {
  test::QuantizedGraphOptions options;
  options.scheme = "per_layer";
  QuantizedGraphBuilder b(4, options);
  b.conv(b.input({2, 2, 100}), 4);
  // Parameters: 5 + 16 bytes → 32. Weights: 2 * 96 bytes, so 6 folds of 4 x 4 a slot, of 25: five
  // times 5.
  const WeightLayout layout = lay_out_weights(
      b.build(), WeightMachine(small_machine(4, 4, kActivationBytes, 2 * 32 + 2 * 96)));
  const WeightTile& tile = layout.layers[1].tiles.at(0);
  ASSERT_EQ(tile.parts.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(tile.parts[i].k_begin, static_cast<std::int64_t>(20 * i));
    EXPECT_EQ(tile.parts[i].group, i);
    EXPECT_EQ(tile.parts[i].offset, 0);
  }
}

TEST(WeightLayout, DepthwiseTilesAreChannelsAndTaps) {
  QuantizedGraphBuilder b(5);
  b.depthwise(b.input({4, 4, 10}), square_window(3));
  const WeightLayout layout =
      lay_out_weights(b.build(), WeightMachine(small_machine(4, 8, kActivationBytes, 4096)));
  const auto& tiles = layout.layers[1].tiles;
  ASSERT_EQ(tiles.size(), 2U);
  EXPECT_EQ(tiles[1].channel_begin, 8);
  EXPECT_EQ(tiles[1].columns, 2);
  EXPECT_EQ(tiles[0].parts.back().k_end, 9);
}

// Bytes in the image, in every transfer and in the scratchpad, as computed from the widths.
TEST(WeightLayout, NarrowWeightsTakeFewerBytes) {
  QuantizedGraphBuilder b(8);
  const NodeId conv = b.conv(b.input({6, 6, 6}), 15, square_window(3));
  const NodeId depthwise = b.depthwise(conv, square_window(3));
  QuantizedGraph graph = b.build();
  const auto hardware = small_machine(4, 8, kActivationBytes, 4096);
  for (const std::int32_t bits : {2, 3, 4, 5, 6, 7, 8}) {
    for (const NodeId id : {conv, depthwise}) {
      auto& op = std::get<QuantizedConv>(graph.nodes[static_cast<std::size_t>(id)].op);
      op.weight_bits = bits;
      for (std::int8_t& code : op.weights_ohwi) {
        code = static_cast<std::int8_t>(code >> (8 - bits));
      }
    }
    const WeightLayout layout = lay_out_weights(graph, WeightMachine(hardware));
    expect_sound(graph, hardware);
    // Columns in tiles of 8 and 7: `bits` bytes, and 7 * bits bits rounded up.
    const std::int64_t row_bytes = bits + (7 * bits + 7) / 8;
    for (const auto& [id, reduction] : {std::pair(conv, 54), std::pair(depthwise, 9)}) {
      std::int64_t moved = 0;
      for (const WeightGroup& group : layout.layers[static_cast<std::size_t>(id)].groups) {
        for (const WeightPiece& piece : group.pieces) moved += piece.bytes;
      }
      EXPECT_EQ(moved, reduction * row_bytes) << bits;
      const auto& op = std::get<QuantizedConv>(graph.node(id).op);
      EXPECT_EQ(packed_weights_bytes(op, 8), reduction * row_bytes) << bits;
      EXPECT_EQ(packed_tile_bytes(op, 8), reduction * bits) << bits;
    }
  }
}

TEST(WeightLayout, GroupedTilesStayInTheirGroup) {
  QuantizedGraphBuilder b(6);
  b.conv(b.input({4, 4, 6}), 15, square_window(2), 3);  // 5 output channels a group
  const WeightLayout layout =
      lay_out_weights(b.build(), WeightMachine(small_machine(4, 4, kActivationBytes, 4096)));
  const auto& tiles = layout.layers[1].tiles;
  ASSERT_EQ(tiles.size(), 6U);  // 4 + 1 in every group
  const std::int64_t begins[] = {0, 4, 5, 9, 10, 14};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(tiles[i].channel_begin, begins[i]);
    EXPECT_EQ(tiles[i].conv_group, static_cast<std::int64_t>(i / 2));
    EXPECT_EQ(tiles[i].parts.back().k_end, 4 * 2);
  }
}

TEST(WeightLayout, RecordsOfAVectorLayerLieOneAfterAnother) {
  QuantizedGraphBuilder b(7);
  const NodeId in = b.input({2, 2, 3});
  const NodeId concat = b.concat({in, in});
  const QuantizedGraph graph = b.build();
  const WeightLayout layout =
      lay_out_weights(graph, WeightMachine(small_machine(4, 4, kActivationBytes, 4096)));
  const ParameterBlock& block = layout.layers[static_cast<std::size_t>(concat)].parameters.at(0);
  EXPECT_EQ(block.bytes, 10);
  EXPECT_THAT(block.record_offsets, testing::ElementsAre(0, 5));
  const auto& scales = std::get<graph::QuantizedConcat>(graph.node(concat).op).scales;
  EXPECT_EQ(int32_at(layout.dram_image, block.dram_address + 5), scales[1].multiplier);
}

TEST(WeightLayout, ANetworkWithoutParametersHasAnEmptyImage) {
  QuantizedGraphBuilder b(8);
  b.pool(b.input({4, 4, 3}), graph::PoolKind::max, square_window(2));
  const WeightLayout layout =
      lay_out_weights(b.build(), WeightMachine(small_machine(4, 4, kActivationBytes, 64)));
  EXPECT_TRUE(layout.dram_image.empty());
}

// Bytes are shared as long as what they depend on stays the same, and are those of a layout made
// for the machine alone.
TEST(KeptWeightLayout, IsMadeAgainForAnotherArrayOrScratchpadOnly) {
  const QuantizedGraph graph = test::random_quantized_graph(5, {});
  KeptWeightLayout kept;
  const auto image_of = [&](std::int64_t rows, std::int64_t columns, std::int64_t activation_bytes,
                            std::int64_t weight_bytes) {
    const WeightMachine machine(small_machine(rows, columns, activation_bytes, weight_bytes));
    isa::DramImage image = kept.of(graph, machine).dram_image;
    EXPECT_EQ(image, lay_out_weights(graph, machine).dram_image);
    return image;
  };
  const isa::DramImage first = image_of(8, 8, kActivationBytes, 1 << 16);
  EXPECT_EQ(image_of(8, 8, 2 * kActivationBytes, 1 << 16).data(), first.data());
  const isa::DramImage narrow = image_of(8, 4, kActivationBytes, 1 << 16);
  EXPECT_NE(narrow, first);
  EXPECT_NE(image_of(4, 4, kActivationBytes, 1 << 16).data(), narrow.data());
  EXPECT_NE(image_of(4, 4, kActivationBytes, 1 << 15).data(), narrow.data());
}

TEST(KeptWeightLayout, ARefusedMachineLeavesNothingBehind) {
  const QuantizedGraph graph = test::random_quantized_graph(5, {});
  const WeightMachine machine(small_machine(4, 4, kActivationBytes, 1 << 16));
  KeptWeightLayout kept;
  const isa::DramImage image = kept.of(graph, machine).dram_image;
  EXPECT_THROW(kept.of(graph, WeightMachine(small_machine(4, 4, kActivationBytes, 8))),
               base::InputError);
  EXPECT_EQ(kept.of(graph, machine).dram_image, image);
}

}  // namespace
}  // namespace npusim::compile
