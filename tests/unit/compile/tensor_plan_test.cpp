// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/tensor_plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "sim/base/math.h"
#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::QuantizedGraph;
using test::QuantizedGraphBuilder;
using test::square_window;

constexpr std::int64_t kWordBytes = 8;

TensorPlan plan_for(const QuantizedGraph& graph, std::int64_t bytes, std::int64_t images = 1) {
  return plan_tensors(graph, small_machine(4, 4, bytes, 4096), 512, images);
}

bool is_input(const QuantizedGraph& graph, NodeId id) {
  return std::holds_alternative<graph::Input>(graph.node(id).op);
}

// What occupies the scratchpad while layer `at` runs: [begin, end) of every tensor that some layer
// from `at` on still reads or `at` itself makes, and of the tile buffers of `at`.
struct Range {
  std::int64_t begin, end;
};
std::vector<Range> held_during(const QuantizedGraph& graph, const TensorPlan& plan, NodeId at) {
  std::vector<Range> held;
  for (NodeId id = 0; id <= at; ++id) {
    const TensorPlacement& tensor = plan.tensors[static_cast<std::size_t>(id)];
    bool needed = id == at;
    for (std::size_t later = static_cast<std::size_t>(at); later < graph.nodes.size(); ++later) {
      const auto& inputs = graph.nodes[later].inputs;
      needed = needed || std::find(inputs.begin(), inputs.end(), id) != inputs.end();
    }
    if (!tensor.on_chip || !needed) continue;
    const std::int64_t bytes =
        base::round_up<std::int64_t>(graph.node(id).shape.elements(), kWordBytes);
    held.push_back({tensor.address, tensor.address + bytes});
  }
  const LayerPlan& layer = plan.layers[static_cast<std::size_t>(at)];
  const std::int64_t buffers = layer.tiling.buffers * layer.tiling.buffer_bytes;
  if (!is_input(graph, at) && buffers > 0) {
    held.push_back({layer.workspace_address, layer.workspace_address + buffers});
  }
  return held;
}

void expect_sound(const QuantizedGraph& graph, const TensorPlan& plan, std::int64_t bytes) {
  ASSERT_LE(plan.peak_bytes, bytes);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    std::int64_t sum = 0;
    std::vector<Range> held = held_during(graph, plan, id);
    std::sort(held.begin(), held.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    for (std::size_t r = 0; r < held.size(); ++r) {
      ASSERT_GE(held[r].begin, 0);
      ASSERT_LE(held[r].end, bytes);
      ASSERT_EQ(held[r].begin % kWordBytes, 0);
      if (r > 0) {
        ASSERT_GE(held[r].begin, held[r - 1].end) << "during " << graph.node(id).name;
      }
      sum += held[r].end - held[r].begin;
    }
    ASSERT_LE(sum, plan.peak_bytes) << "during " << graph.node(id).name;
    if (!is_input(graph, id)) {
      ASSERT_FALSE(plan.layers[i].tiling.tiles.empty()) << graph.node(id).name;
    }
    const bool is_output =
        std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
    ASSERT_EQ(plan.tensors[i].in_dram,
              is_output || is_input(graph, id) || !plan.tensors[i].on_chip);
  }
}

// Operand regions and result of every tile lie inside the buffer.
void expect_tiles_fit(const QuantizedGraph& graph, const TensorPlan& plan) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Tiling& tiling = plan.layers[i].tiling;
    for (const Tile& tile : tiling.tiles) {
      const std::int64_t channels =
          tiling.part_channels == 0 ? tile.channels : tiling.part_channels;
      ASSERT_LE(tile_buffer_bytes(graph, static_cast<NodeId>(i), plan.tensors,
                                  {tile.rows, tile.columns, channels}, kWordBytes),
                tiling.buffer_bytes);
    }
  }
}

