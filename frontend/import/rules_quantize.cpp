// SPDX-License-Identifier: Apache-2.0
// QuantizeLinear and DequantizeLinear. Of constants they are computed, and the codes kept beside
// the floats. Of a layer's output a pair of them says how that tensor is quantized; nothing is
// rounded in the float network.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"
#include "sim/arith/rounding.h"

namespace npusim::import {
namespace {

constexpr int kInt8 = onnx::TensorProto::INT8;
constexpr int kUint8 = onnx::TensorProto::UINT8;
constexpr int kInt32 = onnx::TensorProto::INT32;

// uint8 codes 0..255 are the int8 codes -128..127.
std::int32_t shift_of(int type) { return type == kUint8 ? 128 : 0; }

struct Parameters {
  std::vector<float> scales;
  std::vector<double> exact_scales;  // the same, or what they are roundings of
  std::int32_t zero_point = 0;       // of int8, as shifted
  int type = kUint8;                 // kInt8, kUint8 or kInt32
};

std::vector<float> read_scales(const NodeContext& node, const std::string& key) {
  const onnx::TensorProto& tensor = node.constant(1, key);
  std::vector<float> scales = read_floats(tensor);
  if (dims_of(tensor).size() > 1 || scales.empty()) {
    node.refuse(key, to_text(dims_of(tensor)), "one value, or one per channel");
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (scales[i] > 0 && std::isfinite(scales[i])) continue;
    node.refuse(key + " value " + std::to_string(i), std::to_string(scales[i]),
                "finite and above 0");
  }
  return scales;
}

// `prefix`: "x_" or "y_". `type`: of the codes where the node has no zero point.
Parameters read_parameters(const NodeContext& node, const std::string& prefix, int type) {
  const std::string key = prefix + "zero_point";
  Parameters result{read_scales(node, prefix + "scale"), {}, 0, type};
  result.exact_scales = node.exact_scales(1, result.scales);
  std::vector<std::int32_t> zero_points(result.scales.size(), 0);
  if (node.has_input(2)) {
    zero_points = read_codes(node.constant(2, key));
    result.type = node.constant(2, key).data_type();
  }
  if (zero_points.size() != result.scales.size()) {
    node.refuse(key, std::to_string(zero_points.size()) + " values",
                std::to_string(result.scales.size()) + ", as " + prefix + "scale");
  }
  const auto other =
      std::adjacent_find(zero_points.begin(), zero_points.end(), std::not_equal_to<>());
  if (other != zero_points.end()) {
    node.refuse(key, std::to_string(*other) + " and " + std::to_string(*(other + 1)),
                "one for all channels");
  }
  result.zero_point = zero_points.front() - shift_of(result.type);
  if (result.type == kInt32 && result.zero_point != 0) {
    node.refuse(key, std::to_string(result.zero_point), "0 for int32");
  }
  return result;
}

// Which scale belongs to which element of a constant.
struct ScaleAxis {
  std::size_t index = 0;
  std::size_t scales = 1;
  std::size_t inner = 1;  // elements for each index of the axis
  std::size_t scale_of(std::size_t element) const { return element / inner % scales; }
};

ScaleAxis read_axis(const NodeContext& node, const Parameters& parameters,
                    const std::vector<std::int64_t>& dims) {
  ScaleAxis axis;
  axis.scales = parameters.scales.size();
  if (axis.scales == 1) return axis;
  if (node.opset() < 13) {
    node.refuse("scale", std::to_string(axis.scales) + " values", "one before opset 13");
  }
  const auto rank = static_cast<std::int64_t>(dims.size());
  const std::int64_t wanted = node.integer("axis", 1);
  const std::int64_t index = wanted < 0 ? wanted + rank : wanted;
  if (index < 0 || index >= rank ||
      dims[static_cast<std::size_t>(index)] != static_cast<std::int64_t>(axis.scales)) {
    node.refuse("axis", std::to_string(wanted) + " of " + to_text(dims),
                "a dimension of " + std::to_string(axis.scales) + ", the number of scales");
  }
  axis.index = static_cast<std::size_t>(index);
  for (std::size_t i = axis.index + 1; i < dims.size(); ++i) {
    axis.inner *= static_cast<std::size_t>(dims[i]);
  }
  return axis;
}

// ONNX: saturate(round(x / scale) + zero_point), ties to the even integer, in float.
void quantize_constant(NodeContext& node, const Parameters& parameters) {
  const onnx::TensorProto& tensor = node.constant(0, "x");
  const std::vector<float> values = read_floats(tensor);
  const ScaleAxis axis = read_axis(node, parameters, dims_of(tensor));
  const bool is_unsigned = parameters.type == kUint8;
  std::string bytes;
  bytes.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float steps = values[i] / parameters.scales[axis.scale_of(i)];
    if (std::isnan(steps)) node.refuse("x value " + std::to_string(i), "nan", "a number");
    const std::int32_t z = parameters.zero_point;
    const std::int32_t code = arith::rne_clamped(static_cast<double>(steps), -128 - z, 127 - z) + z;
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(code + shift_of(parameters.type))));
  }
  node.bind_code_bytes(dims_of(tensor), is_unsigned, std::move(bytes));
}

