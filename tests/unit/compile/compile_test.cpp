// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/compile.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "sim/isa/program_file.h"
#include "tests/support/quantized_graphs.h"
#include "tests/unit/compile/compile_helpers.h"
#include "tests/unit/compile/symbolic.h"

namespace npusim::compile {
namespace {

using graph::NodeId;
using graph::PoolKind;
using graph::QuantizedGraph;
using graph::Window;
using test::QuantizedGraphBuilder;
using test::square_window;
using testing::HasSubstr;

isa::Program compiled(const QuantizedGraph& graph, const config::HardwareConfig& hardware) {
  isa::Metadata metadata;
  metadata.name = graph.name;
  return compile(graph, hardware, metadata);
}

// Every tensor is what the network says, in stream order and in orders that only the semaphores
// rule out.
void expect_same(const QuantizedGraph& graph, const isa::Program& program) {
  const auto expected = evaluate(graph);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const auto observed = execute(program, seed);
    ASSERT_EQ(observed.size(), expected.size());
    for (std::size_t t = 0; t < expected.size(); ++t) {
      ASSERT_EQ(observed[t].size(), expected[t].size());
      const auto differs =
          std::mismatch(expected[t].begin(), expected[t].end(), observed[t].begin()).first;
      ASSERT_TRUE(differs == expected[t].end())
          << graph.nodes[t].name << ", element " << differs - expected[t].begin() << ", order "
          << seed;
    }
  }
}

// The least scratchpads that the network compiles for.
config::HardwareConfig least_machine(const QuantizedGraph& graph, std::int64_t rows,
                                     std::int64_t columns) {
  config::HardwareConfig hardware = small_machine(rows, columns, 1 << 20, 1 << 20);
  for (std::int64_t* bytes :
       {&hardware.activation_scratchpad.bytes, &hardware.weight_scratchpad.bytes}) {
    *bytes = 1;
    try {
      compiled(graph, hardware);
    } catch (const base::InputError& error) {
      const std::string message = error.what();
      if (message.find("layer '") == 0) *bytes = least_named(message);
    }
    *bytes = std::max<std::int64_t>(*bytes, 64);  // the least that a hardware file may say
  }
  return hardware;
}

// With all on chip, with the least scratchpads, and in between.
void expect_same_on_all_machines(const QuantizedGraph& graph, std::int64_t rows = 4,
                                 std::int64_t columns = 4) {
  const config::HardwareConfig least = least_machine(graph, rows, columns);
  config::HardwareConfig hardware = least;
  for (const std::int64_t extra : {0, 24, 304, 1 << 18}) {
    hardware.activation_scratchpad.bytes = least.activation_scratchpad.bytes + extra;
    hardware.weight_scratchpad.bytes = least.weight_scratchpad.bytes + extra;
    SCOPED_TRACE(graph.name + " with " + std::to_string(hardware.activation_scratchpad.bytes) +
                 " and " + std::to_string(hardware.weight_scratchpad.bytes) + " bytes");
    expect_same(graph, compiled(graph, hardware));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Compile, RandomNetworksOnRandomMachines) {
#ifdef NPUSIM_SANITIZED_TESTS
  constexpr std::uint64_t kNetworks = 20;  // every scheme, field and array
#else
  constexpr std::uint64_t kNetworks = 50;
#endif
  const std::pair<std::int64_t, std::int64_t> arrays[] = {
      {1, 1}, {4, 4}, {5, 3}, {16, 16}, {3, 32}};
  const char* schemes[] = {"per_layer", "shift_scaler", "per_channel"};
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    test::QuantizedGraphOptions options;
    options.scheme = schemes[seed % 3];
    options.field_bits = static_cast<std::int32_t>(1 + seed % 4);
    const auto& [rows, columns] = arrays[seed % 5];
    expect_same_on_all_machines(test::random_quantized_graph(seed, options), rows, columns);
    if (HasFatalFailure()) return;
  }
}

TEST(Compile, SingleLayersOfEveryKindOnOnePixel) {
  const std::vector<std::function<void(QuantizedGraphBuilder&, NodeId)>> layers = {
      [](auto& b, NodeId in) { b.conv(in, 1); },
      [](auto& b, NodeId in) { b.conv(in, 7, square_window(3, 1, 1)); },
      [](auto& b, NodeId in) { b.depthwise(in, square_window(3, 2, 1)); },
      [](auto& b, NodeId in) { b.gemm(in, 5); },
      [](auto& b, NodeId in) { b.add(in, in); },
      [](auto& b, NodeId in) { b.mul(in, in); },
      [](auto& b, NodeId in) { b.concat({in}); },
      [](auto& b, NodeId in) {
        b.concat({in, in});
      },
      [](auto& b, NodeId in) { b.lookup(in); },
      [](auto& b, NodeId in) { b.pool(in, PoolKind::max, square_window(1)); },
      [](auto& b, NodeId in) { b.pool(in, PoolKind::average, square_window(3, 1, 1)); }};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    SCOPED_TRACE(i);
    QuantizedGraphBuilder b(i);
    layers[i](b, b.input({1, 1, 3}));
    expect_same_on_all_machines(b.build(), 8, 32);  // more rows than k, more columns than channels
    if (HasFatalFailure()) return;
  }
}