TEST(TensorPlan, TensorsAliveTogetherNeverOverlapInRandomGraphs) {
  std::int64_t planned = 0;
  std::int64_t spilled = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const QuantizedGraph graph = test::random_quantized_graph(seed);
    for (const std::int64_t bytes : {64, 136, 300, 777, 2048, 9000, 1 << 20}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", bytes " + std::to_string(bytes));
      TensorPlan plan;
      try {
        plan = plan_for(graph, bytes);
      } catch (const base::InputError&) {
        continue;
      }
      ++planned;
      for (const TensorPlacement& tensor : plan.tensors) spilled += tensor.on_chip ? 0 : 1;
      expect_sound(graph, plan, bytes);
      expect_tiles_fit(graph, plan);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(planned, 1000);  // both are exercised
  EXPECT_GT(spilled, 1000);
}

TEST(TensorPlan, TheNamedMinimumIsEnoughAndOneWordLessIsNot) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const QuantizedGraph graph = test::random_quantized_graph(seed);
    const std::int64_t least =
        least_named(input_error_of([&] { plan_for(graph, kWordBytes - 1); }));
    expect_sound(graph, plan_for(graph, least), least);
    EXPECT_EQ(least_named(input_error_of([&] { plan_for(graph, least - 1); })), least);
  }
}

TEST(TensorPlan, RefusalNamesEveryLayerThatDoesNotFitAndWhatWasGot) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({4, 4, 20});
  const NodeId small = b.conv(in, 4);
  b.conv(small, 40);
  const auto graph = b.build();
  const std::string message = input_error_of([&] { plan_for(graph, 31); });
  EXPECT_EQ(
      message,
      "layer 'conv_1': activation_scratchpad.bytes: got 31, must be at least 32 (input window "
      "and output of one pixel)\n"
      "layer 'conv_2': activation_scratchpad.bytes: got 31, must be at least 48 (input window "
      "and output of one pixel)");
}

TEST(TensorPlan, EverythingStaysWhereItFits) {
  QuantizedGraphBuilder b(2);
  const NodeId in = b.input({8, 8, 4});
  const NodeId conv = b.conv(in, 4, square_window(3, 1, 1));
  const NodeId sum = b.add(conv, in);
  const auto graph = b.build();
  const TensorPlan plan = plan_for(graph, 3 * 256);
  for (const NodeId id : {in, conv, sum}) {
    EXPECT_TRUE(plan.tensors[static_cast<std::size_t>(id)].on_chip);
  }
  EXPECT_TRUE(plan.tensors[0].in_dram);   // the input comes from there
  EXPECT_FALSE(plan.tensors[1].in_dram);  // nobody outside sees it
  EXPECT_TRUE(plan.tensors[2].in_dram);   // the output goes there
  EXPECT_EQ(plan.peak_bytes, 3 * 256);
  EXPECT_EQ(plan.layers[2].tiling.buffer_bytes, 0);
}

TEST(TensorPlan, ThePlaceOfATensorIsUsedAgainAfterItsLastReader) {
  QuantizedGraphBuilder b(3);
  NodeId last = b.input({8, 8, 4});
  for (int i = 0; i < 6; ++i) last = b.lookup(last);
  const auto graph = b.build();
  const TensorPlan plan = plan_for(graph, 2 * 256);
  for (const TensorPlacement& tensor : plan.tensors) EXPECT_TRUE(tensor.on_chip);
  EXPECT_EQ(plan.peak_bytes, 2 * 256);
}

TEST(TensorPlan, InputsOfSeveralImagesShareTheirPlaceWithNothingWhereThereIsRoom) {
  QuantizedGraphBuilder b(3);
  NodeId last = b.input({8, 8, 4});
  for (int i = 0; i < 4; ++i) last = b.lookup(last);
  const auto graph = b.build();
  const auto shared_with_input = [&](std::int64_t bytes, std::int64_t images) {
    const TensorPlan plan = plan_for(graph, bytes, images);
    std::int64_t shared = 0;
    for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
      EXPECT_TRUE(plan.tensors[t].on_chip);
      shared += t > 0 && plan.tensors[t].address == plan.tensors[0].address ? 1 : 0;
    }
    return shared;
  };
  EXPECT_EQ(shared_with_input(3 * 256, 1), 2);
  EXPECT_EQ(shared_with_input(3 * 256, 2), 0);
  EXPECT_EQ(shared_with_input(2 * 256, 2), 2);  // no room
}

