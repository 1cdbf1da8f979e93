// SPDX-License-Identifier: Apache-2.0
// What the lowering decides beyond being right, which compile_test.cpp shows: how much it transfers
// and in which order it works.
#include "frontend/compile/lowering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"
#include "tests/unit/compile/lowered.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::QuantizedGraph;
using isa::Opcode;
using test::QuantizedGraphBuilder;
using test::square_window;

std::int64_t count(const Lowered& lowered, Opcode opcode) {
  return std::count_if(
      lowered.instructions().begin(), lowered.instructions().end(),
      [&](const DraftInstruction& draft) { return draft.instruction.opcode == opcode; });
}

std::int64_t bytes_moved(const Lowered& lowered, Opcode opcode) {
  std::int64_t bytes = 0;
  for (const DraftInstruction& draft : lowered.instructions()) {
    if (draft.instruction.opcode != opcode) continue;
    const auto& dma = std::get<isa::Dma>(draft.instruction.fields);
    bytes += std::int64_t{dma.bytes} * dma.count1 * dma.count2;
  }
  return bytes;
}

template <typename Fields>
std::vector<Fields> all(const Lowered& lowered) {
  std::vector<Fields> result;
  for (const DraftInstruction& draft : lowered.instructions()) {
    if (const auto* fields = std::get_if<Fields>(&draft.instruction.fields)) {
      result.push_back(*fields);
    }
  }
  return result;
}

TEST(Lowering, WhereAllFitsOnlyInputOutputAndWeightsMoveAndOnceEach) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({16, 16, 8});
  const NodeId conv = b.conv(in, 16, square_window(3, 1, 1));
  b.conv(conv, 8);
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(8, 8, 1 << 16, 1 << 16));
  EXPECT_EQ(bytes_moved(lowered, Opcode::load_activations), 16 * 16 * 8);
  EXPECT_EQ(bytes_moved(lowered, Opcode::store_activations), 16 * 16 * 8);
  // Two layers: weights, and 5 + shifts + 4 bytes a channel.
  EXPECT_EQ(bytes_moved(lowered, Opcode::load_weights),
            16 * 72 + 8 * 16 + (5 + 8 + 64) + (5 + 4 + 32));
}

TEST(Lowering, AnInputComesInStripsOfAtLeast2048Bytes) {
  QuantizedGraphBuilder b(1);
  b.lookup(b.input({64, 64, 8}));
  const QuantizedGraph large = b.build();
  EXPECT_EQ(count(Lowered(large, small_machine(8, 8, 1 << 17, 4096)), Opcode::load_activations), 8);
  QuantizedGraphBuilder c(1);
  c.lookup(c.input({64, 8, 8}));
  const QuantizedGraph small = c.build();
  EXPECT_EQ(count(Lowered(small, small_machine(8, 8, 1 << 17, 4096)), Opcode::load_activations), 2);
}

// A 3x3 layer of 16 channels: 144 k of 8 columns are 1152 bytes of weights for a column tile, which
// half of the weight region must hold.
TEST(Lowering, OutputStationaryWhereAColumnTilesWeightsFitTwice) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({5, 5, 16}), 16, square_window(3, 1, 1));
  const QuantizedGraph graph = b.build();
  const auto matmuls = [&](std::int64_t weight_bytes, config::Dataflow dataflow) {
    config::HardwareConfig hardware = small_machine(8, 8, 1 << 14, weight_bytes);
    hardware.mac_array.dataflow = dataflow;
    hardware.mac_array.accumulator_rows = 40;
    const Lowered lowered(graph, hardware);
    const std::vector<isa::Preload> preloads = all<isa::Preload>(lowered);
    std::vector<isa::Matmul> result = all<isa::Matmul>(lowered);
    EXPECT_EQ(preloads.size(), result.size());
    for (std::size_t i = 0; i < std::min(preloads.size(), result.size()); ++i) {
      const bool tiles = result[i].mode == isa::ArrayMode::output_stationary;
      EXPECT_EQ(preloads[i].pixels, tiles ? result[i].pixels : 0);
    }
    return result;
  };
  const auto output_stationary = matmuls(4096, config::Dataflow::output_stationary);
  // Half of the accumulators hold 20 rows: two tiles of 8 pixels, and 9 pixels behind them.
  ASSERT_EQ(output_stationary.size(), 4U);
  for (const isa::Matmul& m : output_stationary) {
    EXPECT_EQ(m.mode, isa::ArrayMode::output_stationary);
    EXPECT_EQ(m.k_begin, 0U);
    EXPECT_EQ(m.k_end, 144U);
    EXPECT_EQ(m.pixels, m.first_pixel == 0 ? 16 : 9);
  }
  for (const isa::Matmul& m : matmuls(1024, config::Dataflow::output_stationary)) {
    EXPECT_EQ(m.mode, isa::ArrayMode::weight_stationary);
  }
  for (const isa::Matmul& m : matmuls(4096, config::Dataflow::weight_stationary)) {
    EXPECT_EQ(m.mode, isa::ArrayMode::weight_stationary);
    EXPECT_EQ(m.pixels % 5, 0);
  }
}