TEST(Compile, StridesBeyondTheKernelAndWindowsInThePaddingOnly) {
  QuantizedGraphBuilder b(1);
  const NodeId in = b.input({7, 6, 3});
  const NodeId sparse = b.conv(in, 5, square_window(2, 5, 0));
  Window padded = square_window(2, 3, 0);
  padded.pad_top = 5;  // the first windows lie above the map, the last below and right of it
  padded.pad_bottom = padded.pad_right = 8;
  b.conv(in, 5, padded);
  b.depthwise(in, padded);
  b.conv(sparse, 3, square_window(3, 4, 3, 3));
  expect_same_on_all_machines(b.build());
}

TEST(Compile, OutputsThatAreConsumedOrAnInput) {
  QuantizedGraphBuilder b(2);
  const NodeId in = b.input({5, 4, 3});
  const NodeId unread = b.input({2, 2, 2});
  const NodeId conv = b.conv(in, 6);
  const NodeId table = b.lookup(conv);
  const NodeId sum = b.add(conv, table);
  const QuantizedGraph graph = b.build({conv, in, sum, unread});
  expect_same_on_all_machines(graph);
  const isa::Program program = compiled(graph, least_machine(graph, 4, 4));
  EXPECT_THAT(program.outputs, testing::ElementsAre(2, 0, 4, 1));
  EXPECT_THAT(program.inputs, testing::ElementsAre(0, 1));
  EXPECT_EQ(program.tensors[0].complete_after, -1);
  for (const std::uint32_t output : program.outputs) {
    EXPECT_EQ(program.tensors[output].memory, isa::Memory::dram);
  }
}

TEST(Compile, ADeadTensorIsObservedWhole) {
  QuantizedGraphBuilder b(3);
  const NodeId in = b.input({16, 8, 8});
  b.conv(in, 8);  // nobody reads it
  b.lookup(b.lookup(in));
  expect_same_on_all_machines(b.build({3}));
}

TEST(Compile, ConcatOfSpilledInputsAndBroadcastOperandsOnEitherSide) {
  QuantizedGraphBuilder b(4);
  const NodeId in = b.input({9, 7, 5});
  const NodeId gate = b.input({1, 1, 5});
  const NodeId scaled = b.mul(in, gate);
  const NodeId again = b.mul(gate, scaled);
  const NodeId joined = b.concat({again, in, scaled, again});
  b.pool(joined, PoolKind::average, square_window(3, 2, 1));
  b.pool(joined, PoolKind::max, square_window(3, 1, 1));
  b.gemm(joined, 11);
  expect_same_on_all_machines(b.build());
}

// Chunks of 8, 8 and 3 pixels: those that share a part of the weights share no accumulators.
TEST(Compile, WeightTilesInPartsOverChunksOfUnequalSize) {
  QuantizedGraphBuilder b(6);
  const NodeId in = b.input({1, 19, 7});
  const NodeId first = b.conv(in, 9, square_window(3, 1, 1));
  b.conv(first, 13, square_window(3, 1, 1));
  expect_same_on_all_machines(b.build());
}

TEST(Compile, AnInputAlone) {
  QuantizedGraphBuilder b(5);
  const NodeId in = b.input({2, 2, 2});
  const QuantizedGraph graph = b.build({in});
  const isa::Program program = compiled(graph, small_machine(4, 4, 256, 256));
  EXPECT_EQ(program.instructions.size(), 1U);
  EXPECT_TRUE(program.layers.empty());
  expect_same(graph, program);
}

TEST(Compile, IsDeterministic) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const QuantizedGraph graph = test::random_quantized_graph(seed);
    const config::HardwareConfig hardware = least_machine(graph, 4, 4);
    EXPECT_EQ(isa::serialize(compiled(graph, hardware)), isa::serialize(compiled(graph, hardware)));
  }
}