TEST(TensorPlan, AResidualIsKeptOverTheLayersBetween) {
  QuantizedGraphBuilder b(4);
  const NodeId in = b.input({4, 4, 4});
  const NodeId kept = b.lookup(in);
  const NodeId first = b.lookup(kept);
  const NodeId second = b.lookup(first);
  b.add(second, kept);
  const auto graph = b.build();
  const TensorPlan plan = plan_for(graph, 3 * 64);
  for (const TensorPlacement& tensor : plan.tensors) EXPECT_TRUE(tensor.on_chip);
  expect_sound(graph, plan, 3 * 64);
}

TEST(TensorPlan, TheLargestTensorIsSpilledFirst) {
  QuantizedGraphBuilder b(5);
  const NodeId in = b.input({8, 8, 4});
  const NodeId large = b.conv(in, 16);
  const NodeId small = b.conv(large, 2);
  const auto graph = b.build();
  const TensorPlan plan = plan_for(graph, 1024);
  EXPECT_TRUE(plan.tensors[static_cast<std::size_t>(in)].on_chip);
  EXPECT_FALSE(plan.tensors[static_cast<std::size_t>(large)].on_chip);
  EXPECT_TRUE(plan.tensors[static_cast<std::size_t>(small)].on_chip);
  EXPECT_GT(plan.layers[static_cast<std::size_t>(small)].tiling.tiles.size(), 1U);
}

TEST(TensorPlan, AnInputThatNobodyReadsIsNotLoaded) {
  QuantizedGraphBuilder b(6);
  b.input({2, 2, 2});
  const NodeId unread = b.input({2, 2, 2});
  b.lookup(0);
  const auto graph = b.build({2, unread});
  const TensorPlan plan = plan_for(graph, 4096);
  EXPECT_FALSE(plan.tensors[static_cast<std::size_t>(unread)].on_chip);
  EXPECT_TRUE(plan.tensors[static_cast<std::size_t>(unread)].in_dram);
}

TEST(TensorPlan, AnOperandUsedTwiceIsBufferedOnce) {
  QuantizedGraphBuilder b(7);
  const NodeId in = b.input({1, 1, 16});
  const NodeId sum = b.add(in, in);
  const auto graph = b.build();
  const std::vector<TensorPlacement> in_dram(2);
  EXPECT_EQ(tile_buffer_bytes(graph, sum, in_dram, {1, 1, 16}, kWordBytes), 32);
}

TEST(TensorPlan, TileBuffersHoldWindowsBroadcastOperandsAndTheResult) {
  QuantizedGraphBuilder b(8);
  const NodeId in = b.input({9, 9, 3});
  const NodeId conv = b.conv(in, 5, square_window(3, 2, 1));  // 5 x 5 x 5
  const NodeId gate = b.pool(conv, graph::PoolKind::average, square_window(5));
  const NodeId mul = b.mul(gate, conv);
  const auto graph = b.build();
  const std::vector<TensorPlacement> in_dram(4);
  // 2 output rows of 5 pixels: 5 input rows of the whole width 9, 3 channels: 135 → 136; out 50
  // → 56.
  EXPECT_EQ(tile_buffer_bytes(graph, conv, in_dram, {2, 5, 5}, kWordBytes), 136 + 56);
  // One pixel of the gate, and 2 x 5 pixels of the map, twice.
  EXPECT_EQ(tile_buffer_bytes(graph, mul, in_dram, {2, 5, 5}, kWordBytes), 8 + 56 + 56);
  std::vector<TensorPlacement> map_on_chip(4);
  map_on_chip[static_cast<std::size_t>(conv)].on_chip = true;
  EXPECT_EQ(tile_buffer_bytes(graph, mul, map_on_chip, {2, 5, 5}, kWordBytes), 8 + 56);
  EXPECT_EQ(tile_buffer_bytes(graph, conv, map_on_chip, {2, 5, 5}, kWordBytes), 136);
}

}  // namespace
}  // namespace npusim::compile