TEST(Lowering, DepthwisePixelsAreWhatTheRowsHold) {
  const auto column_pixels = [](std::int64_t kernel, std::int64_t pixels) {
    QuantizedGraphBuilder b(1);
    const NodeId in = b.input({9, 9, 8});
    b.depthwise(in, square_window(kernel, 1, 0));
    const QuantizedGraph graph = b.build();
    config::HardwareConfig hardware = small_machine(20, 8, 1 << 14, 1 << 14);
    hardware.mac_array.depthwise_pixels = pixels;
    const Lowered lowered(graph, hardware);
    EXPECT_EQ(all<isa::Preload>(lowered).at(0).column_pixels,
              all<isa::Matmul>(lowered).at(0).column_pixels);
    return static_cast<int>(all<isa::Matmul>(lowered).at(0).column_pixels);
  };
  EXPECT_EQ(column_pixels(3, 1), 0);
  EXPECT_EQ(column_pixels(3, 2), 2);
  EXPECT_EQ(column_pixels(3, 64), 2);  // 9 taps in 20 rows
  EXPECT_EQ(column_pixels(2, 64), 5);
  EXPECT_EQ(column_pixels(2, 4), 4);
  EXPECT_EQ(column_pixels(5, 64), 0);  // 25 taps take two folds
}

// The column tile changes fastest where all weights stay, slowest where they do not.
TEST(Lowering, PixelsComeFirstWhereAllWeightsStay) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({8, 8, 16}), 16);
  const QuantizedGraph graph = b.build();
  config::HardwareConfig hardware = small_machine(16, 4, 1 << 16, 4096);  // 4 tiles of 64 bytes
  hardware.mac_array.accumulator_rows = 32;                               // 4 chunks of 16 pixels
  const auto stay = all<isa::Matmul>(Lowered(graph, hardware));
  ASSERT_EQ(stay.size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(stay[i].first_pixel, i / 4 * 16);
  hardware.weight_scratchpad.bytes = 2 * 32 + 2 * 64;  // one tile a slot
  const Lowered passing(graph, hardware);
  const auto pass = all<isa::Matmul>(passing);
  ASSERT_EQ(pass.size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(pass[i].first_pixel, i % 4 * 16);
  const std::int64_t parameters = 4 * (5 + 2 + 16);
  EXPECT_EQ(bytes_moved(passing, Opcode::load_weights), 16 * 16 + parameters);
}

TEST(Lowering, ALayerIsLoadedBesideWhatTheOneBeforeStillReads) {
  QuantizedGraphBuilder b(1);
  NodeId last = b.input({4, 4, 8});
  for (int i = 0; i < 4; ++i) last = b.conv(last, 8);
  const QuantizedGraph graph = b.build();
  const auto preloads = all<isa::Preload>(Lowered(graph, small_machine(8, 8, 4096, 4096)));
  ASSERT_EQ(preloads.size(), 8U);  // two chunks of pixels a layer
  for (std::size_t i = 2; i < 8; i += 2) {
    EXPECT_EQ(preloads[i].weights_address, preloads[i + 1].weights_address);
    EXPECT_NE(preloads[i].weights_address, preloads[i - 1].weights_address);
    EXPECT_NE(preloads[i].bias_address, preloads[i - 1].bias_address);
  }
}

TEST(Lowering, SpilledTensorsAreWrittenOnceAndReadOncePerConsumer) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({16, 16, 8});
  const NodeId large = b.conv(in, 32);
  const NodeId first = b.conv(large, 2);
  const NodeId second = b.conv(large, 2);
  b.add(first, second);
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(8, 8, 6 * 1024, 1 << 14));
  EXPECT_FALSE(lowered.plan.tensors[static_cast<std::size_t>(large)].on_chip);
  EXPECT_EQ(bytes_moved(lowered, Opcode::store_activations), 256 * 32 + 256 * 2);
  EXPECT_EQ(bytes_moved(lowered, Opcode::load_activations), 256 * 8 + 2 * 256 * 32);
}

