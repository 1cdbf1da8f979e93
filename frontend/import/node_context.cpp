// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/node_context.h"

#include <utility>

#include "frontend/import/exact_scales.h"
#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

std::vector<graph::NodeId> nodes_of(const std::vector<Activation>& activations) {
  std::vector<graph::NodeId> nodes;
  nodes.reserve(activations.size());
  for (const Activation& activation : activations) nodes.push_back(activation.node);
  return nodes;
}

}  // namespace
std::string attribute_type_name(int type) {
  return onnx::AttributeProto::AttributeType_IsValid(type)
             ? onnx::AttributeProto::AttributeType_Name(
                   static_cast<onnx::AttributeProto::AttributeType>(type))
             : std::to_string(type);
}

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

bool NodeContext::has_only_constants() const {
  for (int i = 0; i < input_count(); ++i) {
    if (has_input(i) && !is_constant(i, "input " + std::to_string(i))) return false;
  }
  return true;
}

bool NodeContext::is_constant(int index, const std::string& what) const {
  return std::holds_alternative<Constant>(value(index, what));
}

const onnx::TensorProto& NodeContext::constant(int index, const std::string& what) const {
  const Value& found = value(index, what);
  if (std::holds_alternative<Unknown>(found)) throw SkipNode{};
  const auto* tensor = std::get_if<Constant>(&found);
  if (tensor == nullptr) refuse(what, "a computed tensor", "a constant");
  element_count(**tensor);  // refuses dimensions that nothing can be computed with
  return **tensor;
}

std::vector<float> NodeContext::counted(std::vector<float> values, const std::string& what,
                                        std::int64_t count) const {
  if (static_cast<std::int64_t>(values.size()) != count) {
    refuse(what, std::to_string(values.size()) + " values", std::to_string(count));
  }
  return values;
}

std::vector<float> NodeContext::floats(int index, const std::string& what,
                                       std::int64_t count) const {
  return counted(read_floats(constant(index, what)), what, count);
}

std::vector<float> NodeContext::finite_floats(int index, const std::string& what,
                                              std::int64_t count) const {
  return counted(read_finite(constant(index, what)), what, count);
}

std::vector<std::int64_t> NodeContext::constant_integers(int index, const std::string& what) const {
  return read_integers(constant(index, what));
}

std::vector<double> NodeContext::exact_scales(int index, const std::vector<float>& floats) const {
  const auto found = state_.exact_scales.find(node_.input(index));
  if (found != state_.exact_scales.end()) {
    if (auto refined = refined_scales(floats, found->second)) return *std::move(refined);
    state_.has_wrong_exact_scales = true;
  }
  return {floats.begin(), floats.end()};
}

const QuantizedConstant* NodeContext::quantized(int index, const std::string& what) const {
  const auto found = state_.quantized.find(&constant(index, what));
  return found == state_.quantized.end() ? nullptr : &found->second;
}

Activation NodeContext::passed(int index, const std::string& what) const {
  const Value& found = value(index, what);
  if (std::holds_alternative<Unknown>(found)) throw SkipNode{};
  const auto* result = std::get_if<Activation>(&found);
  if (result == nullptr) refuse(what, "a constant", "a tensor computed from the model's input");
  return *result;
}

Activation NodeContext::activation(int index, const std::string& what) const {
  Activation result = passed(index, what);
  if (result.is_after_softmax) {
    refuse(what, "the result of a Softmax", "anything else: a Softmax may only end the model");
  }
  if (is_codes(result.reading)) {
    refuse(what, "the codes of a QuantizeLinear", "real values: read through a DequantizeLinear");
  }
  return result;
}

Activation NodeContext::map(int index, const std::string& what) const {
  Activation result = activation(index, what);
  if (result.layout != map_layout(shape(result))) {
    refuse(what, text_of(result), "[1, C, H, W]");
  }
  return result;
}

const graph::Node& NodeContext::layer(const Activation& activation) const {
  return state_.graph.node(activation.node);
}

const graph::Shape& NodeContext::shape(const Activation& activation) const {
  return layer(activation).shape;
}

std::string NodeContext::text_of(const Activation& activation) const {
  return describe(shape(activation), activation.layout) + " = " + to_text(activation.layout.dims);
}

graph::NodeId NodeContext::append(graph::Operator op, const std::vector<graph::NodeId>& inputs,
                                  const graph::Activation& activation, const std::string& suffix) {
  graph::Node layer{node_.name(), std::move(op), inputs, {}, activation};
  std::vector<graph::Shape> shapes;
  shapes.reserve(inputs.size());
  for (const graph::NodeId id : inputs) shapes.push_back(state_.graph.node(id).shape);
  layer.shape = infer_shape_of(layer, shapes);
  layer.name = state_.unique_name(layer.name + suffix);
  state_.graph.nodes.push_back(std::move(layer));
  return static_cast<graph::NodeId>(state_.graph.nodes.size() - 1);
}

