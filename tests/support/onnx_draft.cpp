// SPDX-License-Identifier: Apache-2.0
#include "tests/support/onnx_draft.h"

#include <utility>

namespace npusim::test {

std::vector<std::string> OnnxDraft::nodes(const std::string& op,
                                          const std::vector<std::string>& inputs,
                                          const std::vector<OnnxAttribute>& attributes,
                                          std::size_t outputs) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < outputs; ++i) names.push_back(fresh("t"));
  // Exporters leave nodes without names, and write paths.
  std::string name = draw_.chance(15) ? "" : "/" + op + "/" + names.front();
  if (draw_.chance(3)) name = "twice";
  model_.node(op, inputs, names, attributes, name);
  operators_.insert(op);
  read_.insert(inputs.begin(), inputs.end());
  static const std::set<std::string> kPass = {
      "Cast",    "Concat",  "DequantizeLinear", "Dropout",  "Flatten", "Gather",
      "Pad",     "Reshape", "QuantizeLinear",   "Slice",    "Split",   "Identity",
      "Squeeze", "Sum",     "Transpose",        "Unsqueeze"};
  if (kPass.count(op) != 0) {
    for (const std::string& output : names) passed_on_[output] = inputs.front();
  }
  return names;
}

bool OnnxDraft::is_input_renamed(std::string name) const {
  while (name != "x") {
    const auto found = passed_on_.find(name);
    if (found == passed_on_.end()) return false;
    name = found->second;
  }
  return true;
}

std::string OnnxDraft::node(const std::string& op, const std::vector<std::string>& inputs,
                            const std::vector<OnnxAttribute>& attributes) {
  return nodes(op, inputs, attributes, 1).front();
}

std::string OnnxDraft::node_with_list(const std::string& op, const std::string& input,
                                      const std::string& key, const Dims& list, int since,
                                      std::vector<OnnxAttribute> attributes) {
  if (opset_ >= since) return node(op, {input, ints(list)}, attributes);
  attributes.emplace_back(key, list);
  return node(op, {input}, attributes);
}

std::string OnnxDraft::floats(const Dims& dims, const std::vector<float>& values) {
  std::string name = fresh("c");
  if (draw_.chance(10)) {
    model_.constant_node(name, dims, values);
    operators_.insert("Constant");
  } else {
    model_.floats(name, dims, values);
  }
  return draw_.chance(8) ? folded(name) : name;
}

/// The same values once more, computed from constants.
std::string OnnxDraft::folded(std::string name) {
  switch (draw_.integer(0, 3)) {
    case 0:
      return node("Identity", {name});
    case 1: {
      const std::string two = fresh("c");
      model_.floats(two, {}, {2.0F});
      return node("Div", {node("Mul", {name, two}), two});
    }
    case 2: {
      const std::string half = fresh("c");
      model_.floats(half, {1}, {0.25F});
      return node("Sub", {node("Add", {name, half}), half});
    }
    default:
      return name;
  }
}

std::string OnnxDraft::ints(const std::vector<std::int64_t>& values) {
  std::string name = fresh("i");
  model_.ints(name, {static_cast<std::int64_t>(values.size())}, values);
  return name;
}

std::vector<float> OnnxDraft::values(std::int64_t count, float range) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (float& value : result) value = draw_.unit() * range;
  return result;
}

}  // namespace npusim::test
