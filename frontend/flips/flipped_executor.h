// SPDX-License-Identifier: Apache-2.0
// The integer network evaluated with flipped bits, layer by layer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "frontend/execute/integer_executor.h"
#include "frontend/execute/layer_plan.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/faults/fault_site.h"

namespace npusim::flips {

/// Runs one image at a time. A copy shares the prepared layers and has buffers of its own: one copy
/// per thread.
class FlippedExecutor {
 public:
  /// Without faults first. counts_overflows as unproved(); `graph` need not outlive this.
  explicit FlippedExecutor(const graph::QuantizedGraph& graph, bool counts_overflows = false);

  /// The stored bits (config::is_stored) that are flipped in every image from now on, in place of
  /// those before.
  void set_stored(const std::vector<faults::FaultSite>& sites);

  /// As IntegerExecutor::run. passing: the bits of activations and accumulators that flip in this
  /// image; one that is there twice flips back.
  const std::int8_t* run(const std::int8_t* input, const std::vector<faults::FaultSite>& passing,
                         const execute::IntegerObserver& observer = {});

  /// Tensor of the i-th output after a run.
  const std::int8_t* output(std::size_t i) const {
    return runner_.tensor(runner_.plan().outputs.at(i));
  }
  const std::vector<std::int64_t>& overflows() const { return runner_.overflows(); }
  std::int64_t input_elements() const { return runner_.plan().input_elements; }
  std::int64_t output_elements() const {
    return runner_.plan().elements[static_cast<std::size_t>(runner_.plan().outputs.front())];
  }
  /// As it is evaluated without flips.
  const graph::QuantizedGraph& graph() const { return *graph_; }

 private:
  struct Stored {
    graph::QuantizedNode node;
    std::unique_ptr<const execute::Layer<std::int8_t>> layer;
  };
  void apply_passing(graph::NodeId id, const std::vector<faults::FaultSite>& sites,
                     std::int8_t* tensor);

  std::shared_ptr<const graph::QuantizedGraph> graph_;
  execute::LayerRunner<std::int8_t> runner_;
  std::map<graph::NodeId, std::shared_ptr<const Stored>> stored_;
};

}  // namespace npusim::flips
