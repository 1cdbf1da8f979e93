// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/model_reader.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "frontend/graph/graph.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

void check_opset(const onnx::ModelProto& model, const std::string& file, base::ErrorList& errors) {
  const std::string range =
      "in [" + std::to_string(kMinOpset) + ", " + std::to_string(kMaxOpset) + "]";
  int found = 0;
  for (const auto& import : model.opset_import()) {
    if (!is_default_domain(import.domain())) continue;
    if (++found > 1) errors.add(file, "opset", "two versions of the default domain", "one");
    if (import.version() < kMinOpset) {
      errors.add(file, "opset", std::to_string(import.version()), range);
    } else if (import.version() > kMaxOpset) {
      errors.add(file, "opset", std::to_string(import.version()),
                 range + ": export the model with opset " + std::to_string(kMaxRuleOpset));
    }
  }
  if (found == 0) errors.add(file, "opset", "none for the default domain", range);
}

void check_structure(const onnx::ModelProto& model, const std::string& file) {
  base::ErrorList errors;
  const onnx::GraphProto& graph = model.graph();
  if (graph.node_size() < 1 || graph.node_size() > graph::kMaxNodes) {
    errors.add(file, "nodes", std::to_string(graph.node_size()),
               "in [1, " + std::to_string(graph::kMaxNodes) + "]");
  }
  if (graph.output_size() < 1) errors.add(file, "outputs", "0", "at least 1");
  std::set<std::string> names;
  for (const auto& output : graph.output()) {
    if (!names.insert(output.name()).second) {
      errors.add(file, "outputs", "'" + printable(output.name()) + "' twice", "unique names");
    }
  }
  check_opset(model, file, errors);
  errors.throw_if_any();
}

// The library knows the default domain by its empty name only. Other domains are of no use here: a
// node of one is refused, and without such a node their versions mean nothing.
void leave_default_domain(onnx::ModelProto& model) {
  const int opset = opset_of(model);
  model.clear_opset_import();
  model.add_opset_import()->set_version(opset);
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
    if (is_default_domain(node.domain())) node.clear_domain();
  }
}

void name_nodes(onnx::GraphProto& graph) {
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    node.set_name(node.name().empty() ? printable(node.op_type()) + "_" + std::to_string(i)
                                      : printable(node.name()));
  }
}

// Tensor name to node; a second node for a name is refused, as it would be open which one is meant.
std::unordered_map<std::string, int> producers_of(const onnx::GraphProto& graph,
                                                  const std::string& file) {
  std::unordered_map<std::string, int> producers;
  base::ErrorList errors;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& output : graph.node(i).output()) {
      if (output.empty() || producers.emplace(output, i).second) continue;
      errors.add(file + ": " + place_of(graph.node(i)), "output",
                 "'" + printable(output) + "' a second time", "a new tensor name");
    }
  }
  errors.throw_if_any();
  return producers;
}

void remove_unneeded_nodes(onnx::GraphProto& graph, const std::string& file) {
  const std::unordered_map<std::string, int> producers = producers_of(graph, file);
  std::vector<bool> is_needed(static_cast<std::size_t>(graph.node_size()), false);
  std::vector<int> pending;
  const auto need = [&](const std::string& value) {
    const auto found = producers.find(value);
    if (value.empty() || found == producers.end()) return;
    if (is_needed[static_cast<std::size_t>(found->second)]) return;
    is_needed[static_cast<std::size_t>(found->second)] = true;
    pending.push_back(found->second);
  };
  for (const auto& output : graph.output()) need(output.name());
  while (!pending.empty()) {
    const onnx::NodeProto& node = graph.node(pending.back());
    pending.pop_back();
    for (const std::string& input : node.input()) need(input);
  }

  int kept = 0;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (is_needed[static_cast<std::size_t>(i)]) graph.mutable_node()->SwapElements(i, kept++);
  }
  graph.mutable_node()->DeleteSubrange(kept, graph.node_size() - kept);
}

std::unordered_set<std::string> names_in_use(const onnx::GraphProto& graph) {
  std::unordered_set<std::string> names;
  for (const onnx::NodeProto& node : graph.node()) {
    names.insert(node.input().begin(), node.input().end());
  }
  for (const auto& output : graph.output()) names.insert(output.name());
  return names;
}

