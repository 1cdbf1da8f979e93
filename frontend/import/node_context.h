// SPDX-License-Identifier: Apache-2.0
// What an operator rule sees of its node, and what it can do with it.
//
// A rule reads attributes and constants first, then asks for its activations: where one of those
// comes from a refused node, the rule ends there (SkipNode), and what is wrong with the node's own
// attributes has been said before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "frontend/import/import_state.h"

namespace npusim::import {

/// Thrown through a rule whose input is Unknown. Not an error of this node.
struct SkipNode {};

/// "INTS", ...; the number where the type is unknown.
std::string attribute_type_name(int type);

class NodeContext {
 public:
  NodeContext(ImportState& state, const onnx::NodeProto& node) : state_(state), node_(node) {}

  const std::string& op_type() const { return node_.op_type(); }
  int opset() const { return state_.opset; }
  int input_count() const { return node_.input_size(); }
  int output_count() const { return node_.output_size(); }
  bool is_output_read(int index) const { return !node_.output(index).empty(); }

  /// Throws base::InputError `KEY: got X, must be Y`; the caller adds file and node.
  [[noreturn]] void refuse(const std::string& key, const std::string& got,
                           const std::string& must_be) const;

  // Attributes, or the given value where the node has none. Another type is refused.
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  float number(const std::string& name, float otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::vector<std::int64_t> integers(const std::string& name,
                                     std::vector<std::int64_t> otherwise) const;
  const onnx::AttributeProto* attribute(const std::string& name) const;

  // Inputs. `what` is their name in the ONNX operator's description.
  bool has_input(int index) const;
  const Value& value(int index, const std::string& what) const;
  bool is_constant(int index, const std::string& what) const;
  /// Whether all inputs that the node has are constants.
  bool has_only_constants() const;
  const onnx::TensorProto& constant(int index, const std::string& what) const;
  /// Real constant with exactly `count` values.
  std::vector<float> floats(int index, const std::string& what, std::int64_t count) const;
  /// The same, and all finite.
  std::vector<float> finite_floats(int index, const std::string& what, std::int64_t count) const;
  std::vector<std::int64_t> constant_integers(int index, const std::string& what) const;
  /// Scales in double where the model says them exactly, else the floats as they are.
  std::vector<double> exact_scales(int index, const std::vector<float>& floats) const;
  /// The codes behind a constant that a DequantizeLinear made; null for any other.
  const QuantizedConstant* quantized(int index, const std::string& what) const;
  /// Real values that may be computed with; throws SkipNode where they are Unknown.
  Activation activation(int index, const std::string& what) const;
  /// The same, and [1, C, H, W] (1x1 maps: [1, C, 1, 1]).
  Activation map(int index, const std::string& what) const;
  /// The same for operators that only pass values on: may come after a Softmax.
  Activation passed(int index, const std::string& what) const;
  const graph::Node& layer(const Activation& activation) const;
  const graph::Shape& shape(const Activation& activation) const;
  /// "[1, C, H, W] = [1, 3, 8, 8]", for messages.
  std::string text_of(const Activation& activation) const;

  /// Adds a layer named as this node, with a suffix where the node becomes several.
  graph::NodeId append(graph::Operator op, const std::vector<graph::NodeId>& inputs,
                       const graph::Activation& activation = {}, const std::string& suffix = "");

  // Results: exactly one of these ends a rule.
  /// Adds a layer whose result has the layout of `pattern`: same shape, same dimensions.
  void emit_like(const Activation& pattern, graph::Operator op,
                 const std::vector<Activation>& inputs, const graph::Activation& activation = {});
  /// Adds a layer whose result is [1, C, H, W].
  void emit_map(graph::Operator op, const std::vector<Activation>& inputs,
                const graph::Activation& activation = {});
  /// `output` other than the first for operators of many outputs.
  void bind(const Value& value, int output = 0);
  /// `activation` under other ONNX dimensions, each of which must stand for whole axes.
  void bind_reshaped(const Activation& activation, const Dims& dims);
  /// How many elements a constant of these dimensions has; refused above what may be computed at
  /// import, so that no chain of nodes doubles without end.
  std::size_t constant_elements(const Dims& dims) const;
  /// The same, and counts them.
  std::size_t take_constant_elements(const Dims& dims);
  /// A constant computed here, kept until the import ends; INT64 or FLOAT.
  void bind_integers(const Dims& dims, const std::vector<std::int64_t>& values);
  void bind_floats(const Dims& dims, const std::vector<float>& values);
  /// Floats and the codes that they stand for.
  void bind_dequantized(const Dims& dims, const std::vector<float>& values,
                        QuantizedConstant codes);
  /// int8 or uint8, one byte each.
  void bind_code_bytes(const Dims& dims, bool is_unsigned, std::string bytes);
  /// The codes of `activation`, quantized as told. A tensor that was read back from other codes
  /// gets a layer that changes them; one with other codes is refused otherwise.
  void bind_codes(Activation activation, const graph::TensorQuantization& quantization,
                  Reading codes);

 private:
  const onnx::AttributeProto* typed(const std::string& name,
                                    onnx::AttributeProto::AttributeType type) const;
  std::vector<float> counted(std::vector<float> values, const std::string& what,
                             std::int64_t count) const;
  onnx::TensorProto& new_constant(const Dims& dims);

  ImportState& state_;
  const onnx::NodeProto& node_;
};

}  // namespace npusim::import
