// SPDX-License-Identifier: Apache-2.0
// Passes over the float graph: pure functions, each takes a verified graph and returns an equal one
// in the sense of real arithmetic. A pass leaves no dead nodes. The layers keep the names of the
// nodes that did the arithmetic (a Conv with its BatchNorm and Clamp is named as the Conv).
#pragma once

#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::graph {

/// Products of a value with its gate, where nothing else reads the gate, into one Lookup:
/// `x * sigmoid(x)` is silu, `x * hard_sigmoid(x)` with alpha 1/6 and beta 1/2 hard_swish,
/// `x * tanh(softplus(x))` mish. A hard_sigmoid may be written out as sum, limits and division
/// (`clamp(x + 3, 0, 6) / 6`), the division also behind the product; alone it becomes a Lookup too.
Graph fuse_lookups(Graph graph);

/// A Conv that only picks channels (1x1, one weight of 1 for each output, the others 0) into the
/// Conv that reads it, whose weights spread over the channels picked from, where these are no more
/// than both had.
Graph fuse_channel_picks(Graph graph);

/// BatchNorm into the Conv or BatchNorm before it, in double, each result rounded once to float:
/// `a_c = gamma_c / sqrt(var_c + eps)`, `W *= a_c`, `b = beta_c - (mean_c - b_c) * a_c`.
/// Where that is something else, or others read its raw result: into the Conv behind it, where
/// nothing else reads the BatchNorm and no padding mixes with its offset; else it becomes a
/// depthwise 1x1 Conv with weights a_c. Throws InputError where a folded value is not finite.
Graph fold_batch_norm(Graph graph);

/// Clamp into its producer, where nothing else reads the producer's unclamped result. Otherwise,
/// and after an Input or Pad, the Clamp becomes a 1x1 max Pool with that activation: exact, because
/// the largest of one value is the value, in float and in codes alike. Clamps without limits
/// vanish.
Graph fuse_activations(Graph graph);

/// Pad into the window of the operator that reads it, where that is exact:
/// - value 0 into a Conv;
/// - value 0 into an average Pool that counts its padding, or that has none (it then counts it);
/// - into a max Pool, where no padded cell can win: the value is -inf or not above anything the
///   producer can give, and each window still holds a real cell.
/// A Pad of value 0 that fits nowhere becomes a depthwise 1x1 Conv of weights 1 with these pads.
/// Any other is refused: InputError naming all of them.
Graph fuse_pads(Graph graph);

/// A quantization that the model gives for one tensor is taken over by those that have none and
/// lose nothing by it: by the only reader's input of a max Pool, Concat or Pad (each passes values
/// on), and by a max Pool or Pad from its input.
Graph spread_quantization(Graph graph);

/// A max Pool passes codes on, so where the model gives its output another quantization than its
/// input's, a Lookup of the identity does the change: in place of a 1x1 Pool, else behind the Pool
/// under the name NAME_requantize.
Graph insert_requantization(Graph graph);

/// Drops what no output depends on; Inputs stay.
Graph remove_dead_nodes(Graph graph);

struct Pass {
  const char* name;
  Graph (*run)(Graph);
  bool computes_weights;  // others move them, or write ones
};

/// What `prepare` runs, in order.
const std::vector<Pass>& passes();

/// Verifies the graph (InputError), then runs all passes with the verifier after each one: a
/// finding there is an InternalError that names the pass. Values are looked at where a pass
/// computes some, and once more in the end. Only Input, Conv, Add, Mul, Concat, Pool
/// and Lookup remain; an Input's activation is the identity.
Graph prepare(Graph graph);

}  // namespace npusim::graph
