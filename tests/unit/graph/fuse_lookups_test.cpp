// SPDX-License-Identifier: Apache-2.0
// Gates and what they are multiplied with, as exporters write them, against the functions they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontend/graph/passes.h"
#include "frontend/graph/verify.h"
#include "tests/unit/graph/graph_helpers.h"

namespace npusim {
namespace {

using graph::Function;
using graph::NodeId;
using testing::DoubleNear;
using testing::IsEmpty;
using testing::Pointwise;

constexpr graph::Activation kSix{0.0, 6.0};

// A network that starts with a convolution, so that what it gates is no input.
class Gated {
 public:
  Gated() : x_(writer_.add("conv", test::random_conv(3, 4, 1), {0})) {}

  NodeId x() const { return x_; }
  NodeId add(graph::Operator op, std::vector<NodeId> inputs,
             const graph::Activation& activation = {}) {
    return writer_.add("n" + std::to_string(++count_), std::move(op), std::move(inputs),
                       activation);
  }
  NodeId line(NodeId from, float scale, float offset) {
    return add(graph::BatchNorm{std::vector<float>(4, scale), std::vector<float>(4, offset),
                                std::vector<float>(4, 0), std::vector<float>(4, 1), 0},
               {from});
  }
  NodeId lookup(NodeId from, Function function, double alpha = 0, double beta = 0) {
    return add(graph::Lookup{function, alpha, beta}, {from});
  }
  NodeId relu6_of_three_more(NodeId from) { return add(graph::Clamp{}, {line(from, 1, 3)}, kSix); }

  // The lookups of the prepared graph; checks that its values are those of the imported one.
  std::vector<Function> functions(std::vector<NodeId> outputs, std::size_t layers) {
    const graph::Graph before = writer_.finish(std::move(outputs));
    EXPECT_THAT(graph::findings(before), IsEmpty());
    const graph::Graph after = graph::prepare(before);
    EXPECT_EQ(after.nodes.size(), layers + 2) << "input, conv and layers";
    auto input = test::random_input(before);
    for (double& value : input) value *= 20;
    EXPECT_THAT(test::first_output(after, input),
                Pointwise(DoubleNear(2e-5), test::first_output(before, input)));
    std::vector<Function> found;
    for (const graph::Node& node : after.nodes) {
      if (const auto* op = std::get_if<graph::Lookup>(&node.op)) found.push_back(op->function);
    }
    return found;
  }

 private:
  test::GraphWriter writer_{{3, 3, 3}};
  int count_ = 0;
  NodeId x_;
};

using Functions = std::vector<Function>;

TEST(FuseLookups, ProductsWithTheirGates) {
  for (const bool gate_first : {false, true}) {
    const auto product = [&](Gated& net, NodeId gate) {
      return gate_first ? net.add(graph::Mul{}, {gate, net.x()})
                        : net.add(graph::Mul{}, {net.x(), gate});
    };
    Gated silu;
    EXPECT_EQ(silu.functions({product(silu, silu.lookup(silu.x(), Function::sigmoid))}, 1),
              Functions{Function::silu});
    Gated swish;
    const auto gate =
        swish.lookup(swish.x(), Function::hard_sigmoid, static_cast<double>(1.0F / 6), 0.5);
    EXPECT_EQ(swish.functions({product(swish, gate)}, 1), Functions{Function::hard_swish});
    Gated mish;
    const auto inner = mish.lookup(mish.x(), Function::softplus);
    EXPECT_EQ(mish.functions({product(mish, mish.lookup(inner, Function::tanh))}, 1),
              Functions{Function::mish});
  }
}

TEST(FuseLookups, HardSwishWrittenOut) {
  Gated divided_gate;
  auto gate = divided_gate.line(divided_gate.relu6_of_three_more(divided_gate.x()), 1.0F / 6, 0);
  auto y = divided_gate.add(graph::Mul{}, {divided_gate.x(), gate});
  EXPECT_EQ(divided_gate.functions({y}, 1), Functions{Function::hard_swish});

  Gated divided_product;
  gate = divided_product.relu6_of_three_more(divided_product.x());
  y = divided_product.line(divided_product.add(graph::Mul{}, {gate, divided_product.x()}), 1.0F / 6,
                           0);
  EXPECT_EQ(divided_product.functions({y}, 1), Functions{Function::hard_swish});

  // Relu and Min apart, and no division: six times the function.
  Gated two_limits;
  const auto relu =
      two_limits.add(graph::Clamp{}, {two_limits.line(two_limits.x(), 1, 3)}, {0.0, 1.0 / 0.0});
  gate = two_limits.add(graph::Clamp{}, {relu}, {-1.0 / 0.0, 6.0});
  y = two_limits.add(graph::Mul{}, {two_limits.x(), gate});
  EXPECT_EQ(two_limits.functions({y}, 2), Functions{Function::hard_swish});
}

TEST(FuseLookups, HardSigmoidWrittenOutAlone) {
  Gated net;
  const auto gate = net.line(net.relu6_of_three_more(net.x()), 1.0F / 6, 0);
  EXPECT_EQ(net.functions({gate}, 1), Functions{Function::hard_sigmoid});
}

TEST(FuseLookups, WhatOthersReadStays) {
  Gated shared_gate;
  const auto sigmoid = shared_gate.lookup(shared_gate.x(), Function::sigmoid);
  auto y = shared_gate.add(graph::Mul{}, {shared_gate.x(), sigmoid});
  EXPECT_EQ(shared_gate.functions({y, sigmoid}, 2), Functions{Function::sigmoid});

  Gated shared_sum;
  const auto sum = shared_sum.line(shared_sum.x(), 1, 3);
  const auto limits = shared_sum.add(graph::Clamp{}, {sum}, kSix);
  y = shared_sum.add(graph::Mul{}, {shared_sum.x(), limits});
  // Nobody but the limits may be skipped over; the sum is read twice, so the gate's source is it.
  EXPECT_EQ(shared_sum.functions({y, sum}, 3), Functions{});
}

TEST(FuseLookups, OtherGatesAreProducts) {
  Gated other_slope;
  auto gate = other_slope.lookup(other_slope.x(), Function::hard_sigmoid, 0.2, 0.5);
  auto y = other_slope.add(graph::Mul{}, {other_slope.x(), gate});
  EXPECT_EQ(other_slope.functions({y}, 2), Functions{Function::hard_sigmoid});

  Gated other_value;
  const auto relu = other_value.add(graph::Clamp{}, {other_value.x()}, {0.0, 1.0 / 0.0});
  gate = other_value.lookup(other_value.x(), Function::sigmoid);
  y = other_value.add(graph::Mul{}, {relu, gate});
  EXPECT_EQ(other_value.functions({y}, 3), Functions{Function::sigmoid});
}

}  // namespace
}  // namespace npusim