void dequantize_constant(NodeContext& node) {
  const onnx::TensorProto& tensor = node.constant(0, "x");
  const Parameters parameters = read_parameters(node, "x_", tensor.data_type());
  QuantizedConstant constant;
  const std::vector<std::int32_t> stored = read_codes(tensor);
  if (parameters.type != tensor.data_type()) {
    node.refuse("x_zero_point type", data_type_name(parameters.type),
                data_type_name(tensor.data_type()) + ", as x");
  }
  const ScaleAxis axis = read_axis(node, parameters, dims_of(tensor));
  std::vector<float> floats;
  floats.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const std::int32_t code = stored[i] - shift_of(parameters.type);
    floats.push_back(static_cast<float>(code - parameters.zero_point) *
                     parameters.scales[axis.scale_of(i)]);
    if (parameters.type == kInt32) {
      constant.codes_int32.push_back(code);
    } else {
      constant.codes.push_back(static_cast<std::int8_t>(code));
    }
  }
  constant.scales = parameters.exact_scales;
  constant.axis = axis.index;
  constant.zero_point = parameters.zero_point;
  node.bind_dequantized(dims_of(tensor), floats, std::move(constant));
}

graph::TensorQuantization of_tensor(const NodeContext& node, const Parameters& parameters,
                                    const std::string& prefix) {
  if (parameters.scales.size() != 1) {
    node.refuse(prefix + "scale", std::to_string(parameters.scales.size()) + " values",
                "one: only constants may have a scale per channel");
  }
  return {parameters.exact_scales.front(), parameters.zero_point};
}

// One code as int8, of the type that `reading` says; nothing where the node does not give it.
std::optional<std::int32_t> code_limit(const NodeContext& node, int index, const char* name,
                                       Reading reading) {
  if (!node.has_input(index)) return std::nullopt;
  const onnx::TensorProto& tensor = node.constant(index, name);
  const int type = reading == Reading::codes_int8 ? kInt8 : kUint8;
  if (tensor.data_type() != type) {
    node.refuse(std::string(name) + " type", data_type_name(tensor.data_type()),
                data_type_name(type) + ", as the codes");
  }
  const std::vector<std::int32_t> codes = read_codes(tensor);
  if (codes.size() != 1) node.refuse(name, std::to_string(codes.size()) + " values", "1");
  return codes.front() - shift_of(type);
}

}  // namespace

bool reads_codes(const NodeContext& node, int index, const std::string& what) {
  const auto* x = std::get_if<Activation>(&node.value(index, what));
  return x != nullptr && is_codes(x->reading);
}

void import_clip_of_codes(NodeContext& node) {
  const Activation x = node.passed(0, "input");
  if (x.is_after_softmax) {
    node.refuse("input", "the codes of a Softmax",
                "anything else: a Softmax may only end the model");
  }
  const graph::TensorQuantization quantization = node.layer(x).given.value();
  const std::int32_t low = code_limit(node, 1, "min", x.reading).value_or(-128);
  const std::int32_t high = code_limit(node, 2, "max", x.reading).value_or(127);
  if (low > high) node.refuse("min", std::to_string(low), "at most max, " + std::to_string(high));
  const auto real = [&](std::int32_t code) {
    return quantization.scale * static_cast<double>(code - quantization.zero_point);
  };
  const graph::NodeId id = node.append(graph::Clamp{}, {x.node}, {real(low), real(high)});
  node.bind_codes(Activation{id, x.layout}, quantization, x.reading);
}

void import_quantize_linear(NodeContext& node) {
  const Parameters parameters = read_parameters(node, "y_", kUint8);
  if (parameters.type == kInt32) node.refuse("y_zero_point type", "INT32", "INT8 or UINT8");
  if (node.is_constant(0, "x")) {
    quantize_constant(node, parameters);
    return;
  }
  const graph::TensorQuantization quantization = of_tensor(node, parameters, "y_");
  Activation x = node.passed(0, "x");
  const Reading codes = parameters.type == kInt8 ? Reading::codes_int8 : Reading::codes_uint8;
  if (x.is_after_softmax) {
    // Codes keep the order of the classes, as the dropped Softmax does.
    x.reading = codes;
    node.bind(x);
    return;
  }
  node.bind_codes(node.activation(0, "x"), quantization, codes);
}

void import_dequantize_linear(NodeContext& node) {
  if (node.is_constant(0, "x")) {
    dequantize_constant(node);
    return;
  }
  Activation x = node.passed(0, "x");
  if (!is_codes(x.reading)) node.refuse("x", "real values", "the codes of a QuantizeLinear");
  const int type = x.reading == Reading::codes_int8 ? kInt8 : kUint8;
  const Parameters parameters = read_parameters(node, "x_", type);
  if (parameters.type != type) {
    node.refuse("x_zero_point type", data_type_name(parameters.type),
                data_type_name(type) + ", as x");
  }
  const graph::TensorQuantization quantization = of_tensor(node, parameters, "x_");
  const auto& given = node.layer(x).given;
  // Of one of the two scales the file may say more digits than of the other.
  const auto is_same = [](const graph::TensorQuantization& a, const graph::TensorQuantization& b) {
    return static_cast<float>(a.scale) == static_cast<float>(b.scale) &&
           a.zero_point == b.zero_point;
  };
  if (!x.is_after_softmax && given && !is_same(*given, quantization)) {
    node.refuse("x_scale", graph::to_string(quantization),
                graph::to_string(*given) + ", as the QuantizeLinear before it");
  }
  x.reading = Reading::dequantized;
  node.bind(x);
}

}  // namespace npusim::import
