// SPDX-License-Identifier: Apache-2.0
// The float executor against plain loops: every tensor, bit for bit, on every instruction set.
#include "frontend/execute/float_executor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "frontend/execute/float_kernels.h"
#include "sim/arith/simd.h"
#include "sim/base/errors.h"
#include "tests/unit/execute/networks.h"
#include "tests/unit/execute/plain_float.h"

namespace npusim::execute {
namespace {

using Tensors = std::vector<std::vector<float>>;

Tensors run_fast(FloatExecutor& executor, const std::vector<float>& input) {
  Tensors tensors;
  const float* result =
      executor.run(input.data(), [&](graph::NodeId id, const float* values, std::int64_t n) {
        EXPECT_EQ(static_cast<std::size_t>(id), tensors.size());
        tensors.emplace_back(values, values + n);
      });
  EXPECT_EQ(result, executor.output(0));
  return tensors;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Bits, not values: -0 is not 0 here.
std::string first_difference(const graph::Graph& graph, const Tensors& got,
                             const Tensors& expected) {
  if (got.size() != expected.size()) return "number of tensors";
  for (std::size_t id = 0; id < got.size(); ++id) {
    if (got[id].size() != expected[id].size()) return graph.nodes[id].name + ": size";
    for (std::size_t i = 0; i < got[id].size(); ++i) {
      if (bits_of(got[id][i]) == bits_of(expected[id][i])) continue;
      return graph.nodes[id].name + " (" + graph::kind_name(graph.nodes[id].op) + "), element " +
             std::to_string(i) + ": got " + std::to_string(got[id][i]) + ", expected " +
             std::to_string(expected[id][i]);
    }
  }
  return {};
}

void expect_equal_on_every_target(const graph::Graph& graph) {
  const auto input = test::random_input(17, graph.node(0).shape.elements());
  const Tensors expected = run_plain_float(graph, input);
  for (const std::int64_t target : arith::simd_targets()) {
    arith::use_simd_target(target);
    FloatExecutor executor(graph);
    EXPECT_EQ(first_difference(graph, run_fast(executor, input), expected), "")
        << graph.name << ", " << arith::simd_target_name();
    EXPECT_EQ(first_difference(graph, run_fast(executor, input), expected), "") << "second run";
  }
  arith::use_simd_target(0);
}

TEST(FloatExecutorTest, EqualsPlainLoopsOnEveryTarget) {
  for (const graph::Graph& graph : networks(150)) expect_equal_on_every_target(graph);
}

// Around every width and height of a register tile: each sum as one after another, and nothing
// written beside it.
TEST(FloatKernelsTest, EveryShapeOfTileOnEveryTarget) {
  constexpr std::int64_t kDepth = 5;
  constexpr std::int64_t kBeside = 3;
  constexpr float kUntouched = 7777;
  for (const std::int64_t n : {1, 3, 4, 15, 16, 17, 32, 33, 48, 49, 63, 64, 65, 80, 113, 131}) {
    const std::vector<float> w = test::random_input(static_cast<std::uint64_t>(n), kDepth * n);
    const std::vector<float> bias = test::random_input(static_cast<std::uint64_t>(n + 1), n);
    const FloatWeights weights(w.data(), bias.data(), kDepth, n, -0.5F, 0.75F);
    for (std::int64_t rows = 1; rows <= 26; rows += rows < 14 ? 1 : 3) {
      const std::vector<float> x =
          test::random_input(static_cast<std::uint64_t>(n + rows), rows * kDepth);
      std::vector<float> expected(static_cast<std::size_t>(rows * (n + kBeside)), kUntouched);
      for (std::int64_t i = 0; i < rows * n; ++i) {
        float sum = bias[static_cast<std::size_t>(i % n)];
        for (std::int64_t k = 0; k < kDepth; ++k) {
          const float product = x[static_cast<std::size_t>(i / n * kDepth + k)] *
                                w[static_cast<std::size_t>(i % n * kDepth + k)];
          sum = sum + product;
        }
        expected[static_cast<std::size_t>(i / n * (n + kBeside) + i % n)] =
            clamped(sum, -0.5F, 0.75F);
      }
      for (const std::int64_t target : arith::simd_targets()) {
        arith::use_simd_target(target);
        std::vector<float> out(expected.size(), kUntouched);
        multiply_rows(x.data(), kDepth, rows, weights, out.data(), n + kBeside);
        EXPECT_EQ(out, expected) << rows << " rows, " << n << " channels";
      }
      arith::use_simd_target(0);
    }
  }
}

TEST(FloatKernelsTest, EveryNumberOfDepthwiseChannelsOnEveryTarget) {
  constexpr std::int64_t kRows = 5;
  for (const std::int64_t taps : {4, 9}) {
    for (std::int64_t n = 1; n < 80; ++n) {
      const auto seed = static_cast<std::uint64_t>(n);
      const std::vector<float> w = test::random_input(seed, n * taps);
      const std::vector<float> bias = test::random_input(seed + 1, n);
      const std::vector<float> x = test::random_input(seed + 2, (kRows + taps) * n);
      const FloatWeights weights(w.data(), bias.data(), taps, n, -0.5F, 0.75F);
      std::vector<const float*> pointers;
      std::vector<float> expected;
      for (std::int64_t row = 0; row < kRows; ++row) {
        for (std::int64_t t = 0; t < taps; ++t) pointers.push_back(x.data() + (row + t) * n);
        for (std::int64_t c = 0; c < n; ++c) {
          float sum = bias[static_cast<std::size_t>(c)];
          for (std::int64_t t = 0; t < taps; ++t) {
            const float product = x[static_cast<std::size_t>((row + t) * n + c)] *
                                  w[static_cast<std::size_t>(c * taps + t)];
            sum = sum + product;
          }
          expected.push_back(clamped(sum, -0.5F, 0.75F));
        }
      }
      for (const std::int64_t target : arith::simd_targets()) {
        arith::use_simd_target(target);
        std::vector<float> out(expected.size());
        multiply_depthwise(pointers.data(), kRows, weights, out.data(), n);
        EXPECT_EQ(out, expected) << taps << " taps, " << n << " channels";
      }
      arith::use_simd_target(0);
    }
  }
}

TEST(FloatExecutorTest, ClampsChannelsOnTheirOwn) {
  for (const std::int64_t groups : {1, 6}) {
    graph::Graph graph = single_conv({5, 4, 6}, conv(6, 6, 3, groups));
    graph.nodes[1].activation = {-0.5, 0.75};
    for (int c = 0; c < 6; ++c) graph.nodes[1].channel_activations.push_back({-0.1 * c, 0.15 * c});
    expect_equal_on_every_target(graph);
  }
}

TEST(FloatExecutorTest, RunsUnpreparedGraphsToo) {
  graph::Graph graph;
  graph.name = "unprepared";
  const graph::Shape in{3, 4, 5};
  graph.nodes.push_back({"input", graph::Input{}, {}, in, {}});
  graph.nodes.push_back({"pad", graph::Pad{1, 2, 0, 3, -0.25}, {0}, {4, 9, 5}, {}});
  graph::BatchNorm norm;
  norm.gamma = {1, 2, -3, 0.5, 0};
  norm.beta = {0, 1, 2, 3, 4};
  norm.mean = {0.5, 0, -0.5, 1, 1};
  norm.variance = {1, 2, 0, 4, 5};
  graph.nodes.push_back({"norm", norm, {1}, {4, 9, 5}, {}});
  graph.nodes.push_back({"clamp", graph::Clamp{}, {2}, {4, 9, 5}, {0.0, 1.5}});
  graph.outputs = {3};
  expect_equal_on_every_target(graph);
}

TEST(FloatExecutorTest, SumsInTheOrderPromised) {
  // 2^24 + 1 is lost, so the order shows: from the bias, ascending, nothing paired.
  graph::Conv gemm = conv(4, 1, 1);
  gemm.kind = graph::ConvKind::gemm;
  graph::Graph graph = single_conv({1, 1, 4}, gemm);
  auto& layer = std::get<graph::Conv>(graph.nodes[1].op);
  graph.nodes[1].activation = {};
  layer.bias = {16777216};
  layer.weights_ohwi = {1, 1, -16777216, 1};
  FloatExecutor executor(graph);
  const std::vector<float> ones(4, 1.0F);
  EXPECT_EQ(executor.run(ones.data())[0], 1.0F);  // exactly 3: the first two ones are lost
}

TEST(FloatExecutorTest, MultipliesAndAddsApart) {
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; rounded first it is 1 + 2^-11, and nothing is left.
  graph::Graph graph = single_conv({1, 1, 1}, conv(1, 1, 1));
  auto& layer = std::get<graph::Conv>(graph.nodes[1].op);
  graph.nodes[1].activation = {};
  const float x = 1 + 0x1p-12F;
  layer.weights_ohwi = {x};
  layer.bias = {-(1 + 0x1p-11F)};
  for (const std::int64_t target : arith::simd_targets()) {
    arith::use_simd_target(target);
    FloatExecutor executor(graph);
    EXPECT_EQ(executor.run(&x)[0], 0.0F) << arith::simd_target_name();
  }
  arith::use_simd_target(0);
}

TEST(FloatExecutorTest, RefusesGraphsItCannotRun) {
  graph::Graph graph = single_conv({4, 5, 3}, conv(3, 7, 3));
  graph::Graph no_output = graph;
  no_output.outputs.clear();
  EXPECT_THROW(FloatExecutor{no_output}, base::InternalError);
  graph::Graph no_input = graph;
  no_input.nodes[0].op = graph::Clamp{};
  EXPECT_THROW(FloatExecutor{no_input}, base::InternalError);
}

TEST(FloatExecutorTest, InputsLieOneBehindTheOther) {
  graph::Graph both = single_conv({2, 3, 1}, conv(1, 2, 1));
  graph::Node second = both.nodes[0];
  second.name = "second";
  second.shape = {1, 1, 2};
  both.nodes.push_back(second);
  both.outputs = {1, 2};
  const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};
  FloatExecutor executor(both);
  EXPECT_EQ(executor.input_elements(), 8);
  executor.run(values.data());
  EXPECT_EQ(executor.output(1)[0], 7);
  EXPECT_EQ(executor.output(1)[1], 8);
  FloatExecutor alone(single_conv({2, 3, 1}, conv(1, 2, 1)));
  const float* expected = alone.run(values.data());
  for (std::int64_t i = 0; i < 12; ++i) EXPECT_EQ(executor.output(0)[i], expected[i]);
}

}  // namespace
}  // namespace npusim::execute
