// SPDX-License-Identifier: Apache-2.0
// What the passes share: who reads a node, the replacement of a node by an earlier one, and the
// convolution that changes nothing.
#pragma once

#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::graph {

/// Walks a graph in order while a pass alters it in place:
///
///     Rewriter rewriter(graph);
///     for (NodeId id = 0; id < rewriter.size(); ++id) {
///       Node& node = rewriter.visit(id);            // its inputs are those after replacement
///       if (...) rewriter.replace(id, earlier_id);  // whoever read `id` reads `earlier_id`
///     }
///     return rewriter.finish();
class Rewriter {
 public:
  /// Takes the graph over for the time of the pass.
  explicit Rewriter(Graph graph);

  NodeId size() const { return static_cast<NodeId>(graph_.nodes.size()); }
  Node& node(NodeId id) { return graph_.nodes.at(static_cast<std::size_t>(id)); }
  Node& visit(NodeId id);
  /// True where `id` is no output and exactly one input of one node reads it.
  bool has_single_reader(NodeId id) const;
  /// True where a pass may compute the reader without this tensor: it has a single reader, and the
  /// model does not round it to codes of its own.
  bool may_vanish(NodeId id) const;
  /// For a node that changes no value of its input `to`: makes the quantization that the model
  /// gives it that of `to` and returns true, where `to` has the same, or none and no other reader.
  bool pass_quantization_to(NodeId to, const Node& from);
  void replace(NodeId id, NodeId by);
  /// One reader of `id` fewer, one of `by` more: for a node whose input the pass moves by hand.
  void move_reader(NodeId id, NodeId by);
  /// For a node that gains or loses inputs.
  void add_reader(NodeId id);
  void remove_reader(NodeId id);
  bool is_read(NodeId id) const;
  /// The graph with outputs replaced and without dead nodes.
  Graph finish();

 private:
  struct Uses {
    std::int64_t readers = 0;
    bool is_output = false;
  };
  Graph graph_;
  std::vector<NodeId> replacement_;
  std::vector<Uses> uses_;
};

/// A depthwise 1x1 Conv with weights 1 and bias 0.
Conv identity_conv(std::int64_t channels);

}  // namespace npusim::graph
