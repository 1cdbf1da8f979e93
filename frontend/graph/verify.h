// SPDX-License-Identifier: Apache-2.0
// The invariants of a float graph. They hold after import and after every pass.
//
// - at least one node, at most kMaxNodes; at least one Input; at least one output, all distinct
// nodes
// - topological order: every input is an earlier node
// - names are not empty and unique
// - shapes are what infer_shape says; all limits of graph.h hold
// - parameters have the sizes that the operator's fields imply; all are finite; variance + epsilon
// > 0
// - a depthwise_conv has groups == in_channels == out_channels; a gemm a 1x1 window and one group
// - activations have low <= high
// - what the model gives of its quantization: scales finite and above 0, zero points in [-128,
// 127],
//   as many codes and scales as the layer has weights, biases and channels
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::graph {

/// Whether weights are looked at one by one, which takes as long as reading them all from memory.
enum class Look { at_everything, past_values };

/// What is wrong with the graph, one message each; empty where all holds.
std::vector<std::string> findings(const Graph& graph, Look look = Look::at_everything);

bool all_finite(const std::vector<float>& values);

/// Throws base::InputError with all findings where there are any.
void verify(const Graph& graph);

}  // namespace npusim::graph
