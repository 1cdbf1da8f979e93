// SPDX-License-Identifier: Apache-2.0
// What is known while a model is imported: the graph so far, and what each ONNX tensor name means.
#pragma once

#include <onnx/onnx_pb.h>

#include <deque>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/layout.h"

namespace npusim::import {

/// How a tensor name stands to the values of its node: `real`, as computed; the codes that a
/// QuantizeLinear made of them; or read back from those codes by a DequantizeLinear.
enum class Reading { real, codes_int8, codes_uint8, dequantized };
inline bool is_codes(Reading reading) {
  return reading == Reading::codes_int8 || reading == Reading::codes_uint8;
}

/// A tensor that a node of the graph computes, under some ONNX dimensions.
struct Activation {
  graph::NodeId node = 0;
  Layout layout;
  bool is_after_softmax = false;  // the Softmax was dropped: nothing may compute with this
  Reading reading = Reading::real;
};

/// A tensor known at import; lives in the model or in ImportState::made.
using Constant = const onnx::TensorProto*;

/// The result of a refused node. Who reads it is looked at as far as possible and otherwise
/// skipped.
struct Unknown {};

/// What a DequantizeLinear of a constant read. uint8 codes are shifted by 128 to int8, zero points
/// with them.
struct QuantizedConstant {
  std::vector<std::int8_t> codes;         // in the file's order; empty for int32
  std::vector<std::int32_t> codes_int32;  // else empty
  std::vector<double> scales;             // one, or one per index of the axis
  std::size_t axis = 0;                   // 0 where there is one scale
  std::int32_t zero_point = 0;
};

using Value = std::variant<Unknown, Activation, Constant>;

struct ImportState {
  int opset = 0;
  // What the metadata says of tensors of scales, by their names (exact_scales.h).
  std::unordered_map<std::string, std::string> exact_scales;
  bool has_wrong_exact_scales = false;  // one that does not fit the floats was left out
  graph::Graph graph;
  std::unordered_map<std::string, Value> values;  // by ONNX tensor name
  std::deque<onnx::TensorProto> made;             // constants that no node or initializer holds
  // The codes behind those of `made` that a DequantizeLinear made.
  std::unordered_map<Constant, QuantizedConstant> quantized;
  std::int64_t made_elements = 0;              // of all of them
  std::unordered_map<std::string, int> names;  // of layers, with the last suffix given

  /// `wanted`, or with the first free suffix _2, _3, ...
  std::string unique_name(const std::string& wanted);
};

/// graph::infer_shape, whose errors lose their place: the caller names the node in ONNX terms.
graph::Shape infer_shape_of(const graph::Node& layer, const std::vector<graph::Shape>& inputs);

}  // namespace npusim::import
