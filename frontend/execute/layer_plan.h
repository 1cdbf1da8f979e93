// SPDX-License-Identifier: Apache-2.0
// What the float and the integer executor share: prepared layers, buffers by lifetime, one way to
// run them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frontend/graph/graph.h"
#include "sim/base/errors.h"

namespace npusim::execute {

/// Called after each node in order with its tensor, NHWC; the values are gone when it returns.
template <class T>
using Observer = std::function<void(graph::NodeId node, const T* values, std::int64_t count)>;

/// Memory that layers work in; each grows to what the largest layer needs, then stays.
template <class T>
struct Scratch {
  std::vector<float> float_rows;
  std::vector<std::int8_t> rows;
  std::vector<std::uint8_t> products;  // what the products work in
  std::vector<std::int32_t> accumulators;
  std::vector<const T*> taps;
  std::int64_t overflows = 0;  // a layer adds its own: additions that its accumulators did not hold
};

template <class V>
V* grown(std::vector<V>& memory, std::int64_t count) {
  if (memory.size() < static_cast<std::size_t>(count))
    memory.resize(static_cast<std::size_t>(count));
  return memory.data();
}

/// One node, prepared: weights packed, tables filled. Immutable; shared by all threads.
template <class T>
class Layer {
 public:
  virtual ~Layer() = default;
  /// inputs: one pointer per input of the node; out overlaps none of them.
  virtual void run(const T* const* inputs, T* out, Scratch<T>& scratch) const = 0;
};

/// Which buffer each tensor lives in: one is given again when its last reader has run. The
/// network's outputs keep theirs; its inputs have none (buffer -1).
struct BufferPlan {
  std::vector<std::int32_t> buffer_of_node;
  std::vector<std::int64_t> buffer_elements;
};
BufferPlan plan_buffers(const std::vector<std::vector<graph::NodeId>>& inputs,
                        const std::vector<std::int64_t>& elements,
                        const std::vector<graph::NodeId>& outputs,
                        const std::vector<graph::NodeId>& network_inputs);

template <class T>
struct LayerPlan {
  std::vector<std::unique_ptr<const Layer<T>>> layers;  // none for input nodes
  std::vector<std::vector<graph::NodeId>> inputs;
  std::vector<std::int64_t> elements;
  std::vector<graph::NodeId> outputs;
  std::vector<graph::NodeId> network_inputs;
  std::int64_t input_elements = 0;  // of all network inputs
  BufferPlan buffers;

  /// Prepares a graph of either kind; make(graph, node id) makes the layer of a node.
  template <class Graph, class Make>
  static std::shared_ptr<const LayerPlan> of(const Graph& graph, const Make& make);
};

/// The tensors of one image in flight.
template <class T>
class LayerRunner {
 public:
  explicit LayerRunner(std::shared_ptr<const LayerPlan<T>> plan);
  LayerRunner(const LayerRunner& other) : LayerRunner(other.plan_) {}
  LayerRunner& operator=(const LayerRunner&) = delete;

  /// input: the tensors of all input nodes, one behind the other.
  const T* run(const T* input, const Observer<T>& observer);

  // The same node by node: start(), then step() for each node in order.

  void start(const T* input);
  /// Computes node `id`, by `instead` where given, and returns its tensor; nullptr for an input
  /// node, whose tensor is there. What is changed in the tensor, later nodes see.
  T* step(graph::NodeId id, const Layer<T>* instead = nullptr);
  /// Stands where `other` stands, a runner of the same plan: later steps read its tensors, so it
  /// must not step before this is done.
  void follow(const LayerRunner& other) { tensors_ = other.tensors_; }

  const LayerPlan<T>& plan() const { return *plan_; }
  const T* tensor(graph::NodeId node) const { return tensors_[static_cast<std::size_t>(node)]; }
  /// By node, of its last step.
  const std::vector<std::int64_t>& overflows() const { return overflows_; }

 private:
  std::shared_ptr<const LayerPlan<T>> plan_;
  std::vector<std::vector<T>> buffers_;
  std::vector<const T*> tensors_;
  std::vector<const T*> inputs_;  // of the layer that runs
  std::vector<std::int64_t> overflows_;
  Scratch<T> scratch_;
};

template <class T>
template <class Graph, class Make>
std::shared_ptr<const LayerPlan<T>> LayerPlan<T>::of(const Graph& graph, const Make& make) {
  auto plan = std::make_shared<LayerPlan>();
  plan->outputs = graph.outputs;
  for (graph::NodeId id = 0; id < static_cast<graph::NodeId>(graph.nodes.size()); ++id) {
    const auto& node = graph.node(id);
    plan->inputs.push_back(node.inputs);
    plan->elements.push_back(node.shape.elements());
    if (!std::holds_alternative<graph::Input>(node.op)) continue;
    plan->network_inputs.push_back(id);
    plan->input_elements += plan->elements.back();
  }
  if (plan->network_inputs.empty() || plan->outputs.empty()) {
    throw base::InternalError("graph '" + graph.name + "': must have an input and an output");
  }
  for (graph::NodeId id = 0; id < static_cast<graph::NodeId>(graph.nodes.size()); ++id) {
    const bool is_input = std::holds_alternative<graph::Input>(graph.node(id).op);
    plan->layers.push_back(is_input ? nullptr : make(graph, id));
  }
  plan->buffers = plan_buffers(plan->inputs, plan->elements, plan->outputs, plan->network_inputs);
  return plan;
}

template <class T>
LayerRunner<T>::LayerRunner(std::shared_ptr<const LayerPlan<T>> plan)
    : plan_(std::move(plan)), overflows_(plan_->layers.size()) {
  for (const std::int64_t elements : plan_->buffers.buffer_elements) {
    buffers_.emplace_back(static_cast<std::size_t>(elements));
  }
  for (const std::int32_t buffer : plan_->buffers.buffer_of_node) {
    tensors_.push_back(buffer < 0 ? nullptr : buffers_[static_cast<std::size_t>(buffer)].data());
  }
}

template <class T>
void LayerRunner<T>::start(const T* input) {
  for (const graph::NodeId id : plan_->network_inputs) {
    tensors_[static_cast<std::size_t>(id)] = input;
    input += plan_->elements[static_cast<std::size_t>(id)];
  }
}

template <class T>
T* LayerRunner<T>::step(graph::NodeId id, const Layer<T>* instead) {
  const auto at = static_cast<std::size_t>(id);
  const Layer<T>* layer = instead != nullptr ? instead : plan_->layers[at].get();
  if (layer == nullptr) return nullptr;
  inputs_.clear();
  for (const graph::NodeId from : plan_->inputs[at]) inputs_.push_back(tensor(from));
  T* out = buffers_[static_cast<std::size_t>(plan_->buffers.buffer_of_node[at])].data();
  scratch_.overflows = 0;
  layer->run(inputs_.data(), out, scratch_);
  overflows_[at] = scratch_.overflows;
  tensors_[at] = out;
  return out;
}

template <class T>
const T* LayerRunner<T>::run(const T* input, const Observer<T>& observer) {
  start(input);
  for (std::size_t id = 0; id < tensors_.size(); ++id) {
    const auto node = static_cast<graph::NodeId>(id);
    step(node);
    if (observer) observer(node, tensors_[id], plan_->elements[id]);
  }
  return tensor(plan_->outputs.front());
}

}  // namespace npusim::execute