void NodeContext::emit_like(const Activation& pattern, graph::Operator op,
                            const std::vector<Activation>& inputs,
                            const graph::Activation& activation) {
  bind(Activation{append(std::move(op), nodes_of(inputs), activation), pattern.layout});
}

void NodeContext::emit_map(graph::Operator op, const std::vector<Activation>& inputs,
                           const graph::Activation& activation) {
  const graph::NodeId id = append(std::move(op), nodes_of(inputs), activation);
  bind(Activation{id, map_layout(state_.graph.node(id).shape)});
}

void NodeContext::bind(const Value& value, int output) {
  if (node_.output_size() <= output || node_.output(output).empty())
    refuse("outputs", "none", "at least 1");
  const auto [place, is_new] = state_.values.emplace(node_.output(output), value);
  if (is_new) return;
  // Unknown until now: an earlier node reads it, which is refused elsewhere.
  if (!std::holds_alternative<Unknown>(place->second)) {
    refuse("output", "'" + printable(node_.output(output)) + "' a second time",
           "a new tensor name");
  }
  place->second = value;
}

void NodeContext::bind_reshaped(const Activation& activation, const Dims& dims) {
  Activation result = activation;
  result.layout.dims = dims;
  if (!factors_by_dimension(result.layout)) {
    refuse("result", to_text(dims),
           "the dimensions of " + text_of(activation) +
               " in this order, joined, split or with ones between them");
  }
  bind(result);
}

std::size_t NodeContext::constant_elements(const Dims& dims) const {
  // Twice the weights of the largest common networks: some exporters transpose them all.
  constexpr std::int64_t kMaxMade = std::int64_t{1} << 28;
  const std::int64_t available = kMaxMade - state_.made_elements;
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && count > available / dim)) {
      refuse("result", to_text(dims),
             "at most " + std::to_string(kMaxMade) + " elements of constants computed at import");
    }
    count *= dim;
  }
  return static_cast<std::size_t>(count);
}

std::size_t NodeContext::take_constant_elements(const Dims& dims) {
  const std::size_t count = constant_elements(dims);
  state_.made_elements += static_cast<std::int64_t>(count);
  return count;
}

onnx::TensorProto& NodeContext::new_constant(const Dims& dims) {
  take_constant_elements(dims);
  onnx::TensorProto& tensor = state_.made.emplace_back();
  tensor.set_name(node_.output_size() > 0 ? printable(node_.output(0)) : "");
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

void NodeContext::bind_integers(const Dims& dims, const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = new_constant(dims);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  bind(Constant{&tensor});
}

void NodeContext::bind_floats(const Dims& dims, const std::vector<float>& values) {
  onnx::TensorProto& tensor = new_constant(dims);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const float value : values) tensor.add_float_data(value);
  bind(Constant{&tensor});
}

void NodeContext::bind_dequantized(const Dims& dims, const std::vector<float>& values,
                                   QuantizedConstant codes) {
  bind_floats(dims, values);
  state_.quantized.emplace(&state_.made.back(), std::move(codes));
}

void NodeContext::bind_code_bytes(const Dims& dims, bool is_unsigned, std::string bytes) {
  // Limited as the floats that take as much memory.
  onnx::TensorProto& tensor = new_constant({static_cast<std::int64_t>(bytes.size()) / 4 + 1});
  tensor.clear_dims();
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_data_type(is_unsigned ? onnx::TensorProto::UINT8 : onnx::TensorProto::INT8);
  tensor.set_raw_data(std::move(bytes));
  bind(Constant{&tensor});
}

void NodeContext::bind_codes(Activation activation, const graph::TensorQuantization& quantization,
                             Reading codes) {
  const auto given = [&]() -> std::optional<graph::TensorQuantization>& {
    return state_.graph.nodes.at(static_cast<std::size_t>(activation.node)).given;
  };
  if (given() && *given() != quantization) {
    if (activation.reading != Reading::dequantized) {
      refuse("y_scale", graph::to_string(quantization),
             graph::to_string(*given()) + ", as another QuantizeLinear of this tensor has");
    }
    activation.node = append(graph::Lookup{graph::Function::identity, 0, 0}, {activation.node});
  }
  given() = quantization;
  activation.reading = codes;
  bind(activation);
}

}  // namespace npusim::import
