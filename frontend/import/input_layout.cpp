// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/input_layout.h"

#include <algorithm>
#include <set>
#include <vector>

namespace npusim::import {
namespace {

bool moves_channels_forward(const onnx::NodeProto& node) {
  if (node.op_type() != "Transpose") return false;
  const auto found = std::find_if(node.attribute().begin(), node.attribute().end(),
                                  [](const auto& attribute) { return attribute.name() == "perm"; });
  if (found == node.attribute().end()) return false;
  const std::vector<std::int64_t> order(found->ints().begin(), found->ints().end());
  return order == std::vector<std::int64_t>{0, 3, 1, 2};
}

bool keeps_dimensions(const onnx::NodeProto& node) {
  static const std::set<std::string> list = {"Add",
                                             "BatchNormalization",
                                             "Cast",
                                             "Clip",
                                             "DequantizeLinear",
                                             "Div",
                                             "Dropout",
                                             "Identity",
                                             "Mul",
                                             "Neg",
                                             "Pad",
                                             "QuantizeLinear",
                                             "Relu",
                                             "Sub"};
  return list.count(node.op_type()) > 0;
}

}  // namespace

bool channels_are_last(const onnx::GraphProto& graph, const std::string& input) {
  std::set<std::string> same = {input};
  for (const onnx::NodeProto& node : graph.node()) {
    const bool reads = std::any_of(node.input().begin(), node.input().end(),
                                   [&](const auto& name) { return same.count(name) > 0; });
    if (!reads) continue;
    if (moves_channels_forward(node)) return true;
    if (keeps_dimensions(node) && node.output_size() > 0) same.insert(node.output(0));
  }
  return false;
}

}  // namespace npusim::import
