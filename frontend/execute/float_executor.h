// SPDX-License-Identifier: Apache-2.0
// The float network evaluated with the same bits on every machine.
//
// Order of operations: a convolution sums from its bias over kernel row, kernel column, input
// channel, multiplication and addition apart; a padded tap adds 0 * weight (weights are finite, so
// only the sign of a zero can tell). Average pooling sums the real cells of its window in the same
// order and divides. Nothing depends on the instruction set, the compiler or the number of threads.
#pragma once

#include <cstdint>

#include "frontend/execute/layer_plan.h"
#include "frontend/graph/graph.h"

namespace npusim::execute {

using FloatObserver = Observer<float>;

/// Runs one image at a time. A copy shares the prepared weights and has buffers of its own: one
/// copy per thread. Allocates nothing per image once the first has run.
class FloatExecutor {
 public:
  /// graph: verified, every operator (folded graphs are faster); it need not outlive this.
  /// Throws base::InternalError where there is no input or no output.
  explicit FloatExecutor(const graph::Graph& graph);

  /// input: the tensors of the input nodes, NHWC, one behind the other in the order of the nodes
  /// (most networks have one), kept alive by the caller during the call. The observer sees every
  /// node's tensor in that order. Result: the first output's tensor, valid until the next run.
  const float* run(const float* input, const FloatObserver& observer = {}) {
    return runner_.run(input, observer);
  }

  /// Tensor of the i-th output after a run.
  const float* output(std::size_t i) const { return runner_.tensor(runner_.plan().outputs.at(i)); }

  /// Of all input nodes together.
  std::int64_t input_elements() const { return runner_.plan().input_elements; }
  std::int64_t output_elements(std::size_t i = 0) const {
    return elements(runner_.plan().outputs.at(i));
  }

 private:
  std::int64_t elements(graph::NodeId node) const {
    return runner_.plan().elements[static_cast<std::size_t>(node)];
  }

  LayerRunner<float> runner_;
};

}  // namespace npusim::execute
