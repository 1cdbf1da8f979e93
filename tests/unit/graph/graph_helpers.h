// SPDX-License-Identifier: Apache-2.0
// Small graphs, written down node by node.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "frontend/graph/graph.h"
#include "sim/base/errors.h"
#include "tests/support/naive_graph.h"

namespace npusim::test {

/// Appends nodes; each gets the shape that infer_shape gives it.
class GraphWriter {
 public:
  explicit GraphWriter(const graph::Shape& input) {
    graph_.name = "test";
    graph_.nodes.push_back({"input", graph::Input{}, {}, input, {}});
  }

  graph::NodeId add(std::string name, graph::Operator op, std::vector<graph::NodeId> inputs,
                    const graph::Activation& activation = {}) {
    graph::Node node{std::move(name), std::move(op), std::move(inputs), {}, activation};
    std::vector<graph::Shape> shapes;
    for (const graph::NodeId id : node.inputs) shapes.push_back(graph_.node(id).shape);
    node.shape = graph::infer_shape(node, shapes);
    graph_.nodes.push_back(std::move(node));
    return static_cast<graph::NodeId>(graph_.nodes.size()) - 1;
  }

  graph::Graph finish(std::vector<graph::NodeId> outputs) {
    graph_.outputs = std::move(outputs);
    return graph_;
  }

 private:
  graph::Graph graph_;
};

inline graph::Conv random_conv(std::int64_t in, std::int64_t out, std::int64_t kernel,
                               std::int64_t groups = 1) {
  graph::Conv conv;
  conv.kind = graph::conv_kind(in, out, groups);
  conv.window.kernel_h = conv.window.kernel_w = kernel;
  conv.groups = groups;
  conv.in_channels = in;
  conv.out_channels = out;
  conv.weights_ohwi =
      random_floats(static_cast<std::size_t>(out * kernel * kernel * in / groups), 1);
  conv.bias = random_floats(static_cast<std::size_t>(out), 2);
  return conv;
}

inline graph::BatchNorm random_batch_norm(std::size_t channels) {
  graph::BatchNorm norm;
  norm.gamma = random_floats(channels, 3);
  norm.beta = random_floats(channels, 4);
  norm.mean = random_floats(channels, 5);
  for (const float value : random_floats(channels, 6)) norm.variance.push_back(value * value);
  norm.epsilon = 1e-3;
  return norm;
}

inline graph::Pool square_pool(graph::PoolKind kind, std::int64_t kernel, std::int64_t stride) {
  graph::Pool pool;
  pool.kind = kind;
  pool.window.kernel_h = pool.window.kernel_w = kernel;
  pool.window.stride_h = pool.window.stride_w = stride;
  return pool;
}

inline std::vector<double> random_input(const graph::Graph& graph) {
  const auto values = random_floats(static_cast<std::size_t>(graph.node(0).shape.elements()), 7);
  return {values.begin(), values.end()};
}

/// The messages of the InputError that `run` throws; empty where it throws none.
template <typename Run>
std::vector<std::string> refusals(Run run) {
  try {
    run();
  } catch (const base::InputError& error) {
    return error.messages();
  }
  return {};
}

}  // namespace npusim::test