// Initializers that nothing reads may be of any kind, also large, sparse or outside the file.
void remove_unneeded_tensors(onnx::GraphProto& graph, const std::string& file) {
  const std::unordered_set<std::string> used = names_in_use(graph);
  base::ErrorList errors;
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer()) {
    if (used.count(tensor.values().name()) == 0) continue;
    errors.add(file, "initializer '" + printable(tensor.values().name()) + "'", "a sparse tensor",
               "dense: store all values");
  }
  graph.clear_sparse_initializer();
  graph.clear_quantization_annotation();
  auto& tensors = *graph.mutable_initializer();
  int kept = 0;
  std::unordered_set<std::string> seen;
  for (int i = 0; i < tensors.size(); ++i) {
    if (used.count(tensors[i].name()) == 0) continue;
    if (!seen.insert(tensors[i].name()).second) {
      errors.add(file, "initializer", "'" + printable(tensors[i].name()) + "' twice",
                 "unique names");
    }
    tensors.SwapElements(i, kept++);
  }
  tensors.DeleteSubrange(kept, tensors.size() - kept);
  errors.throw_if_any();
}

void refuse_functions(onnx::ModelProto& model, const std::string& file) {
  std::set<std::pair<std::string, std::string>> functions;
  for (const onnx::FunctionProto& function : model.functions()) {
    functions.emplace(function.domain(), function.name());
  }
  base::ErrorList errors;
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (functions.count({node.domain(), node.op_type()}) == 0) continue;
    errors.add(file + ": " + place_of(node), "operator", "a function that the model itself defines",
               "an operator of ONNX: export the model with its functions inlined");
  }
  errors.throw_if_any();
  model.clear_functions();
}

// Some exporters keep weights in Constant nodes; from here on they are initializers.
void hoist_constants(onnx::GraphProto& graph) {
  auto& nodes = *graph.mutable_node();
  int kept = 0;
  for (int i = 0; i < nodes.size(); ++i) {
    onnx::NodeProto& node = nodes[i];
    const bool has_tensor = node.op_type() == "Constant" && node.domain().empty() &&
                            node.output_size() == 1 && node.input_size() == 0 &&
                            node.attribute_size() == 1 && node.attribute(0).name() == "value" &&
                            node.attribute(0).type() == onnx::AttributeProto::TENSOR &&
                            node.attribute(0).has_t();
    if (has_tensor) {
      onnx::TensorProto& tensor = *graph.add_initializer();
      tensor.Swap(node.mutable_attribute(0)->mutable_t());
      tensor.set_name(node.output(0));
    } else {
      nodes.SwapElements(i, kept++);
    }
  }
  nodes.DeleteSubrange(kept, nodes.size() - kept);
}

}  // namespace

std::string printable(const std::string& text, std::size_t max_length) {
  std::string result = text.substr(0, max_length);
  const auto is_odd = [](char c) { return c < ' ' || c > '~' || c == '\'' || c == '"'; };
  std::replace_if(result.begin(), result.end(), is_odd, '_');
  return result;
}

std::string place_of(const onnx::NodeProto& node) {
  return "node '" + node.name() + "' (" + printable(node.op_type()) + ")";
}

int opset_of(const onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (!is_default_domain(import.domain())) continue;
    return static_cast<int>(std::clamp<std::int64_t>(import.version(), 0, 1'000'000));
  }
  return 0;
}

void prepare_model(onnx::ModelProto& model, const std::string& file) {
  check_structure(model, file);
  leave_default_domain(model);
  model.clear_training_info();
  // Newer containers bring types and functions, which are refused where they are used; older ones
  // want every initializer among the inputs, which is of no use here.
  model.set_ir_version(std::clamp<std::int64_t>(model.ir_version(), 4, onnx::Version::IR_VERSION));
  name_nodes(*model.mutable_graph());
  remove_unneeded_nodes(*model.mutable_graph(), file);
  refuse_functions(model, file);
  hoist_constants(*model.mutable_graph());
  remove_unneeded_tensors(*model.mutable_graph(), file);
}

}  // namespace npusim::import