TEST(Lowering, AnOperandUsedTwiceIsLoadedOnce) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({16, 16, 8});
  b.add(in, in);
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(8, 8, 512, 4096));
  EXPECT_FALSE(lowered.plan.tensors[0].on_chip);
  EXPECT_EQ(bytes_moved(lowered, Opcode::load_activations), 256 * 8);
}

TEST(Lowering, AnUnreadInputIsNotLoaded) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({2, 2, 2});
  b.lookup(in);
  const NodeId unread = b.input({2, 2, 2});  // behind the last layer
  const QuantizedGraph graph = b.build({1, unread});
  EXPECT_EQ(bytes_moved(Lowered(graph, small_machine(4, 4, 4096, 4096)), Opcode::load_activations),
            8);
}

TEST(Lowering, AccumulatorsAreARing) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({5, 7, 3}), 9);
  const QuantizedGraph graph = b.build();
  for (const std::int64_t rows : {2, 3, 5, 16, 65536}) {
    config::HardwareConfig hardware = small_machine(4, 4, 4096, 4096);
    hardware.mac_array.accumulator_rows = rows;
    std::map<std::int64_t, std::int64_t> work;  // per first pixel: pixels, once per column tile
    for (const isa::Matmul& matmul : all<isa::Matmul>(Lowered(graph, hardware))) {
      ASSERT_LE(matmul.pixels, rows / 2);  // the other half drains meanwhile
      ASSERT_LE(matmul.acc_row + matmul.pixels, rows);
      work[matmul.first_pixel] += matmul.pixels;
    }
    std::int64_t pixels = 0;
    for (const auto& [first, done] : work) pixels += done;
    EXPECT_EQ(pixels, 3 * 35);
  }
}

TEST(Lowering, LongMapsFitTheFieldForPixels) {
  QuantizedGraphBuilder b(1);
  b.lookup(b.input({3, 300'000, 1}));
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(4, 4, 1 << 21, 4096));
  std::int64_t pixels = 0;
  for (const isa::Elementwise& e : all<isa::Elementwise>(lowered)) pixels += e.pixels;
  EXPECT_EQ(pixels, 900'000);
}

TEST(Lowering, CompletionIsTheStoreWhereTheTensorIsSeenInDram) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({4, 4, 4});
  const NodeId inner = b.conv(in, 4);
  const NodeId out = b.lookup(inner);
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(4, 4, 4096, 4096));
  const auto opcode_of = [&](NodeId id) {
    const DraftIndex index = lowered.lowering.completed_by(0, id);
    return lowered.instructions().at(static_cast<std::size_t>(index)).instruction.opcode;
  };
  EXPECT_EQ(lowered.lowering.completed_by(0, in), -1);
  EXPECT_EQ(opcode_of(inner), Opcode::requantize);
  EXPECT_EQ(opcode_of(out), Opcode::store_activations);
}

TEST(Lowering, InstructionsBelongToTheirLayerAndInputsToTheNext) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({4, 4, 4});
  const NodeId table = b.lookup(in);
  const NodeId other = b.input({4, 4, 4});
  b.add(table, other);
  const QuantizedGraph graph = b.build();
  const Lowered lowered(graph, small_machine(4, 4, 4096, 4096));
  std::vector<std::uint32_t> loads;
  for (const DraftInstruction& draft : lowered.instructions()) {
    ASSERT_LT(draft.origin.layer, 2U);
    if (draft.instruction.opcode == Opcode::load_activations) loads.push_back(draft.origin.layer);
  }
  EXPECT_EQ(loads, (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace npusim::compile
