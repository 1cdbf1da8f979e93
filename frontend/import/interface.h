// SPDX-License-Identifier: Apache-2.0
// The tensors that go into and come out of a model, as its file has them: what the graph, which
// keeps every tensor as height, width, channel, does not say.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/layout.h"

namespace npusim::import {

struct Port {
  std::string name;
  /// Of batch 1.
  Dims dims;
  /// Values lie in height, width, channel order; else in channel, height, width order.
  bool has_channels_last = false;
  /// An input: which of the graph's Inputs. An output: index into Graph::outputs; two of a model's
  /// outputs may be the same tensor.
  std::size_t tensor = 0;
};

struct Interface {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  bool has_symbolic_batch = false;
};

/// Of a graph that no file stands behind: [1, C, H, W], or [1, C] for a gemm's result, named as the
/// layers.
Interface default_interface(const graph::Graph& graph);

}  // namespace npusim::import
