// SPDX-License-Identifier: Apache-2.0
// The integer network evaluated exactly, layer by layer: what the machine must compute.
//
// The rules are those of docs/arithmetic.md. Where the quantizer has proved that no prefix of a
// sum leaves the hardware's accumulator (rule 7), sums are formed modulo 2^32 in any order; the
// plain executor checks it on every sum. A layer of a saturating or wrapping machine without that
// proof adds product after product in the machine's order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "frontend/execute/layer_plan.h"
#include "frontend/graph/quantized_graph.h"

namespace npusim::execute {

using IntegerObserver = Observer<std::int8_t>;

/// Runs one image at a time. A copy shares the prepared weights and has buffers of its own: one
/// copy per thread. Allocates nothing per image once the first has run.
class IntegerExecutor {
 public:
  /// graph: as the quantizer makes it; it need not outlive this. Throws
  /// base::InternalError where a parameter is out of its range or missing, naming it.
  explicit IntegerExecutor(const graph::QuantizedGraph& graph);

  /// input: the codes of the input nodes' tensors, NHWC, one behind the other in the order of the
  /// nodes, each in its own quantization, kept alive by the caller during the call. The observer
  /// sees every node's tensor in that order. Result: the first output's tensor, valid until the
  /// next run.
  const std::int8_t* run(const std::int8_t* input, const IntegerObserver& observer = {}) {
    return runner_.run(input, observer);
  }

  /// Tensor of the i-th output after a run.
  const std::int8_t* output(std::size_t i) const {
    return runner_.tensor(runner_.plan().outputs.at(i));
  }

  /// Additions of the last run that the accumulator did not hold, by node.
  const std::vector<std::int64_t>& overflows() const { return runner_.overflows(); }

  /// Of all input nodes together.
  std::int64_t input_elements() const { return runner_.plan().input_elements; }
  std::int64_t output_elements(std::size_t i = 0) const {
    return elements(runner_.plan().outputs.at(i));
  }

 private:
  std::int64_t elements(graph::NodeId node) const {
    return runner_.plan().elements[static_cast<std::size_t>(node)];
  }

  LayerRunner<std::int8_t> runner_;
};

}  // namespace npusim::execute
