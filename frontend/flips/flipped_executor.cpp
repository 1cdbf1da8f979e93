// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/flipped_executor.h"

#include <utility>

#include "frontend/execute/integer_layers.h"
#include "frontend/flips/finished_sum.h"
#include "frontend/flips/flipped_layer.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;

using SitesByLayer = std::map<graph::NodeId, std::vector<FaultSite>>;

SitesByLayer by_layer(const std::vector<FaultSite>& sites) {
  SitesByLayer result;
  for (const FaultSite& site : sites) result[site.layer].push_back(site);
  return result;
}

std::shared_ptr<const execute::LayerPlan<std::int8_t>> plan_of(const graph::QuantizedGraph& graph) {
  return execute::LayerPlan<std::int8_t>::of(graph,
                                             [](const graph::QuantizedGraph& of, graph::NodeId id) {
                                               return execute::make_integer_layer(of, id);
                                             });
}

}  // namespace

FlippedExecutor::FlippedExecutor(const graph::QuantizedGraph& graph, bool counts_overflows)
    : graph_(std::make_shared<const graph::QuantizedGraph>(unproved(graph, counts_overflows))),
      runner_(plan_of(*graph_)) {}

void FlippedExecutor::set_stored(const std::vector<FaultSite>& sites) {
  stored_.clear();
  for (const auto& [id, own] : by_layer(sites)) {
    auto stored = std::make_shared<Stored>();
    stored->node = flipped_node(*graph_, id, own);
    stored->layer = execute::make_integer_layer(*graph_, stored->node);
    stored_[id] = std::move(stored);
  }
}

const std::int8_t* FlippedExecutor::run(const std::int8_t* input,
                                        const std::vector<FaultSite>& passing,
                                        const execute::IntegerObserver& observer) {
  const SitesByLayer flips = by_layer(passing);
  runner_.start(input);
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const auto id = static_cast<graph::NodeId>(i);
    const auto stored = stored_.find(id);
    std::int8_t* tensor =
        runner_.step(id, stored == stored_.end() ? nullptr : stored->second->layer.get());
    const auto own = flips.find(id);
    if (own != flips.end()) apply_passing(id, own->second, tensor);
    if (observer) observer(id, runner_.tensor(id), runner_.plan().elements[i]);
  }
  return output(0);
}

// Sums first: their codes are what the activations' flips then find. A node's input is still there
// when the node is done, as no buffer is given to a node while it is read.
void FlippedExecutor::apply_passing(graph::NodeId id, const std::vector<FaultSite>& sites,
                                    std::int8_t* tensor) {
  const auto stored = stored_.find(id);
  const graph::QuantizedNode& node =
      stored == stored_.end() ? graph_->node(id) : stored->second->node;
  std::map<std::int64_t, std::int32_t> sums;  // by element
  for (const FaultSite& site : sites) {
    if (site.kind != FaultKind::accumulators) continue;
    auto sum = sums.find(site.element);
    if (sum == sums.end()) {
      const std::int8_t* input = runner_.tensor(node.inputs[0]);
      sum = sums.emplace(site.element, finished_sum(*graph_, node, input, site.element)).first;
    }
    sum->second = flipped_signed(sum->second, site.bit, graph_->accumulator.bits);
  }
  for (const auto& [element, sum] : sums)
    tensor[element] = code_of_sum(*graph_, node, element, sum);
  for (const FaultSite& site : sites) {
    if (site.kind == FaultKind::activations)
      tensor[site.element] =
          static_cast<std::int8_t>(flipped_signed(tensor[site.element], site.bit, 8));
  }
}

}  // namespace npusim::flips
