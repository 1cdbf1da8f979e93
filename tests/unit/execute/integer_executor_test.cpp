// SPDX-License-Identifier: Apache-2.0
// The fast integer executor against the plain one: every tensor, bit for bit, on every instruction
// set.
#include "frontend/execute/integer_executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "frontend/execute/plain_integer_executor.h"
#include "sim/arith/simd.h"
#include "sim/base/errors.h"
#include "tests/unit/execute/drawn_quantized.h"
#include "tests/unit/execute/networks.h"

namespace npusim::execute {
namespace {

using Tensors = std::vector<std::vector<std::int8_t>>;

Tensors run_fast(IntegerExecutor& executor, const std::vector<std::int8_t>& input) {
  Tensors tensors;
  const std::int8_t* result =
      executor.run(input.data(), [&](graph::NodeId id, const std::int8_t* values, std::int64_t n) {
        EXPECT_EQ(static_cast<std::size_t>(id), tensors.size());
        tensors.emplace_back(values, values + n);
      });
  EXPECT_EQ(result, executor.output(0));
  return tensors;
}

// Where and how two networks' tensors differ first; empty where they do not.
std::string first_difference(const graph::QuantizedGraph& graph, const Tensors& got,
                             const Tensors& expected) {
  if (got.size() != expected.size()) return "number of tensors";
  for (std::size_t id = 0; id < got.size(); ++id) {
    if (got[id].size() != expected[id].size()) return graph.nodes[id].name + ": size";
    for (std::size_t i = 0; i < got[id].size(); ++i) {
      if (got[id][i] == expected[id][i]) continue;
      return graph.nodes[id].name + " (" + graph::kind_name(graph.nodes[id].op) + "), element " +
             std::to_string(i) + ": got " + std::to_string(got[id][i]) + ", expected " +
             std::to_string(expected[id][i]);
    }
  }
  return {};
}

TEST(IntegerExecutorTest, EqualsThePlainExecutorOnEveryTarget) {
  std::set<std::string> kinds;
  std::int64_t codes = 0;
  std::int64_t inside = 0;  // strictly between the clamps
  std::uint64_t seed = 0;
  for (const graph::Graph& network : networks(150)) {
    const graph::QuantizedGraph graph = drawn_quantized(network, ++seed);
    for (const graph::QuantizedNode& node : graph.nodes) kinds.insert(graph::kind_name(node.op));
    const auto input = drawn_codes(seed, graph.node(0).shape.elements());
    const Tensors expected = run_plain(graph, input);
    for (std::size_t id = 1; id < expected.size(); ++id) {
      const graph::Clamps& clamps = graph.nodes[id].clamps;
      codes += static_cast<std::int64_t>(expected[id].size());
      inside += std::count_if(expected[id].begin(), expected[id].end(), [&](std::int8_t code) {
        return code > clamps.low && code < clamps.high;
      });
    }
    for (const std::int64_t target : arith::simd_targets()) {
      arith::use_simd_target(target);
      IntegerExecutor executor(graph);
      EXPECT_EQ(first_difference(graph, run_fast(executor, input), expected), "")
          << network.name << ", seed " << seed << ", " << arith::simd_target_name();
      EXPECT_EQ(first_difference(graph, run_fast(executor, input), expected), "") << "second run";
    }
    arith::use_simd_target(0);
  }
  EXPECT_GT(inside, codes / 3) << "of " << codes << ": clamped codes prove little";
  EXPECT_EQ(kinds, (std::set<std::string>{"add", "concat", "conv", "depthwise_conv", "gemm",
                                          "input", "lookup", "mul", "pool"}));
}

TEST(IntegerExecutorTest, NarrowAccumulatorsEqualThePlainExecutorOnEveryTarget) {
  std::int64_t overflows = 0;
  std::uint64_t seed = 0;
  for (const graph::Graph& network : networks(60)) {
    graph::QuantizedGraph graph = drawn_quantized(network, ++seed);
    graph.accumulator.bits = static_cast<std::int32_t>(8 + seed % 25);
    graph.accumulator.overflow =
        seed / 25 % 2 == 0 ? graph::Overflow::saturate : graph::Overflow::wrap;
    const auto input = drawn_codes(seed, graph.node(0).shape.elements());
    std::vector<std::int64_t> counts;
    const Tensors expected = run_plain(graph, input, &counts);
    for (const std::int64_t count : counts) overflows += count;
    for (const std::int64_t target : arith::simd_targets()) {
      arith::use_simd_target(target);
      IntegerExecutor executor(graph);
      EXPECT_EQ(first_difference(graph, run_fast(executor, input), expected), "")
          << network.name << ", seed " << seed << ", " << arith::simd_target_name();
      EXPECT_EQ(executor.overflows(), counts) << network.name << ", seed " << seed;
    }
    arith::use_simd_target(0);
  }
  EXPECT_GT(overflows, 10000);
}

TEST(IntegerExecutorTest, CopiesHaveTheirOwnTensors) {
  const graph::QuantizedGraph graph = drawn_quantized(test::random_network(3), 3);
  const std::int64_t size = graph.node(0).shape.elements();
  const auto first = drawn_codes(1, size);
  const auto second = drawn_codes(2, size);
  IntegerExecutor a(graph);
  IntegerExecutor b(a);
  const auto count = static_cast<std::size_t>(a.output_elements());
  const std::int8_t* of_a = a.run(first.data());
  const std::int8_t* of_b = b.run(second.data());
  const auto last = static_cast<std::size_t>(graph.outputs.front());
  EXPECT_EQ(std::vector<std::int8_t>(of_a, of_a + count), run_plain(graph, first)[last]);
  EXPECT_EQ(std::vector<std::int8_t>(of_b, of_b + count), run_plain(graph, second)[last]);
}

TEST(IntegerExecutorTest, PaddingReadsTheZeroPoint) {
  // All inputs at the zero point: every window, padded or not, must give the same code.
  graph::QuantizedGraph graph = drawn_quantized(single_conv({4, 5, 3}, conv(3, 7, 3)), 1);
  graph.nodes[0].quantization.zero_point = 37;
  const std::vector<std::int8_t> input(60, 37);
  IntegerExecutor executor(graph);
  const std::int8_t* out = executor.run(input.data());
  for (std::int64_t i = 7; i < executor.output_elements(); ++i) EXPECT_EQ(out[i], out[i % 7]);
}

TEST(IntegerExecutorTest, RefusesGraphsItCannotRun) {
  graph::QuantizedGraph graph = drawn_quantized(single_conv({4, 5, 3}, conv(3, 7, 3)), 1);
  graph::QuantizedGraph no_input = graph;
  no_input.nodes.erase(no_input.nodes.begin());
  EXPECT_THROW(IntegerExecutor{no_input}, base::InternalError);
  graph::QuantizedGraph no_output = graph;
  no_output.outputs.clear();
  EXPECT_THROW(IntegerExecutor{no_output}, base::InternalError);
  graph::QuantizedGraph bad_shift = graph;
  std::get<graph::QuantizedConv>(bad_shift.nodes[1].op).requantization.scales = {{1 << 30, 64}};
  EXPECT_THROW(IntegerExecutor{bad_shift}, base::InternalError);
}

TEST(IntegerExecutorTest, InputsLieOneBehindTheOther) {
  const graph::QuantizedGraph alone = drawn_quantized(single_conv({2, 3, 1}, conv(1, 2, 1)), 1);
  graph::QuantizedGraph both = alone;
  both.nodes.push_back(alone.nodes[0]);
  both.nodes.back().name = "second";
  both.outputs = {1, 2};
  const std::vector<std::int8_t> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  IntegerExecutor executor(both);
  EXPECT_EQ(executor.input_elements(), 12);
  executor.run(values.data());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(executor.output(1)[i], values[6 + i]);
  const std::vector<std::int8_t> expected =
      run_plain(alone, {values.begin(), values.begin() + 6})[1];
  EXPECT_EQ(std::vector<std::int8_t>(executor.output(0), executor.output(0) + 12), expected);
  EXPECT_EQ(run_plain(both, values)[1], expected);
  EXPECT_EQ(run_plain(both, values)[2], std::vector<std::int8_t>(values.begin() + 6, values.end()));
}

TEST(PlainIntegerExecutorTest, RefusesAnAccumulatorThatOverflows) {
  graph::QuantizedGraph graph = drawn_quantized(single_conv({1, 1, 2}, conv(2, 1, 1)), 1);
  auto& conv = std::get<graph::QuantizedConv>(graph.nodes[1].op);
  conv.weight_zero_point = 0;
  conv.weights_ohwi = {127, -127};  // the sum fits, its first prefix does not
  conv.bias = {2147483647};
  try {
    run_plain(graph, {1, 1});
    FAIL() << "must throw";
  } catch (const base::InternalError& error) {
    EXPECT_STREQ(error.what(),
                 "node 'conv', output (0, 0, 0): accumulator 2147483774 must fit 32 bits");
  }
  conv.bias = {2147483647 - 127};
  EXPECT_NO_THROW(run_plain(graph, {1, 1}));
}

}  // namespace
}  // namespace npusim::execute
