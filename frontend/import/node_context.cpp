// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/node_context.h"

#include <utility>

#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

std::string attribute_type_name(int type) {
  return onnx::AttributeProto::AttributeType_IsValid(type)
             ? onnx::AttributeProto::AttributeType_Name(
                   static_cast<onnx::AttributeProto::AttributeType>(type))
             : std::to_string(type);
}

}  // namespace

void NodeContext::refuse(const std::string& key, const std::string& got,
                         const std::string& must_be) const {
  throw base::InputError(base::refusal("", key, got, must_be));
}

const onnx::AttributeProto* NodeContext::attribute(const std::string& name) const {
  for (const onnx::AttributeProto& candidate : node_.attribute()) {
    if (candidate.name() == name) return &candidate;
  }
  return nullptr;
}

const onnx::AttributeProto* NodeContext::typed(const std::string& name,
                                               onnx::AttributeProto::AttributeType type) const {
  const onnx::AttributeProto* found = attribute(name);
  if (found != nullptr && (found->type() != type || !found->ref_attr_name().empty())) {
    refuse(name, "an attribute of type " + attribute_type_name(found->type()),
           attribute_type_name(type));
  }
  return found;
}

std::int64_t NodeContext::integer(const std::string& name, std::int64_t otherwise) const {
  const auto* found = typed(name, onnx::AttributeProto::INT);
  return found == nullptr ? otherwise : found->i();
}

float NodeContext::number(const std::string& name, float otherwise) const {
  const auto* found = typed(name, onnx::AttributeProto::FLOAT);
  return found == nullptr ? otherwise : found->f();
}

std::string NodeContext::text(const std::string& name, const std::string& otherwise) const {
  const auto* found = typed(name, onnx::AttributeProto::STRING);
  return found == nullptr ? otherwise : printable(found->s());
}

std::vector<std::int64_t> NodeContext::integers(const std::string& name,
                                                std::vector<std::int64_t> otherwise) const {
  const auto* found = typed(name, onnx::AttributeProto::INTS);
  if (found == nullptr) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

bool NodeContext::has_input(int index) const {
  return index < node_.input_size() && !node_.input(index).empty();
}

const Value& NodeContext::value(int index, const std::string& what) const {
  if (!has_input(index)) refuse(what, "no such input", "given");
  const auto found = state_.values.find(node_.input(index));
  if (found == state_.values.end()) {
    refuse(what, "'" + printable(node_.input(index)) + "'",
           "an input, an initializer or the output of an earlier node");
  }
  return found->second;
}

bool NodeContext::is_constant(int index, const std::string& what) const {
  return std::holds_alternative<Constant>(value(index, what));
}

const onnx::TensorProto& NodeContext::constant(int index, const std::string& what) const {
  const Value& found = value(index, what);
  if (std::holds_alternative<Unknown>(found)) throw SkipNode{};
  const auto* tensor = std::get_if<Constant>(&found);
  if (tensor == nullptr) refuse(what, "a computed tensor", "a constant");
  return **tensor;
}

std::vector<float> NodeContext::floats(int index, const std::string& what,
                                       std::int64_t count) const {
  std::vector<float> values = read_floats(constant(index, what));
  if (static_cast<std::int64_t>(values.size()) != count) {
    refuse(what, std::to_string(values.size()) + " values", std::to_string(count));
  }
  return values;
}

std::vector<std::int64_t> NodeContext::constant_integers(int index, const std::string& what) const {
  return read_integers(constant(index, what));
}

Activation NodeContext::passed(int index, const std::string& what) const {
  const Value& found = value(index, what);
  if (std::holds_alternative<Unknown>(found)) throw SkipNode{};
  const auto* result = std::get_if<Activation>(&found);
  if (result == nullptr) refuse(what, "a constant", "a tensor computed from the model's input");
  return *result;
}

Activation NodeContext::activation(int index, const std::string& what) const {
  const Activation result = passed(index, what);
  if (result.is_after_softmax) {
    refuse(what, "the result of a Softmax", "anything else: a Softmax may only end the model");
  }
  return result;
}

Activation NodeContext::map(int index, const std::string& what) const {
  const Activation result = activation(index, what);
  if (result.is_flat) refuse(what, to_text(dims(result)), "of 4 dimensions, [1, C, H, W]");
  return result;
}

const graph::Shape& NodeContext::shape(const Activation& activation) const {
  return state_.graph.node(activation.node).shape;
}

std::vector<std::int64_t> NodeContext::dims(const Activation& activation) const {
  return dims_of(state_, activation);
}

void NodeContext::emit(graph::Operator op, const std::vector<Activation>& inputs, bool is_flat,
                       const graph::Activation& activation) {
  graph::Node layer{node_.name(), std::move(op), {}, {}, activation};
  std::vector<graph::Shape> shapes;
  for (const Activation& input : inputs) {
    layer.inputs.push_back(input.node);
    shapes.push_back(shape(input));
  }
  layer.shape = infer_shape_of(layer, shapes);
  layer.name = state_.unique_name(layer.name);
  state_.graph.nodes.push_back(std::move(layer));
  const auto id = static_cast<graph::NodeId>(state_.graph.nodes.size() - 1);
  bind(Activation{id, is_flat, /*is_after_softmax=*/false});
}

void NodeContext::bind(const Value& value) {
  if (node_.output_size() < 1 || node_.output(0).empty()) refuse("outputs", "none", "at least 1");
  if (!state_.values.emplace(node_.output(0), value).second) {
    refuse("output", "'" + printable(node_.output(0)) + "' a second time", "a new tensor name");
  }
}

void NodeContext::bind_reshaped(const Activation& activation,
                                const std::vector<std::int64_t>& dims) {
  const graph::Shape& s = shape(activation);
  const bool is_flat = dims == std::vector<std::int64_t>{1, s.elements()};
  if (!is_flat && dims != std::vector<std::int64_t>{1, s.channels, s.height, s.width}) {
    refuse("result", to_text(dims),
           to_text({1, s.elements()}) + " (flat) or " +
               to_text({1, s.channels, s.height, s.width}) + " (the map)");
  }
  Activation result = activation;
  result.is_flat = is_flat;
  bind(result);
}

void NodeContext::bind_integers(const std::vector<std::int64_t>& values, bool is_scalar) {
  // Far more than any shape has; a chain of Concats could otherwise double without end.
  constexpr std::size_t kMaxValues = 1024;
  if (values.size() > kMaxValues) {
    refuse("result", std::to_string(values.size()) + " integers",
           "at most " + std::to_string(kMaxValues));
  }
  onnx::TensorProto& tensor = state_.made.emplace_back();
  tensor.set_data_type(onnx::TensorProto::INT64);
  if (!is_scalar) tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  bind(Constant{&tensor});
}

void NodeContext::bind_float(float value) {
  onnx::TensorProto& tensor = state_.made.emplace_back();
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_float_data(value);
  bind(Constant{&tensor});
}

}  // namespace npusim::import
