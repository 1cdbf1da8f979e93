// SPDX-License-Identifier: Apache-2.0
#include "tests/support/drawn_onnx.h"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <map>
#include <vector>

#include "tests/support/drawn_layers.h"

namespace npusim::test {
namespace {

/// The half precision number at or next below in magnitude; 0 below the normal ones.
std::uint16_t to_half(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  const auto sign = static_cast<std::uint16_t>(bits >> 16U & 0x8000U);
  const std::int32_t exponent = static_cast<std::int32_t>(bits >> 23U & 0xFFU) - 127 + 15;
  if (exponent <= 0) return sign;
  const std::uint32_t magnitude =
      static_cast<std::uint32_t>(exponent) << 10U | (bits >> 13U & 0x3FFU);
  return static_cast<std::uint16_t>(sign | magnitude);
}

void retype(onnx::TensorProto& tensor, onnx::TensorProto::DataType type) {
  if (tensor.data_type() != onnx::TensorProto::FLOAT) return;
  const std::string from = tensor.raw_data();
  std::string to;
  for (std::size_t i = 0; i < from.size(); i += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, from.data() + i, sizeof(value));
    const double wide = static_cast<double>(value);
    const std::uint16_t half = to_half(value);
    if (type == onnx::TensorProto::DOUBLE) {
      to.append(reinterpret_cast<const char*>(&wide), sizeof(wide));
    } else {
      to.append(reinterpret_cast<const char*>(&half), sizeof(half));
    }
  }
  tensor.set_raw_data(to);
  tensor.set_data_type(type);
}

/// The whole model in another type.
void retype(onnx::GraphProto& graph, onnx::TensorProto::DataType type) {
  for (auto& tensor : *graph.mutable_initializer()) retype(tensor, type);
  for (auto& node : *graph.mutable_node()) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) retype(*attribute.mutable_t(), type);
    }
  }
  for (auto* ports : {graph.mutable_input(), graph.mutable_output()}) {
    for (auto& port : *ports) port.mutable_type()->mutable_tensor_type()->set_elem_type(type);
  }
}

/// Some initializers as a list of numbers in place of raw bytes.
void unpack_some(onnx::GraphProto& graph, Draw& draw) {
  for (auto& tensor : *graph.mutable_initializer()) {
    if (tensor.data_type() != onnx::TensorProto::FLOAT || !draw.chance(15)) continue;
    const std::string raw = tensor.raw_data();
    for (std::size_t i = 0; i < raw.size(); i += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, raw.data() + i, sizeof(value));
      tensor.add_float_data(value);
    }
    tensor.clear_raw_data();
  }
}

/// [N, C, H, W], [N, H, W, C] in front of a Transpose, or [N, F].
DraftTensor draw_input(Draw& draw, OnnxDraft& draft) {
  const std::int64_t batch = draw.one_of({1, 1, 1, -1, -1, 4});
  const std::int64_t channels = draw.chance(50) ? draw.integer(1, 4) : draw.integer(1, 14);
  if (draw.chance(10)) {
    const std::int64_t features = draw.integer(1, 90);
    draft.model().input("x", {batch, features});
    return {"x", features, 1, 1, true};
  }
  const std::int64_t height = draw.chance(10) ? 1 : draw.integer(1, 19);
  const std::int64_t width = draw.chance(40) ? height : draw.integer(1, 23);
  if (draw.chance(15)) {
    draft.model().input("x", {batch, height, width, channels});
    return {draft.node("Transpose", {"x"}, {OnnxAttribute("perm", {0, 3, 1, 2})}), channels, height,
            width};
  }
  draft.model().input("x", {batch, channels, height, width});
  return {"x", channels, height, width};
}

}  // namespace

DrawnModel draw_onnx(std::uint64_t seed) {
  Draw draw(seed * 0x9E3779B97F4A7C15ULL + 11);
  const auto opset =
      static_cast<int>(draw.one_of({7, 8, 9, 10, 11, 12, 13, 13, 13, 14, 15, 17, 18, 21}));
  const std::int64_t types = draw.integer(0, 99);
  const auto type = types < 88   ? onnx::TensorProto::FLOAT
                    : types < 94 ? onnx::TensorProto::DOUBLE
                                 : onnx::TensorProto::FLOAT16;
  OnnxDraft draft(draw, opset);
  DrawnLayers layers(draw, draft, type);
  layers.keep(draw_input(draw, draft));
  for (std::int64_t i = draw.integer(1, 9); i > 0; --i) layers.add();
  std::string classes;
  if (draw.chance(30)) classes = layers.add_classes();

  // What nothing reads is an output; a network computes something.
  std::map<std::string, DraftTensor> ends;
  for (const DraftTensor& tensor : layers.tensors()) {
    if (tensor.name != "x" && draft.read().count(tensor.name) == 0) ends[tensor.name] = tensor;
  }
  if (ends.empty() && classes.empty()) ends["x"] = layers.tensors().back();
  if (!classes.empty()) draft.model().output(classes);
  ends.erase(classes);
  for (const auto& [name, tensor] : ends) draft.model().output(layers.as_output(tensor));
  onnx::GraphProto& graph = *draft.model().proto().mutable_graph();
  if (type == onnx::TensorProto::FLOAT) unpack_some(graph, draw);
  if (type != onnx::TensorProto::FLOAT) retype(graph, type);
  return {draft.model().bytes(), draft.operators(), opset};
}

}  // namespace npusim::test
