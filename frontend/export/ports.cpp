// SPDX-License-Identifier: Apache-2.0
#include "frontend/export/ports.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::exporter {
namespace {

// A port whose first dimension is not the batch keeps the model at one image.
bool begins_with_batch(const import::Port& port) {
  return port.dims.size() > 1 && port.dims.front() == 1;
}

Dims dims_of(const graph::Shape& shape, Form form) {
  if (form == Form::vector) return {1, shape.channels};
  return {1, shape.channels, shape.height, shape.width};
}

}  // namespace

Ports::Ports(ModelWriter& model, const graph::Graph& graph, const import::Interface& interface)
    : model_(model), graph_(graph), interface_(interface) {
  has_symbolic_batch_ = interface.has_symbolic_batch;
  for (const auto* ports : {&interface.inputs, &interface.outputs}) {
    for (const import::Port& port : *ports) {
      model.reserve_tensor(port.name);
      has_symbolic_batch_ = has_symbolic_batch_ && begins_with_batch(port);
    }
  }
  std::vector<graph::NodeId> inputs;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (std::holds_alternative<graph::Input>(graph.nodes[i].op)) {
      inputs.push_back(static_cast<graph::NodeId>(i));
    }
  }
  for (const import::Port& port : interface.inputs) inputs_[inputs.at(port.tensor)] = &port;
  if (inputs_.size() != inputs.size()) {
    throw base::InternalError("to_onnx: " + std::to_string(inputs.size()) + " inputs, but " +
                              std::to_string(inputs_.size()) + " ports");
  }
}

Dims Ports::with_batch(const Dims& dims) const {
  Dims result = dims;
  if (has_symbolic_batch_) result.front() = kSymbolicBatch;
  return result;
}

std::string Ports::reshaped(const std::string& from, const std::string& wanted, const Dims& dims) {
  Dims target = dims;
  if (has_symbolic_batch_) target.front() = 0;  // as it is
  std::string to = model_.tensor(wanted);
  model_.node("Reshape", {from, model_.ints(to + "_dims", target)}, to);
  return to;
}

std::string Ports::write_input(graph::NodeId id) {
  const import::Port& port = *inputs_.at(id);
  model_.input(port.name, with_batch(port.dims));
  const graph::Shape& shape = graph_.node(id).shape;
  std::string name = port.name;
  if (port.has_channels_last) {
    name = model_.tensor(port.name + "_channels_first");
    model_.node("Transpose", {port.name}, name, {{"perm", Dims{0, 3, 1, 2}}});
    return name;
  }
  const Dims dims = dims_of(shape, Form::map);
  return port.dims == dims ? name : reshaped(name, port.name + "_map", dims);
}

bool Ports::is_output_of(const import::Port& port, graph::NodeId id, Form form) const {
  return graph_.outputs.at(port.tensor) == id && !port.has_channels_last &&
         port.dims == dims_of(graph_.node(id).shape, form);
}

const std::string& Ports::name_tensor(graph::NodeId id, Form form) {
  const auto port = std::find_if(interface_.outputs.begin(), interface_.outputs.end(),
                                 [&](const auto& each) { return is_output_of(each, id, form); });
  forms_.push_back(form);
  names_.push_back(port != interface_.outputs.end() ? port->name
                                                    : model_.tensor(graph_.node(id).name));
  return names_.back();
}

std::string Ports::tensor(graph::NodeId id, Form form) {
  const std::string& name = names_.at(static_cast<std::size_t>(id));
  if (this->form(id) == form) return name;
  std::string& other = others_[id];
  if (other.empty()) {
    if (form == Form::map) {
      other = reshaped(name, name + "_map", dims_of(graph_.node(id).shape, form));
    } else {
      other = model_.tensor(name + "_flat");
      model_.node("Flatten", {name}, other, {{"axis", std::int64_t{1}}});
    }
  }
  return other;
}

void Ports::write_outputs() {
  for (const import::Port& port : interface_.outputs) {
    model_.output(port.name, with_batch(port.dims));
    const graph::NodeId id = graph_.outputs.at(port.tensor);
    if (names_.at(static_cast<std::size_t>(id)) != port.name) write_output(port, id);
  }
}

void Ports::write_output(const import::Port& port, graph::NodeId id) {
  const graph::Shape& shape = graph_.node(id).shape;
  std::string from = names_.at(static_cast<std::size_t>(id));
  Dims dims = dims_of(shape, form(id));
  if (port.has_channels_last) {
    dims = {1, shape.height, shape.width, shape.channels};
    const std::string map = tensor(id, Form::map);
    from = dims == port.dims ? port.name : model_.tensor(port.name + "_channels_last");
    model_.node("Transpose", {map}, from, {{"perm", Dims{0, 2, 3, 1}}});
    if (from == port.name) return;
  }
  if (dims == port.dims) return model_.node("Identity", {from}, port.name);
  Dims target = port.dims;
  if (has_symbolic_batch_) target.front() = 0;
  model_.node("Reshape", {from, model_.ints(port.name + "_dims", target)}, port.name);
}

}  // namespace npusim::exporter
