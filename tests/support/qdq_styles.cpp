// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qdq_styles.h"

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

namespace npusim::test {
namespace {

class Restyler {
 public:
  Restyler(onnx::ModelProto& model, const QdqStyle& style)
      : graph_(*model.mutable_graph()), style_(style) {
    model.mutable_opset_import(0)->set_version(style.opset);
    for (auto& tensor : *graph_.mutable_initializer()) tensors_[tensor.name()] = &tensor;
  }

  void run() {
    std::vector<onnx::NodeProto> nodes(graph_.node().begin(), graph_.node().end());
    graph_.clear_node();
    for (const onnx::NodeProto& node : nodes) restyle_node(node);
  }

 private:
  void restyle_node(const onnx::NodeProto& node) {
    const bool is_pair = node.op_type() == "QuantizeLinear" || node.op_type() == "DequantizeLinear";
    const auto codes = tensors_.find(node.input(0));
    if (is_pair && codes == tensors_.end()) {
      if (style_.unsigned_activations) make_unsigned(*tensors_.at(node.input(2)));
    } else if (is_pair && codes->second->data_type() == onnx::TensorProto::INT8) {
      if (style_.float_weights) make_floats(*codes->second, node);
      if (style_.unsigned_weights) {
        make_unsigned(*tensors_.at(node.input(2)));
        if (!style_.float_weights) make_unsigned(*codes->second);
      }
    }
    *graph_.add_node() = node;
    if (style_.float_weights && is_pair && codes != tensors_.end() && node.input_size() == 3) {
      graph_.mutable_node(graph_.node_size() - 1)->set_input(0, codes->first + "_rounded");
    }
  }

  // Both nodes of a pair name the same zero point.
  void make_unsigned(onnx::TensorProto& tensor) {
    if (!unsigned_.insert(tensor.name()).second) return;
    tensor.set_data_type(onnx::TensorProto::UINT8);
    for (char& byte : *tensor.mutable_raw_data()) byte = static_cast<char>(byte ^ '\x80');
  }

  std::vector<float> floats_of(const std::string& name) const {
    const std::string& raw = tensors_.at(name)->raw_data();
    std::vector<float> values(raw.size() / sizeof(float));
    std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }

  void make_floats(onnx::TensorProto& tensor, const onnx::NodeProto& node) {
    const std::vector<float> scales = floats_of(node.input(1));
    const std::string zero_points = tensors_.at(node.input(2))->raw_data();
    const std::string codes = tensor.raw_data();
    const std::size_t inner = codes.size() / static_cast<std::size_t>(tensor.dims(0));
    std::vector<float> values;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const std::size_t c = scales.size() > 1 ? i / inner : 0;
      const int steps =
          static_cast<std::int8_t>(codes[i]) - static_cast<std::int8_t>(zero_points[c]);
      values.push_back(static_cast<float>(steps) * scales[c]);
    }
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    onnx::NodeProto& quantize = *graph_.add_node();
    quantize = node;
    quantize.set_op_type("QuantizeLinear");
    quantize.set_name(tensor.name() + "_quantize");
    quantize.set_output(0, tensor.name() + "_rounded");
  }

  onnx::GraphProto& graph_;
  const QdqStyle& style_;
  std::map<std::string, onnx::TensorProto*> tensors_;
  std::set<std::string> unsigned_;
};

}  // namespace

void restyle(onnx::ModelProto& model, const QdqStyle& style) { Restyler(model, style).run(); }

std::string restyled(const std::string& bytes, const QdqStyle& style) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) throw std::logic_error("restyled: no ONNX model");
  restyle(model, style);
  return model.SerializeAsString();
}

}  // namespace npusim::test