TEST(Compile, DescribesLayersAndTensors) {
  QuantizedGraphBuilder b(6);
  const NodeId in = b.input({6, 6, 3});
  const NodeId conv = b.conv(in, 8, square_window(3, 1, 1));
  b.gemm(conv, 4);
  const QuantizedGraph graph = b.build();
  const isa::Program program = compiled(graph, small_machine(4, 4, 4096, 4096));
  ASSERT_EQ(program.layers.size(), 2U);
  EXPECT_EQ(program.layers[0].name, "conv_1");
  EXPECT_EQ(program.layers[0].kind, "conv");
  EXPECT_EQ(program.layers[0].macs, 36 * 8 * 27);
  EXPECT_EQ(program.layers[0].output_tensor, 1U);
  EXPECT_EQ(program.layers[0].weights_bytes, 8 * 27);
  EXPECT_EQ(program.layers[0].bias_bytes, 32);
  EXPECT_EQ(program.layers[0].requant_bytes, 5);
  EXPECT_EQ(program.layers[0].channel_shift_bytes, 4);
  EXPECT_EQ(program.layers[1].kind, "gemm");
  EXPECT_EQ(program.layers[1].macs, 288 * 4);
  EXPECT_EQ(program.metadata.name, graph.name);
  const isa::TensorInfo& tensor = program.tensors[1];
  EXPECT_EQ(tensor.name, "conv_1");
  EXPECT_EQ(tensor.channels, 8);
  EXPECT_EQ(tensor.zero_point, graph.node(conv).quantization.zero_point);
  EXPECT_EQ(tensor.memory, isa::Memory::activation_scratchpad);
}

class Refusal : public testing::Test {
 protected:
  static std::string refusal(const QuantizedGraph& graph,
                             const config::HardwareConfig& hardware = small_machine(4, 4, 1 << 20,
                                                                                    1 << 20)) {
    return input_error_of([&] { compiled(graph, hardware); });
  }
};

TEST_F(Refusal, AKernelWiderThanItsField) {
  QuantizedGraphBuilder b(1);
  Window w;
  w.kernel_h = 300;
  b.conv(b.input({310, 1, 1}), 1, w);
  EXPECT_EQ(refusal(b.build()), "layer 'conv_1': kernel height: got 300, must be 0 to 255");
}

TEST_F(Refusal, APadWiderThanItsField) {
  QuantizedGraphBuilder b(1);
  Window w = square_window(1);
  w.pad_left = 200;
  b.conv(b.input({2, 2, 1}), 1, w);
  EXPECT_EQ(refusal(b.build()), "layer 'conv_1': left padding: got 200, must be -128 to 127");
}

TEST_F(Refusal, AStrideWiderThanItsField) {
  QuantizedGraphBuilder b(1);
  b.pool(b.input({600, 1, 1}), PoolKind::max, Window{1, 1, 256, 1, 1, 1, 0, 0, 0, 0});
  EXPECT_EQ(refusal(b.build()), "layer 'pool_1': vertical stride: got 256, must be 0 to 255");
}

TEST_F(Refusal, AMapWiderThanItsField) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({1, 65536, 1}), 1);
  EXPECT_THAT(refusal(b.build()), HasSubstr("layer 'conv_1': output width: got 65536, must be"));
}

TEST_F(Refusal, ADilatedPooling) {
  QuantizedGraphBuilder b(1);
  b.pool(b.input({9, 9, 1}), PoolKind::max, square_window(3, 1, 0, 2));
  EXPECT_EQ(refusal(b.build()),
            "layer 'pool_1': dilation of the pooling window: got 2 x 2, must be 1 x 1");
}

TEST_F(Refusal, ChannelShiftsWiderThanTheMachines) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({2, 2, 1}), 3);
  config::HardwareConfig hardware = small_machine(4, 4, 4096, 4096);
  hardware.requantization.field_bits = 3;
  EXPECT_EQ(refusal(b.build(), hardware),
            "layer 'conv_1': channel-shift field bits: got 4, must be at most "
            "requantization.field_bits (3)");
}

TEST_F(Refusal, RecordsForAnotherMachine) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({2, 2, 1}), 3);
  config::HardwareConfig hardware = small_machine(4, 4, 4096, 4096);
  hardware.requantization.multiplier_bits = 15;
  hardware.requantization.placement = config::ShifterPlacement::pre_multiply;
  const std::string message = refusal(b.build(), hardware);
  EXPECT_THAT(message, HasSubstr("network 'drawn_1': placement of the barrel shifter: got fused"));
  EXPECT_THAT(message, HasSubstr("network 'drawn_1': multiplier bits: got 31, must be at most"));
}

TEST_F(Refusal, ADramTooSmallForEverythingWithTheInstructions) {
  QuantizedGraphBuilder b(1);
  b.conv(b.input({16, 16, 8}), 16);
  const QuantizedGraph graph = b.build();
  config::HardwareConfig hardware = small_machine(4, 4, 1 << 16, 1 << 16);
  hardware.dram.bytes = 4096;
  const std::int64_t least = least_named(refusal(graph, hardware));
  hardware.dram.bytes = 1 << 20;
  const isa::Program program = compiled(graph, hardware);
  EXPECT_EQ(least, static_cast<std::int64_t>(program.dram_bytes) + program.instructions_bytes());
}

}  // namespace
}  // namespace npusim::compile
